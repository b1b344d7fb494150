#include "directory/directory_fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

enum { BITS = 64, EVERY_FIELD = (1 << LIST_FIELDS_MAX) - 1 };

size_t directory_fields_names(const struct directory *directory, const char *names[LIST_FIELDS_MAX])
{
    const struct directory_header *header = directory->header;
    for (size_t i = 0; i < header->field_count; i++)
        names[i] = directory->strings + header->field_names[i];
    return header->field_count;
}

const char *directory_fields_value(const struct directory *directory, size_t record, size_t field)
{
    uint32_t number = directory->value_numbers[record * directory->header->field_count + field];
    return number > 0 ? directory->strings + directory->values[number - 1].text : "";
}

/* The value whose line holds this offset. */
static size_t value_at(const struct directory *directory, size_t offset)
{
    size_t low = 0;
    size_t high = directory->header->value_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (directory->values[middle].folded <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool begins_word(const char *at)
{
    return at[-1] == ' ' || at[-1] == '\n' || at[-1] == NAMES_BEGIN;
}

/* Marks the values that have this spelling of a word; false if there are none. */
static bool mark_values(const struct directory *directory, const char *word, uint64_t *values)
{
    bool found = false;
    const char *lines = directory->value_lines;
    const bool anywhere = (unsigned char)*word >= 0x80;
    for (const char *hit = strstr(lines, word); hit != NULL; hit = strstr(hit + 1, word)) {
        if (!anywhere && !begins_word(hit)) continue;
        size_t value = value_at(directory, (size_t)(hit - lines));
        values[value / BITS] |= UINT64_C(1) << value % BITS;
        found = true;
    }
    return found;
}

/* The next of the list; false where no value fits. */
static bool add_word(const struct directory *directory, struct directory_fields *fields,
                     const struct name_word *word, unsigned counts)
{
    const size_t size = directory->header->value_count / BITS + 1;
    struct directory_fitting *added = &fields->list[fields->count];
    *added = (struct directory_fitting){ counts, fields->memory + fields->count * size, false };
    fields->count++;
    added->some = mark_values(directory, word->plain, added->values);
    if (word->spelled != word->plain && mark_values(directory, word->spelled, added->values))
        added->some = true;
    return added->some;
}

static size_t words_of_terms(const struct field_query *query)
{
    size_t count = 0;
    for (size_t i = 0; i < query->count; i++)
        count += query->terms[i].words.count;
    return count;
}

/* How many of the names' words are looked for in fields, too. */
static size_t words_of_names(const struct field_query *query, size_t terms)
{
    const struct name_query *names = &query->names;
    bool letter = terms == 0 && names->count == 1 && names->words[0].plain_len == 1;
    bool many = names->too_long || names->count + terms > DIRECTORY_FIELD_WORDS_MAX;
    return letter || many ? 0 : names->count;
}

/* Where no value has any of the names' words, fields have nothing to do with them. */
static void add_names(const struct directory *directory, struct directory_fields *fields,
                      const struct name_query *names, size_t words)
{
    size_t found = 0;
    for (size_t i = 0; i < words; i++)
        found += add_word(directory, fields, &names->words[i], EVERY_FIELD) ? 1 : 0;
    if (found == 0) fields->count = 0;
    fields->words = fields->count;
    fields->mixed = found > 0 && found < words;
}

static void add_term(const struct directory *directory, struct directory_fields *fields,
                     const struct field_term *term)
{
    for (size_t i = 0; i < term->words.count; i++) {
        if (!add_word(directory, fields, &term->words.words[i], term->fields))
            fields->hopeless = true;
    }
}

enum err directory_fields_find(const struct directory *directory, const struct field_query *query,
                               struct directory_fields *fields)
{
    fields->count = 0;
    fields->words = 0;
    fields->mixed = false;
    fields->hopeless = false;
    fields->memory = NULL;
    if (directory->header->field_count == 0) return ERR_OK;
    const size_t terms = words_of_terms(query);
    const size_t words = words_of_names(query, terms);
    fields->hopeless = terms > DIRECTORY_FIELD_WORDS_MAX;
    if (fields->hopeless || words + terms == 0) return ERR_OK;
    fields->memory = calloc((words + terms) * (directory->header->value_count / BITS + 1),
                            sizeof *fields->memory);
    if (fields->memory == NULL) return ERR_MEMORY;
    add_names(directory, fields, &query->names, words);
    for (size_t i = 0; i < query->count; i++)
        add_term(directory, fields, &query->terms[i]);
    return ERR_OK;
}

void directory_fields_free(struct directory_fields *fields)
{
    free(fields->memory);
    fields->memory = NULL;
    fields->count = 0;
}

bool directory_fields_fit(const struct directory *directory, const struct directory_fields *fields,
                          size_t word, size_t record)
{
    const size_t count = directory->header->field_count;
    const struct directory_fitting *fitting = &fields->list[word];
    for (size_t i = 0; i < count; i++) {
        size_t number = directory->value_numbers[record * count + i];
        if (number == 0 || (fitting->fields & 1U << i) == 0) continue;
        number--;
        if ((fitting->values[number / BITS] >> number % BITS & 1) != 0) return true;
    }
    return false;
}
