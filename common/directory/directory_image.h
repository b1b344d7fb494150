/*
 * The agent directory: every Worker of the workspace in one snapshot, searched in memory, so that
 * no agent waits for Twilio while typing. Here the snapshot is a block of bytes that every search
 * reads in place; what is in the structures is the directory's own modules' business. Nothing here
 * knows Twilio or a file.
 *
 * Layout, in the machine's own byte order because the file never leaves it:
 *
 *   header | holders | records | record numbers by SID | values | value numbers by record |
 *   grams | postings | folded values | folded names | strings
 *
 * Records stand in the order of answers: available agents before others, by folded name within
 * each. The folded names (names_search_line) stand in one block, in the records' order and each
 * between two line breaks, so that a search is one pass over a few hundred kilobytes and sorts
 * nothing; and from the second letter on an index (directory_grams.h) spares it that. The first
 * letter that an agent types fits most names, of which all but a few are only counted: so those
 * counts are made once, with the snapshot.
 *
 * What stands beside the names (DIALPAD_LIST_FIELDS) is there once for all who have it, because
 * teams and places are those of many: a record has a number for each field, and a search looks
 * through the values before it looks at any record.
 */
#ifndef DIALPAD_DIRECTORY_IMAGE_H
#define DIALPAD_DIRECTORY_IMAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list_fields.h"
#include "base/sid.h"

enum {
    DIRECTORY_IMAGE_VERSION = 6,
    DIRECTORY_IMAGE_MAX = 64 * 1024 * 1024, /* TaskRouter's 15,000 Workers need a thirtieth */
    DIRECTORY_VALUES_MAX = 8 * 1024 * 1024  /* bytes of values, with their folded lines */
};

/* The two halves of the records. */
enum directory_part { DIRECTORY_AVAILABLE, DIRECTORY_OTHERS, DIRECTORY_PART__MAX };

/* The letters whose names are counted: those that are one byte. */
enum { DIRECTORY_LETTERS = 128 };

/* "DIALDIR" and a NUL. */
extern const char directory_image_magic[8];

/* Without implicit padding, like the other structures here, because all bytes are summed. */
struct directory_header {
    char magic[8];
    uint32_t version;
    uint32_t incomplete;     /* the Workers could not be read to their end */
    uint64_t size;           /* of the whole image */
    uint64_t content_sum;    /* over all that a search can see */
    uint64_t header_sum;     /* over this header, with this member 0, and the holders */
    int64_t created_s;       /* when the reading began */
    uint64_t user_attribute; /* checksum of its name: the records' `user` depends on it */
    char workspace_sid[SID_SIZE + 5];
    uint32_t count;
    uint32_t available_count; /* these come first */
    uint32_t holder_count;
    uint32_t folded_len;
    uint32_t strings_len;
    uint32_t gram_count; /* 0: there is no index */
    uint32_t posting_count;
    uint32_t value_count;
    uint32_t value_lines_len;
    uint32_t field_count; /* 0: no field is configured, and there are no values */
    uint32_t field_names[LIST_FIELDS_MAX];
    uint32_t unused;
    uint32_t with_letter[DIRECTORY_PART__MAX][DIRECTORY_LETTERS]; /* how many names have it */
};

/* Which Worker held which Task at the last refresh, so that the next one need not ask again. */
struct directory_holder {
    int64_t updated_s; /* the Task's: it has not changed hands while this stays */
    char task_sid[SID_SIZE + 1];
    char worker_sid[SID_SIZE + 1];
};

enum directory_busy { DIRECTORY_FREE, DIRECTORY_BUSY, DIRECTORY_BUSY_UNKNOWN };

/* Offsets into the strings; `folded` is where its line begins among the folded names. */
struct directory_record {
    uint32_t folded;
    uint32_t name;
    uint32_t friendly_name;
    uint32_t has_namesake; /* 1 where another agent goes by the same name */
    uint32_t contact_uri;
    uint32_t activity;
    uint32_t user;
    uint32_t busy; /* enum directory_busy */
    char sid[SID_SIZE + 1];
};

/* What some agents have in some field. `folded` is where its line begins in the folded values. */
struct directory_value {
    uint32_t text;
    uint32_t folded;
};

/* Bytes that stand next to each other in names, and where the list of those names begins. */
struct directory_gram {
    uint32_t key; /* ascending */
    uint32_t first;
};

/* Which file an opened snapshot came from; all zero for one that was never in a file. */
struct directory_identity {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t modified_ns;
};

/* An opened snapshot, checked, to be read by any number of threads. */
struct directory {
    const struct directory_header *header;
    const struct directory_holder *holders;
    const struct directory_record *records;
    const uint32_t *by_sid;
    const struct directory_value *values;
    const uint32_t *value_numbers; /* field_count of each record, from 1; 0: the agent has none */
    const struct directory_gram *grams;
    const uint16_t *postings;
    const char *value_lines; /* as the folded names, and a NUL behind them */
    const char *folded;
    const char *strings;
    atomic_uint users;
    void *data;
    size_t size;
    bool mapped; /* by mmap, else by malloc */
    struct directory_identity identity;
};

/*
 * Checks every count, offset and checksum. The new `directory` owns `data` (directory_close frees
 * it); on failure `data` stays the caller's. ERR_INPUT for anything that this version of the
 * program did not write.
 */
enum err directory_image_open(void *data, size_t size, bool mapped,
                              struct directory **directory) MUST_CHECK;

/* One more user of the same snapshot, in any thread; each closes it. Returns its argument. */
struct directory *directory_share(struct directory *directory);

/* Harmless with NULL. */
void directory_close(struct directory *directory);

/* Of the moment at which its reading began. A snapshot from the future counts as ancient. */
int64_t directory_age_s(const struct directory *directory, int64_t now_s);

/* There was no time to read all Workers. */
bool directory_incomplete(const struct directory *directory);

/* The number of the record with this SID; the count of records if there is none. */
size_t directory_image_find(const struct directory *directory, const char *sid);

/* A checksum against damage, not against forgery. Begin with 0 and chain. */
uint64_t directory_image_sum(uint64_t sum, const void *data, size_t len);

/* What header_sum has to be for this header and the holders that follow it. */
uint64_t directory_image_header_sum(const struct directory_header *header,
                                    const struct directory_holder *holders);

#endif
