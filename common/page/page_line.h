/*
 * A parameter that holds a line for another agent (base/line.h).
 */
#ifndef DIALPAD_PAGE_LINE_H
#define DIALPAD_PAGE_LINE_H

#include "web/request.h"

/* For a param_spec: a line, once it is composed (NFC). */
bool page_line_is(const char *text);

/*
 * The parameter, composed, in the request's arena; "" where it isn't there or shows nothing.
 */
enum err page_line(struct request *request, size_t param, const char **line) MUST_CHECK;

#endif
