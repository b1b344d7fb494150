/*
 * Just enough UTF-8 (RFC 3629) to tell well-formed text from other bytes, and to cut it where a
 * character ends.
 */
#ifndef DIALPAD_UTF8_H
#define DIALPAD_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes (1 to 4) of the character that `text` begins with; 0 if it begins with none: a stray
 * or missing continuation byte, an overlong form, a surrogate, beyond U+10FFFF, or no bytes left.
 */
size_t utf8_char_len(const char *text, size_t len);

bool utf8_valid(const char *text, size_t len);

/* The longest beginning of `text` that is well-formed and has at most `max` bytes. */
size_t utf8_cut(const char *text, size_t len, size_t max);

#endif
