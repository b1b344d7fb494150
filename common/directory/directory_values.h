/*
 * The values that agents have in the fields of DIALPAD_LIST_FIELDS, as sections of a snapshot that
 * is being made: each of them once, in the order of their bytes, so that equal content gives equal
 * sections. Private to the directory's own modules.
 */
#ifndef DIALPAD_DIRECTORY_VALUES_H
#define DIALPAD_DIRECTORY_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "directory/directory_image.h"

struct directory_values {
    struct strbuf values;
    struct strbuf numbers;
    struct strbuf lines;
    size_t used; /* of DIRECTORY_VALUES_MAX */
};

void directory_values_init(struct directory_values *sections);
void directory_values_free(struct directory_values *sections);
bool directory_values_failed(const struct directory_values *sections);

/*
 * `texts`: what each record has in each field, "" for none. The values themselves go into
 * `strings`. What would exceed DIRECTORY_VALUES_MAX is left out: the agents are worth more.
 */
enum err directory_values_write(struct directory_values *sections, struct strbuf *strings,
                                const char *const *texts, size_t count) MUST_CHECK;

#endif
