/*
 * The way back from encode.h; each says whether its input was well-formed.
 */
#ifndef DIALPAD_DECODE_H
#define DIALPAD_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

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
