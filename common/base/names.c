#include "base/names.h"

#include <string.h>

bool names_is_empty(const char *name)
{
    return !fold_is_visible(name);
}

const char *names_of_agent(const char *full_name, const char *friendly_name,
                           const char *contact_uri)
{
    if (!names_is_empty(full_name)) return full_name;
    if (!names_is_empty(friendly_name)) return friendly_name;
    return names_is_empty(contact_uri) ? "" : contact_uri;
}

/* Keeps the spelling that begins at `start` if no other is the same. */
static void keep_if_new(struct names_spellings *spellings, size_t start)
{
    const char *fresh = spellings->text.buf + start;
    size_t at = 0;
    for (; at < start; at += strlen(spellings->text.buf + at) + 1)
        if (strcmp(spellings->text.buf + at, fresh) == 0) break;
    if (at < start) {
        spellings->text.len = start;
        spellings->text.buf[start] = '\0';
        return;
    }
    strbuf_addch(&spellings->text, '\0');
    spellings->count++;
}

enum err names_spell(struct names_spellings *spellings, const char *name)
{
    unsigned differs = 0;
    strbuf_init(&spellings->text, STRBUF_MAX_FORM);
    spellings->count = 0;
    for (unsigned style = 0; style < FOLD_STYLES; style++) {
        if ((style & ~differs) != 0) continue;
        size_t start = spellings->text.len;
        unsigned *first = style == FOLD_PLAIN ? &differs : NULL;
        enum err rc = fold_styled(&spellings->text, name, style, first, NULL, 0);
        if (rc != ERR_OK) return rc;
        keep_if_new(spellings, start);
    }
    if (strbuf_failed(&spellings->text)) return ERR_MEMORY;
    const char *at = spellings->text.buf;
    for (size_t i = 0; i < spellings->count; i++, at += strlen(at) + 1)
        spellings->list[i] = at;
    return ERR_OK;
}

void names_spellings_free(struct names_spellings *spellings)
{
    strbuf_free(&spellings->text);
    spellings->count = 0;
}

static bool have_one_in_common(const struct names_spellings *a, const struct names_spellings *b)
{
    for (size_t i = 0; i < a->count; i++) {
        for (size_t k = 0; k < b->count; k++)
            if (a->list[i][0] != '\0' && strcmp(a->list[i], b->list[k]) == 0) return true;
    }
    return false;
}

bool names_are_same(const char *a, const char *b)
{
    struct names_spellings of_a;
    struct names_spellings of_b;
    enum err rc_a = names_spell(&of_a, a);
    enum err rc_b = names_spell(&of_b, b);
    bool same =
        strcmp(a, b) == 0 || (rc_a == ERR_OK && rc_b == ERR_OK && have_one_in_common(&of_a, &of_b));
    names_spellings_free(&of_a);
    names_spellings_free(&of_b);
    return same;
}

/* Whether the line has this word already, from `start` on. */
static bool has_word(const char *line, const char *word, size_t len)
{
    const char *at = line;
    while (*at != '\0') {
        size_t here = strcspn(at, " \t");
        if (here == len && memcmp(at, word, len) == 0) return true;
        at += here;
        if (*at != '\0') at++;
    }
    return false;
}

static void add_other_words(struct strbuf *line, size_t start, const char *spelling)
{
    for (const char *word = spelling; *word != '\0';) {
        size_t len = strcspn(word, " ");
        if (!has_word(line->buf + start, word, len)) {
            strbuf_addch(line, word == spelling ? NAMES_BEGIN : ' ');
            strbuf_add(line, word, len);
        }
        word += len;
        if (*word == ' ') word++;
    }
}

enum err names_search_line(struct strbuf *line, const char *name)
{
    struct names_spellings spellings;
    size_t start = line->len;
    enum err rc = names_spell(&spellings, name);
    if (rc != ERR_OK) goto out;
    strbuf_addstr(line, spellings.list[0]);
    for (size_t i = 1; i < spellings.count; i++)
        add_other_words(line, start, spellings.list[i]);
    rc = strbuf_failed(line) ? ERR_MEMORY : ERR_OK;
out:
    names_spellings_free(&spellings);
    return rc;
}
