/*
 * Finds agents in an opened snapshot: by what is typed, by contact_uri, by the name that the web
 * server knows.
 */
#ifndef DIALPAD_DIRECTORY_SEARCH_H
#define DIALPAD_DIRECTORY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config.h"
#include "base/err.h"
#include "base/sid.h"
#include "directory/directory_image.h"
#include "directory/directory_match.h"
#include "directory/field_query.h"

enum {
    DIRECTORY_LIMIT_MAX = 200,
    DIRECTORY_OFFSET_MAX = 99999, /* TaskRouter has 15,000 Workers at most */
    DIRECTORY_ETAG_SIZE = 19      /* 16 digits, two quotes, a NUL */
};

/* Strings belong to the snapshot and live until directory_close. */
struct directory_agent {
    size_t record; /* for directory_fields_value */
    const char *sid;
    const char *name;
    const char *friendly_name; /* only where the name alone doesn't say who it is, else "" */
    const char *contact_uri;
    const char *activity;
    bool available;
    enum directory_busy busy;
};

struct directory_query {
    const struct config *config; /* says whose address is whose; NULL: contact_uri alone does */
    const char *text;            /* "" or NULL: everybody */
    const char *without_sid;     /* the asker */
    bool include_offline;
    size_t limit;      /* 1..DIRECTORY_LIMIT_MAX */
    size_t offset;     /* 0..DIRECTORY_OFFSET_MAX: so many of the best are left out */
    uint64_t told_sum; /* for the entity tag: of what else the answer will show (overlay) */
};

struct directory_result {
    struct directory_agent agents[DIRECTORY_LIMIT_MAX];
    size_t count;
    size_t total; /* matches, also those before the offset and beyond the limit */
};

/*
 * Case- and accent-blind: every word of the text must begin a word of the name (better) or stand
 * inside it. Available agents come first, then the beginning of the name, then the beginning of
 * another word, then the rest; by name within each. Punctuation separates words, apostrophes
 * vanish, in the text as in the names, and either may be spelled otherwise (base/names). Where
 * fields are configured, those follow who have a word in one of these instead (directory_fields.h),
 * and "team:billing" asks for a field alone (field_query.h). A text that is a Worker's SID or an
 * agent's whole contact_uri finds that agent alone: of several who have it, the one who may have it
 * (agent_address.h). SIDs with a space between find those agents, in that order. A text of more
 * words than any name has finds none. The order is the snapshot's, so that offsets cut it into
 * pages which neither repeat nor miss anybody while the snapshot stays. ERR_INPUT for a limit or an
 * offset out of range or a text that isn't UTF-8; ERR_MEMORY.
 */
enum err directory_search(const struct directory *directory, const struct directory_query *query,
                          struct directory_result *result) MUST_CHECK;

/* What was typed (NULL: nothing), as this directory takes it apart; as field_query_read. */
enum err directory_search_read(const struct directory *directory, const char *text,
                               struct field_query *query) MUST_CHECK;

/* The friendly name of whom the name alone doesn't tell from another; else, or unknown, "". */
const char *directory_search_friendly_name(const struct directory *directory, const char *sid);

/*
 * An entity tag with its quotes: the same for two answers only if snapshot, query (with told_sum)
 * and stale flag are the same. A refresh that has changed nothing doesn't change it.
 */
void directory_query_etag(const struct directory *directory, const struct directory_query *query,
                          bool stale, char etag[DIRECTORY_ETAG_SIZE]);

/*
 * How many Workers may have this address, now or after a change of their own (agent_address.h); the
 * first two of them in `owners`.
 */
size_t directory_search_entitled(const struct directory *directory, const struct config *config,
                                 const char *address, struct directory_agent owners[2]);

/*
 * The same, with those whose contact_uri it is without their being entitled to it: the Workflow
 * would ring them all the same.
 */
size_t directory_search_owners(const struct directory *directory, const struct config *config,
                               const char *address, struct directory_agent owners[2]);

/*
 * How many Workers may have the address that they have (agent_address.h); *of is how many there
 * are.
 */
size_t directory_search_fitting(const struct directory *directory, const struct config *config,
                                size_t *of);

/*
 * How many Workers have this value of the configured DIALPAD_USER_ATTRIBUTE (compared byte for
 * byte; friendly_name by default); the first two of them in `found`.
 */
size_t directory_search_users(const struct directory *directory, const char *user,
                              struct directory_agent found[2]);

#endif
