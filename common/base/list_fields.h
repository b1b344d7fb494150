/*
 * DIALPAD_LIST_FIELDS: which of the Workers' attributes stand beside the names. Pure.
 */
#ifndef DIALPAD_LIST_FIELDS_H
#define DIALPAD_LIST_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    LIST_FIELDS_MAX = 5,
    LIST_FIELD_NAME_MAX = 64 /* bytes, of letters, digits, '_' and '.' */
};

struct list_fields {
    size_t count;
    char names[LIST_FIELDS_MAX][LIST_FIELD_NAME_MAX + 1];
};

/*
 * Reads names separated by commas or spaces; NULL: none. False, with nothing written, for any other
 * text, for more than LIST_FIELDS_MAX, and where one stands twice.
 */
bool list_fields_read(struct list_fields *fields, const char *text);

#endif
