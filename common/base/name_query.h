/*
 * What an agent typed to find a name, as the words that the name must have, and where it has them.
 * Pure.
 */
#ifndef DIALPAD_NAME_QUERY_H
#define DIALPAD_NAME_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fold.h"
#include "base/strbuf.h"

enum {
    NAME_QUERY_WORDS_MAX = 256, /* more than any name has */
    NAME_UNITS_MAX = 512,       /* UTF-16 units of a name that can be marked */
    NAME_FOLDED_MAX = 1024      /* bytes of its folded forms */
};

/* A word as it is typed, and as it is spelled out ("muller", "mueller"): often the same. */
struct name_word {
    const char *plain;
    const char *spelled;
    size_t plain_len;
    size_t spelled_len;
};

struct name_query {
    const char *text; /* as it was typed: the caller's */
    struct strbuf plain;
    struct strbuf spelled;
    unsigned differs; /* the styles that would write it otherwise, as fold_styled says */
    struct name_word words[NAME_QUERY_WORDS_MAX];
    size_t count;
    bool too_long; /* more words than fit: no name has them all */
};

/* ERR_INPUT when `text` isn't UTF-8. To be freed in any case. */
enum err name_query_read(struct name_query *query, const char *text) MUST_CHECK;
void name_query_free(struct name_query *query);

/* Where a name has the words, in UTF-16 units; kept from one name to the next for its memory. */
struct name_marks {
    struct strbuf folded[FOLD_STYLES];
    struct fold_origin origins[FOLD_STYLES][NAME_FOLDED_MAX];
    unsigned ready;   /* which styles are folded, one bit each */
    unsigned differs; /* as fold_styled says */
    bool marked[NAME_UNITS_MAX];
    size_t units;
    bool exact; /* the whole name was typed */
};

void name_marks_init(struct name_marks *marks);
void name_marks_free(struct name_marks *marks);

/*
 * Marks every place of every word: where words of the name begin with it or, failing that, inside.
 * A name that can't be marked, because it is too long, has no marks.
 */
void name_marks_find(struct name_marks *marks, const struct name_query *query, const char *name);

#endif
