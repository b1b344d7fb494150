#include "directory/directory_values.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

/* A value that somebody has, and which of the texts it is. */
struct entry {
    const char *text;
    size_t at;
};

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->text, ((const struct entry *)b)->text);
}

void directory_values_init(struct directory_values *sections)
{
    strbuf_init(&sections->values, DIRECTORY_IMAGE_MAX);
    strbuf_init(&sections->numbers, DIRECTORY_IMAGE_MAX);
    strbuf_init(&sections->lines, DIRECTORY_IMAGE_MAX);
    sections->used = 0;
}

void directory_values_free(struct directory_values *sections)
{
    strbuf_free(&sections->lines);
    strbuf_free(&sections->numbers);
    strbuf_free(&sections->values);
}

bool directory_values_failed(const struct directory_values *sections)
{
    return strbuf_failed(&sections->values) || strbuf_failed(&sections->numbers) ||
           strbuf_failed(&sections->lines);
}

/* *number is 0 where there is no room for the value. */
static enum err add_value(struct directory_values *sections, struct strbuf *strings,
                          const char *text, uint32_t *number)
{
    struct strbuf line;
    strbuf_init(&line, STRBUF_MAX_FORM);
    enum err rc = names_search_line(&line, text);
    if (rc == ERR_INPUT) rc = ERR_OK; /* it is shown, and isn't found */
    size_t size = strlen(text) + line.len;
    *number = 0;
    if (rc == ERR_OK && sections->used + size <= DIRECTORY_VALUES_MAX) {
        const struct directory_value value = {
            .text = (uint32_t)strings->len,
            .folded = (uint32_t)sections->lines.len,
        };
        strbuf_add(strings, text, strlen(text) + 1);
        strbuf_add(&sections->lines, line.buf, line.len);
        strbuf_addch(&sections->lines, '\n');
        strbuf_add(&sections->values, &value, sizeof value);
        *number = (uint32_t)(sections->values.len / sizeof value);
        sections->used += size;
    }
    strbuf_free(&line);
    return rc;
}

static size_t collect(const char *const *texts, size_t count, struct entry *entries)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (texts[i][0] != '\0') entries[found++] = (struct entry){ texts[i], i };
    if (found > 0) qsort(entries, found, sizeof *entries, compare_entries);
    return found;
}

enum err directory_values_write(struct directory_values *sections, struct strbuf *strings,
                                const char *const *texts, size_t count)
{
    enum err rc = ERR_MEMORY;
    uint32_t number = 0;
    struct entry *entries = calloc(count + 1, sizeof *entries);
    uint32_t *numbers = calloc(count + 1, sizeof *numbers);
    if (entries == NULL || numbers == NULL) goto out;
    rc = ERR_OK;
    strbuf_addch(&sections->lines, '\n');
    size_t found = collect(texts, count, entries);
    for (size_t i = 0; rc == ERR_OK && i < found; i++) {
        const char *text = entries[i].text;
        if (i == 0 || strcmp(entries[i - 1].text, text) != 0)
            rc = add_value(sections, strings, text, &number);
        numbers[entries[i].at] = number;
    }
    strbuf_addch(&sections->lines, '\0');
    strbuf_add(&sections->numbers, numbers, count * sizeof *numbers);
out:
    free(numbers);
    free(entries);
    return rc;
}
