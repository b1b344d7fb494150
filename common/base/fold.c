#include "base/fold.h"

#include <stdbool.h>
#include <stdlib.h>

#include <utf8proc.h>

/*
 * Letters that Unicode does not decompose, because their stroke or ligature isn't an accent to it,
 * but that people without them on the keyboard type as the letters beside them.
 */
static const struct {
    utf8proc_int32_t letter;
    const char *typed;
} undecomposed[] = {
    { 0x0142, "l" },  /* ł */
    { 0x00f8, "o" },  /* ø */
    { 0x0111, "d" },  /* đ */
    { 0x00f0, "d" },  /* ð */
    { 0x00fe, "th" }, /* þ */
    { 0x00e6, "ae" }, /* æ */
    { 0x0153, "oe" }, /* œ */
    { 0x0127, "h" },  /* ħ */
    { 0x0131, "i" },  /* ı */
};

static const char *typed_as(utf8proc_int32_t letter)
{
    for (size_t i = 0; i < sizeof undecomposed / sizeof *undecomposed; i++)
        if (undecomposed[i].letter == letter) return undecomposed[i].typed;
    return NULL;
}

/* Typed or left out, as people like; so is the Hawaiian okina, which is a letter. */
static bool is_apostrophe(utf8proc_int32_t letter)
{
    return letter == '\'' || letter == 0x02bb;
}

/* ASCII's symbols separate words like its punctuation; other symbols (emoji) are searchable. */
static bool separates_words(utf8proc_int32_t letter)
{
    if (letter < 0x80) {
        bool digit = letter >= '0' && letter <= '9';
        bool lower = letter >= 'a' && letter <= 'z';
        return !digit && !lower;
    }
    switch (utf8proc_category(letter)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        return true;
    default:
        return false;
    }
}

/* Adds the words of a text that has been decomposed and case-folded. */
static void add_words(struct strbuf *out, const utf8proc_uint8_t *text, utf8proc_ssize_t len)
{
    bool within = false;  /* a word is open */
    bool between = false; /* a word has been closed, so the next one needs a space before it */
    for (utf8proc_ssize_t at = 0; at < len;) {
        utf8proc_int32_t letter;
        utf8proc_ssize_t size = utf8proc_iterate(text + at, len - at, &letter);
        if (size <= 0) return; /* utf8proc wrote this text: it can't be malformed */
        const utf8proc_uint8_t *bytes = text + at;
        at += size;
        if (is_apostrophe(letter)) continue;
        if (separates_words(letter)) {
            between = between || within;
            within = false;
            continue;
        }
        if (!within && between) strbuf_addch(out, ' ');
        within = true;
        between = false;
        const char *typed = typed_as(letter);
        if (typed != NULL) {
            strbuf_addstr(out, typed);
        } else {
            strbuf_add(out, bytes, (size_t)size);
        }
    }
}

enum err fold_text(struct strbuf *out, const char *text)
{
    const int options = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                        UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE | UTF8PROC_LUMP;
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)text, 0, &mapped, (utf8proc_option_t)options);
    if (len == UTF8PROC_ERROR_NOMEM) return ERR_MEMORY;
    if (len < 0) return ERR_INPUT;
    add_words(out, mapped, len);
    free(mapped);
    return strbuf_failed(out) ? ERR_MEMORY : ERR_OK;
}
