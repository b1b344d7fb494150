/*
 * What stands beside the names of an opened snapshot: the values of DIALPAD_LIST_FIELDS, and which
 * of them have the words that were typed. Each value is looked at once, however many agents have
 * it; whether an agent has one of those that fit is then a question of a bit.
 */
#ifndef DIALPAD_DIRECTORY_FIELDS_H
#define DIALPAD_DIRECTORY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/directory_image.h"
#include "directory/field_query.h"

enum { DIRECTORY_FIELD_WORDS_MAX = 16 };

/* The fields' names, which belong to the snapshot; returns how many there are. */
size_t directory_fields_names(const struct directory *directory,
                              const char *names[LIST_FIELDS_MAX]);

/* What this record has in this field, "" if nothing; it belongs to the snapshot. */
const char *directory_fields_value(const struct directory *directory, size_t record, size_t field);

/* The values that have one of the words that were typed, and in which fields they count. */
struct directory_fitting {
    unsigned fields; /* one bit each */
    uint64_t *values;
    bool some;
};

/* One for each of the names' words, unless these are looked for in names alone; then the terms'. */
struct directory_fields {
    struct directory_fitting list[DIRECTORY_FIELD_WORDS_MAX];
    size_t words;
    size_t count;
    bool mixed;    /* some of the names' words are in no value: names must have these */
    bool hopeless; /* so much is asked of fields that nobody has it all */
    uint64_t *memory;
};

/*
 * A word must begin a word of the value: inside one, two letters would find nearly every team. What
 * isn't written in Latin letters may stand anywhere, as many scripts leave no space.
 *
 * A single letter, and more words than DIRECTORY_FIELD_WORDS_MAX, are looked for in names alone;
 * and so is what no value has. To be freed in any case.
 */
enum err directory_fields_find(const struct directory *directory, const struct field_query *query,
                               struct directory_fields *fields) MUST_CHECK;
void directory_fields_free(struct directory_fields *fields);

/* Whether the record has a value in the right field that fits the word of this number. */
bool directory_fields_fit(const struct directory *directory, const struct directory_fields *fields,
                          size_t word, size_t record);

#endif
