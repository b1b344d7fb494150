/*
 * What may come in, as a table.
 *
 * A program declares its parameters once, by name, necessity and validator, indexed by its own
 * enum. Parameters from a query, a form or the top level of a JSON object become one list; the
 * table then yields one value per index. Names that the table doesn't know are ignored, because
 * Twilio adds parameters whenever it likes; a known name that comes twice is an error.
 */
#ifndef DIALPAD_PARAMS_H
#define DIALPAD_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/* How many pairs one request may carry. */
enum { PARAMS_MAX = 256 };

enum param_kind {
    PARAM_TEXT,   /* every query and form value */
    PARAM_BOOL,   /* a JSON true or false; a query or form value "true"/"false"/"1"/"0" */
    PARAM_STRING, /* a JSON string: a text, but never a boolean */
    PARAM_OTHER   /* a JSON number, null, array or object, or what can't be decoded: never valid */
};

struct param {
    const char *name;
    const char *value;
    enum param_kind kind;
};

struct params {
    struct param *list;
    size_t count;
};

struct param_spec {
    const char *name;
    bool required;
    enum param_kind kind;             /* PARAM_TEXT or PARAM_BOOL */
    bool (*valid)(const char *value); /* NULL: any text */
};

/*
 * Splits application/x-www-form-urlencoded text (a query or a body) and decodes names and values
 * into the arena. An empty piece ("&&") is skipped; a piece without "=" has the value "".
 * ERR_INPUT for a malformed escape or a NUL byte, ERR_TOO_LARGE for more than PARAMS_MAX.
 */
enum err params_parse_form(struct arena *arena, const char *text, size_t len,
                           struct params *params) MUST_CHECK;

/*
 * The same of a text that must not fail as a whole, because what is malformed in it may be nothing
 * that we use: a value that can't be decoded is PARAM_OTHER, and so never valid; a name that can't
 * be decoded and whatever exceeds PARAMS_MAX is left out.
 */
enum err params_parse_what_can_be_read(struct arena *arena, const char *text, size_t len,
                                       struct params *params) MUST_CHECK;

/* The members of a JSON object as parameters; strings are copied into the arena. */
enum err params_from_json(struct arena *arena, const cJSON *object,
                          struct params *params) MUST_CHECK;

/* The first value of a name, or NULL. */
const char *params_get(const struct params *params, const char *name);

/*
 * Checks `params` against the table and fills values[i] for each spec i (NULL when absent and
 * optional). On ERR_INPUT *bad_name is the offending spec's name and *why a short phrase
 * ("is missing", "is repeated", "is malformed"). A boolean arrives as "true" or "false".
 */
enum err params_validate(const struct params *params, const struct param_spec *specs, size_t count,
                         const char **values, const char **bad_name, const char **why) MUST_CHECK;

/* At most so many digits and nothing else, from `min` to `max`; for a spec's `valid`. */
bool params_is_number(const char *value, size_t digits, long min, long max);

#endif
