/*
 * Escapers, each named after the place where its output goes. Each appends to a strbuf, which
 * remembers failure.
 */
#ifndef DIALPAD_ENCODE_H
#define DIALPAD_ENCODE_H

#include <stddef.h>

#include "base/strbuf.h"

/* application/x-www-form-urlencoded, as the WHATWG URL standard serialises it (space is "+"). */
void encode_form_value(struct strbuf *out, const char *text);

/* Adds "name=value" to a form or a query, with "&" before it unless `out` is empty. */
void encode_form_pair(struct strbuf *out, const char *name, const char *value);

/* RFC 4648 section 5, without padding. */
void encode_base64url(struct strbuf *out, const void *data, size_t len);

/*
 * For a JSON string of a log line, which is printable ASCII whatever it holds: the character that
 * `text` begins with, escaped unless it is that already; for a byte that begins none U+FFFD.
 * Returns how many of the `len` bytes, one at least, that was.
 */
size_t encode_log_char(struct strbuf *out, const char *text, size_t len);

#endif
