/*
 * Which records of a snapshot fit the words that were typed, and how well. The index names those
 * who may; where it doesn't, the block of folded names is read, and what lies in it is judged hit
 * by hit. directory_search makes answers of it.
 */
#ifndef DIALPAD_DIRECTORY_MATCH_H
#define DIALPAD_DIRECTORY_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/name_query.h"
#include "directory/directory_fields.h"
#include "directory/directory_grams.h"
#include "directory/directory_image.h"

enum { DIRECTORY_MATCH_FITS = DIRECTORY_FIT_NOT };

/* What is looked for, and where. */
struct directory_match {
    const struct directory *directory;
    const struct name_query *words;        /* none: every agent fits */
    const struct directory_fields *fields; /* what is beside the names; nothing of it may fit */
    size_t key;     /* the longest word: it occurs least, so the block is searched for it */
    size_t without; /* the record that is left out; the count of records if none is */
    size_t limit;   /* of each kind: as many as its list has room for, at least 1 */
};

/*
 * The first matches of each kind, best first; those beyond the limit are only counted. The lists
 * are the caller's.
 */
struct directory_matches {
    uint32_t *list[DIRECTORY_MATCH_FITS];
    size_t count[DIRECTORY_MATCH_FITS];
    size_t total;
};

/* The matches among the available agents or among the others, each kind in the records' order. */
void directory_match_part(const struct directory_match *wanted, enum directory_part name,
                          struct directory_matches *matches);

#endif
