/*
 * The agent directory: every Worker of the workspace in one snapshot file, searched in memory, so
 * that no agent waits for Twilio while typing.
 *
 * The file stands in the state directory, is replaced only by rename, and is shared by all
 * processes. Deleting it costs one refresh. Its layout is private to this module and guarded by a
 * magic number, a version and a checksum: a damaged file counts as absent.
 */
#ifndef DIALPAD_DIRECTORY_H
#define DIALPAD_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

enum {
    DIRECTORY_REFRESH_S = 10, /* older than this: somebody refreshes it, all answer from it */
    DIRECTORY_STALE_S = 60,   /* older than this: the answer says so */
    DIRECTORY_LIMIT_MAX = 200,
    DIRECTORY_ETAG_SIZE = 19 /* 16 digits, two quotes, a NUL */
};

enum directory_busy { DIRECTORY_FREE, DIRECTORY_BUSY, DIRECTORY_BUSY_UNKNOWN };

/* Strings belong to the snapshot and live until directory_close. */
struct directory_agent {
    const char *sid;
    const char *name;
    const char *contact_uri;
    const char *activity;
    bool available;
    enum directory_busy busy;
};

struct directory; /* one opened snapshot */

/*
 * Opens the newest snapshot. ERR_NOT_FOUND when there is none that can be used. A thread keeps it
 * open between requests and calls directory_reopen (with NULL in *directory the first time), which
 * costs one stat unless it was replaced. A snapshot whose file was deleted stays usable.
 *
 * Programs go through directory_refresh.h instead, which also keeps the snapshot fresh.
 */
enum err directory_open(const struct config *config, struct directory **directory) MUST_CHECK;
enum err directory_reopen(const struct config *config, struct directory **directory) MUST_CHECK;

/* One more user of the same snapshot, in any thread; each closes it. Returns its argument. */
struct directory *directory_share(struct directory *directory);
void directory_close(struct directory *directory);

/* Of the moment at which its reading began. A snapshot from the future counts as ancient. */
int64_t directory_age_s(const struct directory *directory, int64_t now_s);
bool directory_refresh_failed(const struct config *config); /* the last attempt did */

/* There was no time to read all Workers. */
bool directory_incomplete(const struct directory *directory);

struct directory_query {
    const char *text;        /* "" or NULL: everybody */
    const char *without_sid; /* the asker */
    bool include_offline;
    size_t limit; /* 1..DIRECTORY_LIMIT_MAX */
};

struct directory_result {
    struct directory_agent agents[DIRECTORY_LIMIT_MAX];
    size_t count;
    size_t total; /* matches, also those beyond the limit */
};

/*
 * Case- and accent-blind: every word of the text must begin a word of the name (better) or stand
 * inside it. Available agents come first, then the beginning of the name, then the beginning of
 * another word, then the rest; by name within each. Punctuation separates words, apostrophes
 * vanish, in the text as in the names. A text that is a Worker's SID or somebody's whole
 * contact_uri finds that agent alone. ERR_INPUT for a limit out of range, a text that isn't UTF-8
 * or one of more than 64 words.
 */
enum err directory_search(const struct directory *directory, const struct directory_query *query,
                          struct directory_result *result) MUST_CHECK;

/*
 * An entity tag with its quotes: the same for two answers only if snapshot, query and stale flag
 * are the same. A refresh that has changed nothing doesn't change it.
 */
void directory_query_etag(const struct directory *directory, const struct directory_query *query,
                          bool stale, char etag[DIRECTORY_ETAG_SIZE]);

/* How many Workers have exactly this contact_uri; the first one's SID in `sid` if there is one. */
size_t directory_count_contact(const struct directory *directory, const char *contact_uri,
                               char sid[SID_SIZE]);

/*
 * How many Workers have this value of the configured DIALPAD_USER_ATTRIBUTE (compared byte for
 * byte; friendly_name by default); the first one's SID in `sid`.
 */
size_t directory_count_user(const struct directory *directory, const char *user,
                            char sid[SID_SIZE]);

/*
 * Fetches all Workers and which of them hold a live voice Task, and replaces the snapshot. Only
 * one process does it at a time: ERR_CONFLICT when another is at it. ERR_FORBIDDEN when the state
 * directory can't be written. Which Tasks are held is worth less than who is there: when Twilio
 * says the one and not the other, the snapshot is replaced and `busy` is unknown.
 *
 * `on_wrapping` (may be NULL) is called for each Task of our Workflow that has been wrapping for
 * more than 15 s, so that its owner can look after it.
 */
enum err directory_refresh(struct twilio_client *client,
                           void (*on_wrapping)(void *context, const char *task_sid),
                           void *context) MUST_CHECK;

/* The same under a lock (directory_file_lock) that the caller holds and closes. */
enum err directory_refresh_locked(struct twilio_client *client, int lock,
                                  void (*on_wrapping)(void *context, const char *task_sid),
                                  void *context) MUST_CHECK;

/*
 * Fetches the same into memory alone. When Twilio stops answering after the first Workers, the
 * snapshot holds those and is incomplete. `previous` (may be NULL) saves requests.
 */
enum err directory_fetch(struct twilio_client *client, const struct directory *previous,
                         struct directory **directory) MUST_CHECK;

#endif
