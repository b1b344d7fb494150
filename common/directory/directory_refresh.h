/*
 * The directory as one request sees it: the newest snapshot at once, while the next one
 * is fetched in the background, so that no agent waits for Twilio while typing.
 *
 * In a FastCGI process the background is one thread, with a Twilio client of its own; a plain CGI
 * program leaves a detached child behind. Of all processes of the machine one refreshes at a time.
 * Where the state directory can't be written, a FastCGI process keeps its snapshot in memory and a
 * plain CGI program fetches for itself.
 */
#ifndef DIALPAD_DIRECTORY_REFRESH_H
#define DIALPAD_DIRECTORY_REFRESH_H

#include <stdbool.h>

#include "base/config.h"
#include "base/err.h"
#include "directory/directory_image.h"
#include "twilio/twilio_client.h"

enum {
    DIRECTORY_REFRESH_S = 10, /* older than this: one process refreshes it, all answer from it */
    DIRECTORY_STALE_S = 60    /* older than this: the answer says so */
};

struct directory_refresh_options {
    const struct config *config;
    struct twilio_client *client; /* the request's own, with the request's deadline */
    bool fastcgi;
    bool may_fetch; /* when there is no snapshot: fetch one within the request's deadline */

    /*
     * Called in the background for each Task of our Workflow that has been wrapping for more than
     * 15 s, with the background's client. `context` lives until directory_refresh_stop. NULL: none.
     */
    void (*on_wrapping)(struct twilio_client *client, const void *context, const char *task_sid);
    const void *context;
};

struct directory_view {
    struct directory *directory; /* directory_close it */
    bool stale; /* over DIRECTORY_STALE_S old, incomplete, or the last refresh failed */
};

/*
 * ERR_NOT_FOUND when there is no snapshot and may_fetch is false; otherwise the error of the fetch,
 * when that has brought nothing at all.
 */
enum err directory_refresh_view(const struct directory_refresh_options *options,
                                struct directory_view *view) MUST_CHECK;

/*
 * Waits for the background thread (which gives up with the process: deadline_give_up_at) and frees
 * what the process has kept. Each thread calls it when it ends, while the configuration still
 * exists: the last one leaves nothing behind.
 */
void directory_refresh_stop(void);

/* An endpoint's `disconnect` for programs that use the directory: stops and frees the client. */
void directory_refresh_disconnect(struct twilio_client *client);

#endif
