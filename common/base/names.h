/*
 * What people are called: whether a name is one, whether two are the same, and which of an
 * agent's names is shown. Every program decides it here, so that list, ring, call and log agree;
 * the page is told and decides nothing of this.
 */
#ifndef DIALPAD_NAMES_H
#define DIALPAD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/fold.h"
#include "base/strbuf.h"

/* A name that shows nothing is no name. */
bool names_is_empty(const char *name);

/*
 * What an agent is called: full_name, else friendly_name, else contact_uri, the first that is not
 * empty; "" if none is. Returns one of its arguments.
 */
const char *names_of_agent(const char *full_name, const char *friendly_name,
                           const char *contact_uri);

/*
 * A name's distinct spellings, folded: at least the plain one ("" for a name without a letter).
 * `text` holds them one behind the other, each ended by a NUL; the caller frees it.
 */
struct names_spellings {
    struct strbuf text;
    const char *list[FOLD_STYLES];
    size_t count;
};

/* ERR_INPUT when `name` isn't UTF-8. To be freed in any case. */
enum err names_spell(struct names_spellings *spellings, const char *name) MUST_CHECK;
void names_spellings_free(struct names_spellings *spellings);

/*
 * Whether a reader may take one for the other: they have a spelling in common, or, without any
 * letter, are the same bytes.
 */
bool names_are_same(const char *a, const char *b);

/*
 * Appends what a search looks at: the plain spelling, then the words that only other spellings
 * have. A space stands before a word, and NAMES_BEGIN before one that begins another spelling of
 * the name. ERR_INPUT when `name` isn't UTF-8; then `line` is as it was.
 */
#define NAMES_BEGIN '\t'
enum err names_search_line(struct strbuf *line, const char *name) MUST_CHECK;

#endif
