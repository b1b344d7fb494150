#include "base/name_query.h"

#include <string.h>

#include "base/names.h"

/* The next word of a folded text, ended by a NUL where its space was; NULL at the end. */
static const char *next_word(char **at, size_t *len)
{
    if (**at == '\0') return NULL;
    const char *word = *at;
    *len = strcspn(word, " ");
    *at += *len;
    if (**at == ' ') *(*at)++ = '\0';
    return word;
}

/* Spelling out changes words and never their number. */
static void split_words(struct name_query *query)
{
    char *plain = query->plain.buf;
    char *spelled = (query->differs & FOLD_SPELLED_OUT) != 0 ? query->spelled.buf : NULL;
    for (;;) {
        struct name_word word;
        word.plain = next_word(&plain, &word.plain_len);
        if (word.plain == NULL) return;
        if (query->count == NAME_QUERY_WORDS_MAX) {
            query->too_long = true;
            return;
        }
        word.spelled = word.plain;
        word.spelled_len = word.plain_len;
        if (spelled != NULL) word.spelled = next_word(&spelled, &word.spelled_len);
        query->words[query->count++] = word;
    }
}

enum err name_query_read(struct name_query *query, const char *text)
{
    query->text = text;
    query->differs = 0;
    query->count = 0;
    query->too_long = false;
    strbuf_init(&query->plain, STRBUF_MAX_FORM);
    strbuf_init(&query->spelled, STRBUF_MAX_FORM);
    enum err rc = fold_styled(&query->plain, text, FOLD_PLAIN, &query->differs, NULL, 0);
    if (rc == ERR_OK && (query->differs & FOLD_SPELLED_OUT) != 0)
        rc = fold_styled(&query->spelled, text, FOLD_SPELLED_OUT, NULL, NULL, 0);
    if (rc == ERR_OK) split_words(query);
    return rc;
}

void name_query_free(struct name_query *query)
{
    strbuf_free(&query->plain);
    strbuf_free(&query->spelled);
    query->count = 0;
}

void name_marks_init(struct name_marks *marks)
{
    for (size_t style = 0; style < FOLD_STYLES; style++)
        strbuf_init(&marks->folded[style], STRBUF_MAX_FORM);
}

void name_marks_free(struct name_marks *marks)
{
    for (size_t style = 0; style < FOLD_STYLES; style++)
        strbuf_free(&marks->folded[style]);
}

/* The name in this style, folded when it is first asked for; "" where it can't be. */
static const char *folded_as(struct name_marks *marks, const char *name, unsigned style)
{
    struct strbuf *folded = &marks->folded[style];
    if ((marks->ready & (1U << style)) != 0) return folded->buf;
    strbuf_reset(folded);
    unsigned *differs = style == FOLD_PLAIN ? &marks->differs : NULL;
    if (fold_styled(folded, name, style, differs, marks->origins[style], NAME_FOLDED_MAX) != ERR_OK)
        strbuf_reset(folded);
    marks->ready |= 1U << style;
    return folded->buf;
}

static void mark(struct name_marks *marks, unsigned style, size_t at, size_t len)
{
    const struct fold_origin *origins = marks->origins[style];
    for (size_t i = at; i < at + len; i++) {
        /* What vanished between two letters is part of the word. */
        size_t from = i == at ? origins[i].start : origins[i - 1].end;
        for (size_t unit = from; unit < origins[i].end && unit < NAME_UNITS_MAX; unit++)
            marks->marked[unit] = true;
        if (origins[i].end > marks->units) marks->units = origins[i].end;
    }
}

/* Marks each place in this style that does or doesn't begin a word; false if there is none. */
static bool mark_places(struct name_marks *marks, const char *folded, unsigned style,
                        const char *word, bool at_beginning)
{
    bool found = false;
    size_t len = strlen(word);
    for (const char *hit = strstr(folded, word); hit != NULL; hit = strstr(hit + 1, word)) {
        if (at_beginning && hit != folded && hit[-1] != ' ') continue;
        mark(marks, style, (size_t)(hit - folded), len);
        found = true;
    }
    return found;
}

/* The plain style first, and within the first style that has the word all of its places. */
static void mark_word(struct name_marks *marks, const char *name, const struct name_word *word)
{
    for (int at_beginning = 1; at_beginning >= 0; at_beginning--) {
        for (unsigned style = 0; style < FOLD_STYLES; style++) {
            if ((style & ~marks->differs) != 0) continue;
            const char *folded = folded_as(marks, name, style);
            if (mark_places(marks, folded, style, word->plain, at_beginning != 0)) return;
            if (word->spelled != word->plain &&
                mark_places(marks, folded, style, word->spelled, at_beginning != 0)) {
                return;
            }
        }
    }
}

/* Whether the query has as many letters as this folded text, and the same. */
static bool is_whole(const struct name_query *query, const char *folded)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct name_word *word = &query->words[i];
        if (strncmp(folded, word->plain, word->plain_len) != 0) return false;
        folded += word->plain_len;
        if (*folded != (i + 1 < query->count ? ' ' : '\0')) return false;
        if (*folded == ' ') folded++;
    }
    return *folded == '\0' && query->count > 0;
}

void name_marks_find(struct name_marks *marks, const struct name_query *query, const char *name)
{
    memset(marks->marked, 0, sizeof marks->marked);
    marks->units = 0;
    marks->ready = 0;
    marks->differs = 0;
    const char *folded = folded_as(marks, name, FOLD_PLAIN);
    for (size_t i = 0; i < query->count; i++)
        mark_word(marks, name, &query->words[i]);
    if (marks->units > NAME_UNITS_MAX) marks->units = NAME_UNITS_MAX;
    /* Most names have one spelling, and then nothing else needs to be looked at. */
    marks->exact = is_whole(query, folded) || ((marks->differs != 0 || query->differs != 0) &&
                                               names_are_same(query->text, name));
}
