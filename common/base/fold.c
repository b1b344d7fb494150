#include "base/fold.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

enum {
    DECOMPOSED_MAX = 32, /* no character decomposes into more (U+FDFA, a whole sentence, into 18) */
    LOWER_MAX = 64       /* ASCII letters that are taken at once */
};

/* A text on its way. */
struct folding {
    struct strbuf *out;
    unsigned style;
    unsigned differs;
    size_t base;  /* where the text begins in `out` */
    bool within;  /* a word is open */
    bool between; /* a word has been closed, so the next one needs a space before it */
    bool hyphen;  /* one hyphen and nothing else has been seen since */
    size_t part;  /* where the last word begins in `out`, without what it was joined to */
    struct fold_origin *origins;
    size_t origins_max;
    struct fold_origin at; /* the character being read */
    bool too_large;
};

/*
 * Letters that Unicode does not decompose, because their stroke or ligature isn't an accent to it,
 * but that people without them on the keyboard type as the letters beside them; and letters that
 * writers of Arabic and Persian use for one another. In order.
 */
static const struct {
    utf8proc_int32_t letter;
    const char *typed;
} undecomposed[] = {
    { 0x00e6, "ae" }, /* æ */
    { 0x00f0, "d" },  /* ð */
    { 0x00f8, "o" },  /* ø */
    { 0x00fe, "th" }, /* þ */
    { 0x0111, "d" },  /* đ */
    { 0x0127, "h" },  /* ħ */
    { 0x0131, "i" },  /* ı */
    { 0x0142, "l" },  /* ł */
    { 0x0153, "oe" }, /* œ */
    { 0x0629, "ه" },  /* ة */
    { 0x0649, "ي" },  /* ى */
    { 0x0671, "ا" },  /* ٱ */
    { 0x06a9, "ك" },  /* ک */
    { 0x06be, "ه" },  /* ھ */
    { 0x06c1, "ه" },  /* ہ */
    { 0x06cc, "ي" },  /* ی */
    { 0x06d5, "ه" },  /* ە */
};

/* Words that belong to the name after them: some write a space there and some don't. */
static const char *const particles[] = {
    "abu", "al",  "bin",  "da",     "de",  "del", "della", "den", "der", "di",  "dos",
    "du",  "el",  "fitz", "ibn",    "la",  "le",  "mac",   "mc",  "o",   "san", "st",
    "ten", "ter", "van",  "vander", "vom", "von", "zu",    "zum", "zur",
};

static const char *typed_as(utf8proc_int32_t letter)
{
    for (size_t i = 0; i < sizeof undecomposed / sizeof *undecomposed; i++) {
        if (undecomposed[i].letter >= letter)
            return undecomposed[i].letter == letter ? undecomposed[i].typed : NULL;
    }
    return NULL;
}

/*
 * Typed or left out, as people like, and typed with whatever sign is at hand: quotes, primes,
 * accents that stand alone, the okina and the signs of transcription, the Armenian apostrophe, the
 * Hebrew geresh, N'Ko's, the saltillo, Greek's breathings.
 */
static bool is_apostrophe(utf8proc_int32_t letter)
{
    static const struct {
        utf8proc_int32_t first, last;
    } ranges[] = {
        { '\'', '\'' },     { '`', '`' },       { 0x00b4, 0x00b4 }, { 0x02b9, 0x02bf },
        { 0x02c8, 0x02c8 }, { 0x02ca, 0x02cb }, { 0x02ee, 0x02ee }, { 0x0374, 0x0374 },
        { 0x0384, 0x0384 }, { 0x055a, 0x055b }, { 0x05f3, 0x05f3 }, { 0x07f4, 0x07f5 },
        { 0x1fbd, 0x1fbd }, { 0x1fbf, 0x1fbf }, { 0x1fef, 0x1fef }, { 0x1ffd, 0x1ffe },
        { 0x2018, 0x201b }, { 0x2032, 0x2032 }, { 0x2035, 0x2035 }, { 0xa78b, 0xa78c },
        { 0xff07, 0xff07 }, { 0xff40, 0xff40 },
    };
    if (letter < 0x80) return letter == '\'' || letter == '`';
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && ranges[i].first <= letter; i++)
        if (letter <= ranges[i].last) return true;
    return false;
}

/* Arabic's tatweel only makes a word longer. */
static bool is_unseen(utf8proc_int32_t letter)
{
    return letter == 0x0640 || utf8proc_category(letter) == UTF8PROC_CATEGORY_CF ||
           utf8proc_get_property(letter)->ignorable;
}

static bool is_mark(utf8proc_int32_t letter)
{
    utf8proc_category_t category = utf8proc_category(letter);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
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

/* Hiragana for katakana: the same sounds, and which of the two is typed is chance. */
static utf8proc_int32_t hiragana(utf8proc_int32_t letter)
{
    bool katakana = (letter >= 0x30a1 && letter <= 0x30f6) || letter == 0x30fd;
    return katakana ? letter - 0x60 : letter;
}

/* Scripts whose names are written in one: Hangul (decomposed), kana, Han. */
static bool is_unspaced(const char *word)
{
    utf8proc_int32_t letter = 0;
    (void)utf8proc_iterate((const utf8proc_uint8_t *)word, -1, &letter);
    return (letter >= 0x1100 && letter <= 0x11ff) || (letter >= 0x2e80 && letter <= 0xa4cf) ||
           (letter >= 0x20000 && letter <= 0x3ffff);
}

/* Whether some write the word that has just ended together with the next one. */
static bool may_join(const struct folding *folding)
{
    const char *part = folding->out->buf + folding->part;
    if (folding->hyphen || is_unspaced(part)) return true;
    for (size_t i = 0; i < sizeof particles / sizeof *particles; i++)
        if (*part == *particles[i] && strcmp(part, particles[i]) == 0) return true;
    return false;
}

static void note_origin(struct folding *folding, size_t at, struct fold_origin origin)
{
    if (at < folding->origins_max)
        folding->origins[at] = origin;
    else
        folding->too_large = true;
}

static void append(struct folding *folding, const char *bytes, size_t len)
{
    size_t at = folding->out->len - folding->base;
    strbuf_add(folding->out, bytes, len);
    if (folding->origins == NULL) return;
    for (size_t i = at; i < at + len; i++)
        note_origin(folding, i, folding->at);
}

static void begin_word(struct folding *folding)
{
    bool join = folding->between && may_join(folding);
    if (join) folding->differs |= FOLD_JOINED;
    if (folding->between && !(join && (folding->style & FOLD_JOINED))) append(folding, " ", 1);
    folding->part = folding->out->len;
    folding->within = true;
    folding->between = false;
}

static void add_letter(struct folding *folding, const char *bytes, size_t len)
{
    if (!folding->within) begin_word(folding);
    append(folding, bytes, len);
}

static void separate(struct folding *folding, utf8proc_int32_t separator)
{
    folding->hyphen = folding->within && separator == '-';
    folding->between = folding->between || folding->within;
    folding->within = false;
}

/* ä, ö, ü and å are a letter and a mark by now. Spelled out they are two letters. */
static void spell_out(struct folding *folding, utf8proc_int32_t mark)
{
    if (!folding->within || folding->out->len == folding->base) return;
    char letter = folding->out->buf[folding->out->len - 1];
    bool umlaut = mark == 0x0308 && (letter == 'a' || letter == 'o' || letter == 'u');
    bool ring = mark == 0x030a && letter == 'a';
    if (!umlaut && !ring) return;
    folding->differs |= FOLD_SPELLED_OUT;
    if (folding->style & FOLD_SPELLED_OUT) append(folding, umlaut ? "e" : "a", 1);
}

/* What stands on a letter or joins it belongs to it. */
static void widen_last(struct folding *folding)
{
    size_t len = folding->out->len - folding->base;
    if (folding->origins == NULL || !folding->within || len == 0 || len > folding->origins_max)
        return;
    uint16_t start = folding->origins[len - 1].start;
    for (; len > 0 && folding->origins[len - 1].start == start; len--)
        folding->origins[len - 1].end = folding->at.end;
}

/* One character that has been decomposed and case-folded. */
static void add_decomposed(struct folding *folding, utf8proc_int32_t letter)
{
    if (is_apostrophe(letter)) return;
    if (is_mark(letter)) {
        spell_out(folding, letter);
        return;
    }
    if (is_unseen(letter)) return;
    if (separates_words(letter)) {
        separate(folding, letter);
        return;
    }
    const char *typed = typed_as(letter);
    if (typed == NULL) {
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t len = utf8proc_encode_char(hiragana(letter), bytes);
        add_letter(folding, (const char *)bytes, (size_t)len);
        return;
    }
    add_letter(folding, typed, strlen(typed));
    if (letter != 0x00f8) return; /* ø, for which Danes and Norwegians have oe */
    folding->differs |= FOLD_SPELLED_OUT;
    if (folding->style & FOLD_SPELLED_OUT) append(folding, "e", 1);
}

static void add_ascii(struct folding *folding, char letter)
{
    if (letter >= 'A' && letter <= 'Z') letter = (char)(letter - 'A' + 'a');
    if (is_apostrophe(letter)) return;
    if (separates_words(letter))
        separate(folding, letter);
    else
        add_letter(folding, &letter, 1);
}

static void add_character(struct folding *folding, utf8proc_int32_t letter)
{
    const int options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                        UTF8PROC_IGNORE | UTF8PROC_LUMP;
    utf8proc_int32_t parts[DECOMPOSED_MAX];
    int boundary = 0;
    if (is_apostrophe(letter)) return; /* some decompose into a space and a mark */
    bool joins = is_mark(letter) || is_unseen(letter);
    utf8proc_ssize_t count = utf8proc_decompose_char(letter, parts, DECOMPOSED_MAX,
                                                     (utf8proc_option_t)options, &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < DECOMPOSED_MAX; i++)
        add_decomposed(folding, parts[i]);
    if (joins) widen_last(folding);
}

/* Where the next character ends in UTF-16 units; false when that can't be said any more. */
static bool step_units(struct folding *folding, utf8proc_int32_t letter)
{
    size_t end = folding->at.end + (letter > 0xffff ? 2U : 1U);
    if (end > UINT16_MAX) return false;
    folding->at = (struct fold_origin){ folding->at.end, (uint16_t)end };
    return true;
}

/* ASCII's letters and digits at the beginning of a text, in lower case, and how many these are. */
static size_t read_lower(const utf8proc_uint8_t *text, size_t len, char lower[LOWER_MAX])
{
    size_t count = 0;
    for (; count < len && count < LOWER_MAX; count++) {
        char c = (char)text[count];
        bool upper = c >= 'A' && c <= 'Z';
        if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) break;
        lower[count] = upper ? (char)(c - 'A' + 'a') : c;
    }
    return count;
}

/* Nearly all that is folded comes this way: several letters that stand for themselves. */
static bool add_lower(struct folding *folding, const char *lower, size_t len)
{
    const size_t first = folding->at.end;
    if (folding->origins != NULL && first + len > UINT16_MAX) return false;
    folding->at = (struct fold_origin){ (uint16_t)first, (uint16_t)(first + 1) };
    if (!folding->within) begin_word(folding);
    const size_t at = folding->out->len - folding->base;
    strbuf_add(folding->out, lower, len);
    if (folding->origins == NULL) return true;
    for (size_t i = 0; i < len; i++) {
        folding->at = (struct fold_origin){ (uint16_t)(first + i), (uint16_t)(first + i + 1) };
        note_origin(folding, at + i, folding->at);
    }
    return true;
}

static enum err fold_characters(struct folding *folding, const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(text);
    while (left > 0) {
        char lower[LOWER_MAX];
        utf8proc_int32_t letter;
        utf8proc_ssize_t size = (utf8proc_ssize_t)read_lower(at, (size_t)left, lower);
        if (size > 0) {
            if (!add_lower(folding, lower, (size_t)size)) return ERR_TOO_LARGE;
            at += size;
            left -= size;
            continue;
        }
        size = utf8proc_iterate(at, left, &letter);
        if (size <= 0) return ERR_INPUT;
        if (folding->origins != NULL && !step_units(folding, letter)) return ERR_TOO_LARGE;
        if (letter < 0x80)
            add_ascii(folding, (char)letter);
        else
            add_character(folding, letter);
        at += size;
        left -= size;
    }
    return folding->too_large ? ERR_TOO_LARGE : ERR_OK;
}

enum err fold_styled(struct strbuf *out, const char *text, unsigned style, unsigned *differs,
                     struct fold_origin *origins, size_t origins_max)
{
    struct folding folding = {
        .out = out,
        .style = style,
        .base = out->len,
        .origins = origins,
        .origins_max = origins_max,
    };
    enum err rc = fold_characters(&folding, text);
    if (rc != ERR_OK) {
        out->len = folding.base;
        out->buf[out->len] = '\0';
        return rc;
    }
    if (differs != NULL) *differs = folding.differs;
    return strbuf_failed(out) ? ERR_MEMORY : ERR_OK;
}

enum err fold_text(struct strbuf *out, const char *text)
{
    return fold_styled(out, text, FOLD_PLAIN, NULL, NULL, 0);
}

/* Characters with a category of their own that are drawn as nothing. */
static bool is_blank(utf8proc_int32_t letter)
{
    static const utf8proc_int32_t blanks[] = {
        0x2800,           /* the Braille pattern without a dot */
        0xfffd,           /* what a broken character is replaced by */
        0x13441, 0x13442, /* Egyptian blanks */
        0x16fe4,          /* the Khitan filler */
        0x1d159,          /* music's null notehead */
    };
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (blanks[i] == letter) return true;
    switch (utf8proc_category(letter)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
        return true;
    default:
        return utf8proc_get_property(letter)->ignorable;
    }
}

enum err fold_compose(struct strbuf *out, const char *text)
{
    utf8proc_uint8_t *composed = utf8proc_NFC((const utf8proc_uint8_t *)text);
    if (composed == NULL) return ERR_INPUT;
    strbuf_addstr(out, (const char *)composed);
    free(composed);
    return strbuf_failed(out) ? ERR_MEMORY : ERR_OK;
}

bool fold_is_visible(const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(text);
    while (left > 0) {
        utf8proc_int32_t letter;
        utf8proc_ssize_t size = utf8proc_iterate(at, left, &letter);
        if (size <= 0)
            size = 1; /* a byte that is no text shows nothing */
        else if (!is_blank(letter))
            return true;
        at += size;
        left -= size;
    }
    return false;
}
