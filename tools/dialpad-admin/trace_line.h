/* A line of the log, read back. */
#ifndef DIALPAD_TRACE_LINE_H
#define DIALPAD_TRACE_LINE_H

#include <cjson/cJSON.h>

/*
 * The line of base/log_line.h in either form, as an object with the keys of the JSON form; numbers
 * are numbers in status and ms alone. What stands before it (a web server's own prefix) is skipped.
 * NULL for anything else; the caller's to delete.
 */
cJSON *trace_line_read(const char *line);

#endif
