/*
 * What agents' own pages have told of them since the snapshot was read: activity, available, busy.
 * TaskRouter pushes an agent's changes to that agent's page at once, and the snapshot is seconds
 * older. So a colleague's row is right within the time in which a page asks again.
 *
 * One file of fixed records in the state folder, for all processes of the host. Writers lock it,
 * readers don't: each record carries its own sum, and one that is half written, cut off or foreign
 * is none. It may be deleted at any time; that costs what has been told since the last refresh.
 *
 * An agent's page may lie about its own agent, until the next refresh: what decides a call
 * (create-task) never looks here.
 */
#ifndef DIALPAD_DIRECTORY_OVERLAY_H
#define DIALPAD_DIRECTORY_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"
#include "directory/directory_search.h"

enum {
    OVERLAY_ACTIVITY_SIZE = 136,
    OVERLAY_PAUSE_MS = 1000,   /* between two things told of one agent */
    OVERLAY_REST_LAG_MS = 5000 /* a snapshot may show what was so much longer ago */
};

struct overlay_state {
    int64_t at_ms; /* since 1970: when it became so */
    char activity[OVERLAY_ACTIVITY_SIZE];
    bool available;
    bool busy;
};

/*
 * Keeps the state of this Worker, unless a newer one is known. ERR_RATE within OVERLAY_PAUSE_MS of
 * the last one, ERR_FORBIDDEN when the file can't be written, ERR_UNAVAILABLE when another process
 * holds it for too long.
 */
enum err directory_overlay_tell(const struct config *config, const char *worker_sid,
                                const struct overlay_state *state) MUST_CHECK;

/* The file as one request sees it, beside a snapshot; close it. There is none where it fails. */
struct directory_overlay {
    int fd;
    int64_t since_ms; /* what is older is in the snapshot */
    int64_t until_ms; /* what is later is from before the clock was set back */
    uint64_t sum;     /* for an entity tag: 0 where nothing is newer than the snapshot */
};

void directory_overlay_open(const struct config *config, const struct directory *directory,
                            struct directory_overlay *overlay);
void directory_overlay_close(struct directory_overlay *overlay);

/* Room for the names of activities that a result's rows point to. */
struct overlay_texts {
    char list[DIRECTORY_LIMIT_MAX][OVERLAY_ACTIVITY_SIZE];
};

/* Corrects the rows in place; their order stays, so that nothing jumps under an eye. */
void directory_overlay_apply(const struct directory_overlay *overlay,
                             struct directory_result *result, struct overlay_texts *texts);

#endif
