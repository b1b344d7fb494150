/*
 * The head of an HTTP answer, line by line as it comes (RFC 9110, 6.3): what Twilio says of itself
 * there, into `reply`. A value that isn't what its header should hold counts as not said.
 */
#ifndef DIALPAD_HTTP_HEAD_H
#define DIALPAD_HTTP_HEAD_H

#include <stddef.h>

#include "twilio/http_message.h"

/* `line` with its end, `len` bytes, no NUL behind them. */
void http_head_read(struct http_reply *reply, const char *line, size_t len);

#endif
