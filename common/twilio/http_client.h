/*
 * Bounded, timed HTTP(S) to one host. A client belongs to one thread and keeps its connections
 * alive; several requests at the same time: http_many.h.
 */
#ifndef DIALPAD_HTTP_CLIENT_H
#define DIALPAD_HTTP_CLIENT_H

#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "twilio/http_message.h"

struct http_client;
struct http_transfer;

/* How many requests one client can have under way at once. */
enum { HTTP_CLIENT_TRANSFERS = 8 };

/* The options' strings are copied. */
enum err http_client_new(const struct http_options *options,
                         struct http_client **client) MUST_CHECK;
void http_client_free(struct http_client *client);

/*
 * One request, ended by the deadline at the latest. ERR_OK for any complete answer, whatever its
 * status. ERR_TIMEOUT (the deadline), ERR_NO_REPLY (no or broken answer), ERR_TOO_LARGE (head or
 * body over its ceiling), ERR_MEMORY otherwise; then reply->unknown says whether the request may
 * have arrived. Redirects are not followed. `reply` is emptied first, so it can be used again.
 */
enum err http_client_perform(struct http_client *client, const struct http_request *request,
                             const struct deadline *deadline, struct http_reply *reply) MUST_CHECK;

/*
 * For http_many: the transfer that carries this one of the requests that are under way at once,
 * made at its first use and kept with its connection. The first is http_client_perform's, too.
 */
enum err http_client_transfer(struct http_client *client, size_t index,
                              struct http_transfer **transfer) MUST_CHECK;

#endif
