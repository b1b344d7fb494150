/*
 * Names as people type them: case, accents, widths and punctuation taken away, so that "lukasz"
 * finds "Łukasz" and "oneil" finds "O’Neil".
 */
#ifndef DIALPAD_FOLD_H
#define DIALPAD_FOLD_H

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Appends the folded text: words of letters, digits and symbols with one space between, no space
 * at either end, never a line break. Apostrophes vanish; all other punctuation separates words.
 * Two texts that a reader would call the same name fold to the same bytes.
 *
 * ERR_INPUT when `text` isn't UTF-8; then `out` is as it was.
 */
enum err fold_text(struct strbuf *out, const char *text) MUST_CHECK;

#endif
