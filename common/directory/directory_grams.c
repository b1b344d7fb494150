#include "directory/directory_grams.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

/* One occurrence while the index is made. */
struct entry {
    uint32_t key;
    uint16_t posting;
};

struct entries {
    struct entry *list;
    size_t count;
};

enum directory_fit directory_fit_at(const char *line, const char *at)
{
    if (at == line || at[-1] == NAMES_BEGIN) return DIRECTORY_FIT_NAME;
    return at[-1] == ' ' ? DIRECTORY_FIT_WORD : DIRECTORY_FIT_INSIDE;
}

/* Two bytes are followed by a zero, which no name has. */
static uint32_t key_of(const char *bytes, size_t len)
{
    uint32_t key = 0;
    for (size_t i = 0; i < DIRECTORY_GRAM_MAX; i++)
        key = key << 8 | (i < len ? (unsigned char)bytes[i] : 0U);
    return key;
}

static bool ends_word(char c)
{
    return c == ' ' || c == NAMES_BEGIN || c == '\0';
}

/* Adds what begins at one place of a line. */
static void add_place(struct entries *entries, const char *line, size_t at, size_t record)
{
    enum directory_fit fit = directory_fit_at(line, line + at);
    uint16_t posting = (uint16_t)(record << DIRECTORY_POSTING_FIT_BITS | (unsigned)fit);
    for (size_t len = 1; len <= DIRECTORY_GRAM_MAX && !ends_word(line[at + len - 1]); len++) {
        if (len < DIRECTORY_GRAM_MIN) continue;
        entries->list[entries->count++] = (struct entry){ key_of(line + at, len), posting };
    }
}

/* Sorts by one byte of the key; what has the same one stays as it was. */
static void sort_by_byte(const struct entries *from, struct entry *to, unsigned shift)
{
    size_t start[256 + 1] = { 0 };
    for (size_t i = 0; i < from->count; i++)
        start[(from->list[i].key >> shift & 255) + 1]++;
    for (size_t byte = 1; byte <= 255; byte++)
        start[byte] += start[byte - 1];
    for (size_t i = 0; i < from->count; i++)
        to[start[from->list[i].key >> shift & 255]++] = from->list[i];
}

/* By the key, and with the same key in the order of the records, and in that of the line. */
static enum err sort_entries(struct entries *entries)
{
    struct entry *other = malloc((entries->count + 1) * sizeof *other);
    if (other == NULL) return ERR_MEMORY;
    for (unsigned shift = 0; shift < 8 * DIRECTORY_GRAM_MAX; shift += 8) {
        struct entry *sorted = other;
        sort_by_byte(entries, sorted, shift);
        other = entries->list;
        entries->list = sorted;
    }
    free(other);
    return ERR_OK;
}

/* A name that has the bytes more than once is listed once, as directory_match judges it. */
static void add_postings(const struct entries *entries, struct strbuf *grams,
                         struct strbuf *postings)
{
    struct directory_gram gram = { 0 };
    for (size_t i = 0; i < entries->count;) {
        const struct entry *first = &entries->list[i];
        uint16_t posting = first->posting;
        const size_t record = directory_grams_record(posting);
        for (; i < entries->count && entries->list[i].key == first->key &&
               directory_grams_record(entries->list[i].posting) == record;
             i++) {
            if (directory_grams_fit(posting) == DIRECTORY_FIT_INSIDE)
                posting = entries->list[i].posting;
        }
        if (first->key != gram.key) {
            gram.key = first->key;
            gram.first = (uint32_t)(postings->len / sizeof posting);
            strbuf_add(grams, &gram, sizeof gram);
        }
        strbuf_add(postings, &posting, sizeof posting);
    }
}

enum err directory_grams_write(const char *const *lines, size_t count, struct strbuf *grams,
                               struct strbuf *postings)
{
    enum err rc = ERR_MEMORY;
    size_t bytes = 0;
    if (count > DIRECTORY_INDEXED_MAX) return ERR_OK;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(lines[i]);
    const size_t most = bytes * (DIRECTORY_GRAM_MAX - DIRECTORY_GRAM_MIN + 1) + 1;
    struct entries entries = { .list = malloc(most * sizeof(struct entry)) };
    if (entries.list == NULL) goto out;
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; lines[i][at] != '\0'; at++)
            add_place(&entries, lines[i], at, i);
    }
    rc = sort_entries(&entries);
    if (rc == ERR_OK) add_postings(&entries, grams, postings);
out:
    free(entries.list);
    return rc;
}

/* Where the postings of a gram end: where those of the next one begin. */
static uint32_t end_of(const struct directory *directory, size_t gram)
{
    const struct directory_header *header = directory->header;
    return gram + 1 < header->gram_count ? directory->grams[gram + 1].first : header->posting_count;
}

/* Nobody's where no name has the bytes. */
static struct directory_postings postings_of(const struct directory *directory, uint32_t key)
{
    size_t low = 0;
    size_t high = directory->header->gram_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (directory->grams[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == directory->header->gram_count || directory->grams[low].key != key)
        return (struct directory_postings){ directory->postings, directory->postings };
    return (struct directory_postings){ directory->postings + directory->grams[low].first,
                                        directory->postings + end_of(directory, low) };
}

bool directory_grams_find(const struct directory *directory, const char *word, size_t len,
                          struct directory_postings *postings)
{
    if (directory->header->gram_count == 0 || len < DIRECTORY_GRAM_MIN) return false;
    size_t size = len < DIRECTORY_GRAM_MAX ? len : DIRECTORY_GRAM_MAX;
    for (size_t at = 0; at + size <= len; at++) {
        struct directory_postings these = postings_of(directory, key_of(word + at, size));
        if (at == 0 || these.end - these.at < postings->end - postings->at) *postings = these;
    }
    return true;
}

size_t directory_grams_record(uint16_t posting)
{
    return (size_t)posting >> DIRECTORY_POSTING_FIT_BITS;
}

enum directory_fit directory_grams_fit(uint16_t posting)
{
    return (enum directory_fit)(posting & ((1U << DIRECTORY_POSTING_FIT_BITS) - 1));
}
