/*
 * One HTTP transfer at a time over libcurl and the connection that it keeps; what http_client and
 * http_many have in common, and private to them. Belongs to one thread.
 *
 * Each transfer has a connection of its own, because a POST must not be sent on a connection that
 * has died (libcurl would silently send it twice), and only of a single one can be said before a
 * request whether that is the one which will be used, and whether it is still good.
 */
#ifndef DIALPAD_HTTP_TRANSFER_H
#define DIALPAD_HTTP_TRANSFER_H

#include "base/clock.h"
#include "base/err.h"
#include "twilio/http_message.h"

struct http_transfer;

/* The options' strings are copied. */
enum err http_transfer_new(const struct http_options *options,
                           struct http_transfer **transfer) MUST_CHECK;

/* Another one with the same options, and a connection of its own. */
enum err http_transfer_copy(const struct http_transfer *model,
                            struct http_transfer **transfer) MUST_CHECK;
void http_transfer_free(struct http_transfer *transfer); /* NULL is none */

/*
 * Makes the handle ready to send this request; all outlive the transfer's end. Errors as for
 * http_client_perform: then nothing is sent, and nothing is to be ended.
 */
enum err http_transfer_begin(struct http_transfer *transfer, const struct http_request *request,
                             const struct deadline *deadline, struct http_reply *reply) MUST_CHECK;

/* libcurl's handle, a CURL *, to be run by whichever of libcurl's interfaces. */
void *http_transfer_handle(const struct http_transfer *transfer);

/*
 * libcurl has done with it, and this is its CURLcode. Fills the reply, and notes whether the
 * connection is kept: so the handle must still be where it was run. Errors as for
 * http_client_perform.
 */
enum err http_transfer_end(struct http_transfer *transfer, int result) MUST_CHECK;

#endif
