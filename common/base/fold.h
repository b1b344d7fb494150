/*
 * Names as people type them: case, accents, widths and punctuation taken away, so that "lukasz"
 * finds "Łukasz" and "oneil" finds "O’Neil". The only module that knows Unicode's tables; what
 * they mean for names is base/names.
 */
#ifndef DIALPAD_FOLD_H
#define DIALPAD_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

/*
 * The other ways in which a name is written, to be combined: "Müller" as "mueller", and words run
 * together that some leave apart ("van den Berg", "Mc Donald", "Anne-Marie", "山田 太郎").
 */
enum {
    FOLD_PLAIN = 0,
    FOLD_SPELLED_OUT = 1,
    FOLD_JOINED = 2,
    FOLD_STYLES = 4 /* how many combinations there are */
};

/* Which part of the text a folded byte comes from, in UTF-16 units, as JavaScript counts. */
struct fold_origin {
    uint16_t start;
    uint16_t end; /* with what stands on the letter or joins it */
};

/*
 * Appends the folded text: words of letters, digits and symbols with one space between, no space
 * at either end, never a line break. Signs like apostrophes vanish, and so does what isn't seen;
 * all other punctuation separates words. Folding a folded text changes nothing.
 *
 * ERR_INPUT when `text` isn't UTF-8; then `out` is as it was.
 */
enum err fold_text(struct strbuf *out, const char *text) MUST_CHECK;

/*
 * The same in one of the styles. `differs` (may be NULL) receives the styles that would have made
 * a difference to this text. `origins` (may be NULL) has room for `origins_max` and receives one
 * for each byte appended; ERR_TOO_LARGE when they don't fit or when the text is too long for them.
 */
enum err fold_styled(struct strbuf *out, const char *text, unsigned style, unsigned *differs,
                     struct fold_origin *origins, size_t origins_max) MUST_CHECK;

/*
 * Appends the text with its letters and accents composed (NFC), and nothing else changed. ERR_INPUT
 * when `text` isn't UTF-8.
 */
enum err fold_compose(struct strbuf *out, const char *text) MUST_CHECK;

/*
 * Whether a reader sees anything: false for nothing but spaces, control, format and filler
 * characters, and U+FFFD, which stands for what was lost.
 */
bool fold_is_visible(const char *text);

#endif
