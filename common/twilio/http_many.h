/*
 * Several HTTP requests at the same time, to one host or to several: as long as the slowest takes,
 * not as all together. Belongs to one thread.
 */
#ifndef DIALPAD_HTTP_MANY_H
#define DIALPAD_HTTP_MANY_H

#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "twilio/http_client.h"

struct http_many;

enum err http_many_new(struct http_many **many) MUST_CHECK;
void http_many_free(struct http_many *many);

struct http_exchange {
    struct http_client *client;
    const struct http_request *request;
    struct http_reply *reply;
    enum err rc;                    /* afterwards: as of http_client_perform */
    struct http_transfer *transfer; /* ours while it is under way, else NULL */
};

/*
 * Sends all these requests at once, each on a connection of its own that is kept for the next time,
 * and returns when each is answered or has failed, at the deadline at the latest. What becomes of
 * one is nothing to the others. At most HTTP_CLIENT_TRANSFERS for one client: ERR_INTERNAL for
 * those beyond.
 */
void http_many_perform(struct http_many *many, struct http_exchange *exchanges, size_t count,
                       const struct deadline *deadline);

#endif
