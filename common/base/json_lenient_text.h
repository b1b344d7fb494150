/*
 * The strings of JSON as json_lenient reads them.
 */
#ifndef DIALPAD_JSON_LENIENT_TEXT_H
#define DIALPAD_JSON_LENIENT_TEXT_H

#include <stdbool.h>

#include "base/strbuf.h"

/* How many bytes of text one byte of JSON may become: one that can't be read is U+FFFD. */
enum { JSON_LENIENT_TEXT_GROWTH = 3 };

/*
 * Reads the text after an opening quote, up to `end`, into `out`, which is emptied before; *at is
 * then behind the closing quote, or at the end where *closed is false. What can't be a character (a
 * byte that isn't UTF-8, an unknown escape, half a pair of surrogates, NUL) becomes U+FFFD; true if
 * nothing had to.
 */
bool json_lenient_text(const char **at, const char *end, struct strbuf *out, bool *closed);

#endif
