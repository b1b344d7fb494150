/*
 * The index of a snapshot: which names have these two or three bytes next to each other within a
 * word. What an agent types is looked for among the names that have its rarest three bytes instead
 * of among all of them; two or three letters, which fit the most names, are answered by the index
 * alone.
 */
#ifndef DIALPAD_DIRECTORY_GRAMS_H
#define DIALPAD_DIRECTORY_GRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "directory/directory_image.h"

/* How well a name fits what was typed, best first. */
enum directory_fit {
    DIRECTORY_FIT_NAME,   /* a word that was typed begins the name, */
    DIRECTORY_FIT_WORD,   /* or another of its words, */
    DIRECTORY_FIT_INSIDE, /* or is inside one, */
    DIRECTORY_FIT_FIELD,  /* or is in what stands beside the name */
    DIRECTORY_FIT_NOT
};

/*
 * A posting is the number of a record and how its name has the bytes, in 16 bits. TaskRouter has
 * 15,000 Workers at most; where there should be more than fit, there is no index.
 */
enum {
    DIRECTORY_GRAM_MIN = 2,
    DIRECTORY_GRAM_MAX = 3,
    DIRECTORY_POSTING_FIT_BITS = 2,
    DIRECTORY_INDEXED_MAX = 1 << (16 - DIRECTORY_POSTING_FIT_BITS)
};

/* Of what stands at `at` in a line of names_search_line. */
enum directory_fit directory_fit_at(const char *line, const char *at);

/* Those who have the same bytes, in the records' order. */
struct directory_postings {
    const uint16_t *at;
    const uint16_t *end;
};

/* Appends the index of these names (names_search_line), in the records' order, to two sections. */
enum err directory_grams_write(const char *const *lines, size_t count, struct strbuf *grams,
                               struct strbuf *postings) MUST_CHECK;

/*
 * Who has the rarest bytes of a word: all whose names have the word are among them. False without
 * an index, and for a word that is too short.
 */
bool directory_grams_find(const struct directory *directory, const char *word, size_t len,
                          struct directory_postings *postings);

/* Of one posting. The number may be none of the directory's where a file was made up. */
size_t directory_grams_record(uint16_t posting);
enum directory_fit directory_grams_fit(uint16_t posting);

#endif
