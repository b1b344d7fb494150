/*
 * The agent directory, as a page endpoint opens it.
 */
#ifndef DIALPAD_PAGE_DIRECTORY_H
#define DIALPAD_PAGE_DIRECTORY_H

#include "directory/directory_refresh.h"
#include "web/endpoint.h"

/*
 * The newest snapshot, or the first one, fetched within what is left of the request's deadline;
 * directory_close view->directory. What stands in the way is never the asker's fault:
 * ERR_UPSTREAM, ERR_NO_REPLY, ERR_TIMEOUT or ERR_UNAVAILABLE. The background refresh that this may
 * start also looks after calls of ours that have been wrapping for too long.
 */
enum err page_directory(const struct service *service, struct directory_view *view) MUST_CHECK;

/* The same with an earlier deadline, where the request has more to ask of Twilio after it. */
enum err page_directory_until(struct service *service, int64_t at_ms,
                              struct directory_view *view) MUST_CHECK;

/*
 * All agents, read from Twilio by then and not from the snapshot; directory_close *fresh. `known`
 * saves requests. ERR_UNAVAILABLE and NULL where they could not all be read.
 */
enum err page_directory_afresh(struct service *service, int64_t at_ms,
                               const struct directory *known, struct directory **fresh) MUST_CHECK;

#endif
