/*
 * Escapers and codecs, each named after the place where its output goes. An escaper appends to a
 * strbuf (which remembers failure); a decoder says whether its input was well-formed.
 */
#ifndef DIALPAD_ENCODE_H
#define DIALPAD_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* RFC 3986: everything but unreserved characters becomes %XX. For one segment of a path. */
void encode_url_segment(struct strbuf *out, const char *text);

/* application/x-www-form-urlencoded, as the WHATWG URL standard serialises it (space is "+"). */
void encode_form_value(struct strbuf *out, const char *text);

/* Adds "name=value" to a form or a query, with "&" before it unless `out` is empty. */
void encode_form_pair(struct strbuf *out, const char *name, const char *value);

/* RFC 4648 section 4 (with padding) and section 5 (without). */
void encode_base64(struct strbuf *out, const void *data, size_t len);
void encode_base64url(struct strbuf *out, const void *data, size_t len);

/* Lower-case hexadecimal. */
void encode_hex(struct strbuf *out, const void *data, size_t len);

/* For log lines: printable ASCII stays, every other byte, '"' and '\\' become \xNN. */
void encode_log_text(struct strbuf *out, const char *text, size_t len);

/*
 * Decodes one form value of *len bytes in place ("+" is a space, %XX a byte), ends it with a NUL
 * and stores its new length in *len; text[*len] must be writable. False for a malformed escape and
 * for a NUL or %00, which no text of ours can hold. A bare '%' is malformed.
 */
bool decode_form_value(char *text, size_t *len) MUST_CHECK;

/*
 * Strict RFC 4648 section 5 without padding. `out` must have room for 3 bytes per 4 characters.
 * False for a foreign character, an impossible length or non-zero trailing bits.
 */
bool decode_base64url(const char *text, size_t text_len, unsigned char *out,
                      size_t *out_len) MUST_CHECK;

#endif
