#include "base/list_fields.h"

#include <string.h>

#define SEPARATORS " ,"
#define LETTERS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."

static bool add_name(struct list_fields *fields, const char *name, size_t len)
{
    if (fields->count == LIST_FIELDS_MAX || len > LIST_FIELD_NAME_MAX) return false;
    char *added = fields->names[fields->count];
    memcpy(added, name, len);
    added[len] = '\0';
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->names[i], added) == 0) return false;
    fields->count++;
    return true;
}

bool list_fields_read(struct list_fields *fields, const char *text)
{
    struct list_fields read = { 0 };
    const char *at = text != NULL ? text + strspn(text, SEPARATORS) : "";
    while (*at != '\0') {
        size_t len = strspn(at, LETTERS);
        if (len == 0 || !add_name(&read, at, len)) return false;
        at += len;
        if (*at != '\0' && strchr(SEPARATORS, *at) == NULL) return false;
        at += strspn(at, SEPARATORS);
    }
    *fields = read;
    return true;
}
