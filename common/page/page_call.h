/*
 * What the page endpoints share: from a taskSid and the token of the asker to a call of theirs.
 */
#ifndef DIALPAD_PAGE_CALL_H
#define DIALPAD_PAGE_CALL_H

#include "call/call.h"
#include "web/endpoint.h"

struct call_context page_call_context(const struct service *service);

/*
 * Loads the call of this Task (T1 or K) and says which end of it the asker is. Refuses with 404
 * unknown_task, 503 ask_again while the asker has known of the Task for less than CALL_NEW_S (the
 * parameter `heard`, in milliseconds), or 403 not_your_call. `call` is zeroed by the caller and
 * cleared by it in any case.
 */
enum err page_call_load(const struct service *service, const struct request *request,
                        struct response *response, const char *task_sid, struct call *call,
                        enum call_role *role) MUST_CHECK;

/* The same by call_load_for: for telling the asker of it, and nothing else. */
enum err page_call_look(const struct service *service, const struct request *request,
                        struct response *response, const char *task_sid, struct call *call,
                        enum call_role *role) MUST_CHECK;

/* 403 not_your_call. */
enum err page_call_refuse(struct response *response) MUST_CHECK;

/* 409 identity_mismatch: a Worker has an address that the friendly name doesn't allow. */
enum err page_call_refuse_mismatch(struct request *request, struct response *response,
                                   const char *contact_uri, const char *friendly_name) MUST_CHECK;

/*
 * call_close_replying, also for a call whose T1 has been deleted; answers 200 {}, or 409
 * already_answered where both turn out to be in a talk that does not end by that.
 */
enum err page_call_close(const struct service *service, struct response *response,
                         struct call *call, enum call_outcome outcome,
                         const char *reply) MUST_CHECK;

#endif
