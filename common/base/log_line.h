/*
 * One line of the log, in one of its two forms, both with the same keys:
 *
 *   2026-11-23T06:10:07.123Z info program=create-task status=201 msg="a text with spaces"
 *   {"time":"2026-11-23T06:10:07.123Z","level":"info","program":"create-task","status":201,...}
 *
 * A value that isn't one plain word stands in JSON quotes. A line is printable ASCII, whatever a
 * value holds: other characters are escaped as JSON has it, and what isn't UTF-8 becomes U+FFFD. So
 * nothing from outside begins a line, ends one, or is invisible in it.
 */
#ifndef DIALPAD_LOG_LINE_H
#define DIALPAD_LOG_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/* The numbers are syslog's, by which the journal tells a line's priority. */
enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6 };

struct log_form {
    bool json;
    bool journal; /* each line begins with its priority (sd-daemon(3)) */
};

struct log_line {
    struct strbuf text;
    bool json;
};

/* The line's time and level. To be freed in any case. */
void log_line_begin(struct log_line *line, const struct log_form *form, enum log_level level);
void log_line_free(struct log_line *line);

/* A text; NULL is left out, and what is too long is cut and marked. */
void log_line_add(struct log_line *line, const char *key, const char *value);

void log_line_add_number(struct log_line *line, const char *key, int64_t value);

/* Nothing comes after it. */
void log_line_end(struct log_line *line);

#endif
