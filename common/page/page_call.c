#include "page/page_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/params.h"
#include "call/call_close.h"

struct call_context page_call_context(const struct service *service)
{
    return call_context(service->config, service->twilio, service->keys, service->passes);
}

enum err page_call_refuse(struct response *response)
{
    return response_refuse(response, ERR_FORBIDDEN, "not_your_call",
                           "This call is between other agents.");
}

/*
 * The asker says for how many milliseconds it has known of the Task (`heard`): one of which it has
 * just been told exists, even if REST doesn't show it.
 */
static bool is_young(const struct request *request)
{
    const char *heard = params_get(&request->params, "heard");
    if (heard == NULL || *heard == '\0' || strlen(heard) > 9) return false;
    return strspn(heard, "0123456789") == strlen(heard) &&
           strtol(heard, NULL, 10) < CALL_NEW_S * 1000L;
}

static enum err admit(const struct request *request, struct response *response, enum err rc,
                      const struct call *call, enum call_role *role)
{
    if (rc == ERR_NOT_FOUND && is_young(request)) {
        return response_refuse(response, ERR_UNAVAILABLE, "ask_again",
                               "Twilio does not show this Task yet.");
    }
    if (rc == ERR_NOT_FOUND)
        return response_refuse(response, rc, "unknown_task", "There is no such Task.");
    *role = rc == ERR_OK ? call_role_of(call, request->agent.worker_sid) : ROLE_NONE;
    if (rc == ERR_OK) call_note(call, *role);
    bool foreign = rc == ERR_FORBIDDEN || (rc == ERR_OK && *role == ROLE_NONE);
    return foreign ? page_call_refuse(response) : rc;
}

enum err page_call_load(const struct service *service, const struct request *request,
                        struct response *response, const char *task_sid, struct call *call,
                        enum call_role *role)
{
    const struct call_context context = page_call_context(service);
    log_note(LOG_TASK, task_sid);
    return admit(request, response, call_load(&context, task_sid, call), call, role);
}

enum err page_call_look(const struct service *service, const struct request *request,
                        struct response *response, const char *task_sid, struct call *call,
                        enum call_role *role)
{
    const struct call_context context = page_call_context(service);
    const char *asker = request->agent.worker_sid;
    log_note(LOG_TASK, task_sid);
    return admit(request, response, call_load_for(&context, asker, task_sid, call), call, role);
}

enum err page_call_refuse_mismatch(struct request *request, struct response *response,
                                   const char *contact_uri, const char *friendly_name)
{
    struct strbuf message;
    strbuf_init(&message, STRBUF_MAX_URL);
    strbuf_addf(&message, "The address \"%s\" is not one that the Worker \"%s\" may have.",
                contact_uri, friendly_name);
    const char *kept = arena_strdup(&request->arena, message.buf);
    strbuf_free(&message);
    response_detail(response, "%s of %s", contact_uri, friendly_name);
    if (kept == NULL) return ERR_MEMORY;
    return response_refuse(response, ERR_CONFLICT, "identity_mismatch", kept);
}

/*
 * T1 says that both are in. It is believed if K says so too, perhaps a moment later: T1's word
 * alone could have been written by the caller's browser.
 */
static enum err is_answered(const struct call_context *context, struct call *call, bool *answered)
{
    enum err rc = call_load_k_surely(context, call);
    *answered = false;
    if (rc != ERR_OK || !call->k_found) return rc;
    if (call_rules_close_step(call->k.status) == CLOSE_CANCEL)
        rc = call_close_await_k(context, call);
    *answered = rc == ERR_OK && call->k.status == TASK_ASSIGNED;
    return rc == ERR_UNAVAILABLE ? ERR_OK : rc;
}

enum err page_call_close(const struct service *service, struct response *response,
                         struct call *call, enum call_outcome outcome, const char *reply)
{
    const struct call_context context = page_call_context(service);
    bool answered = false;
    enum err rc = call->t1_found ? call_close_replying(&context, call, outcome, reply)
                                 : call_close_remains(&context, call);
    bool goes_on = call_is_connected(call) && !call_is_over(call) &&
                   call_rules_end_of_talk(outcome) == OUTCOME_NONE;
    if (rc == ERR_CONFLICT && goes_on) {
        rc = is_answered(&context, call, &answered);
        if (rc == ERR_OK && !answered) rc = call_close(&context, call, OUTCOME_HANGUP);
    }
    if (answered) {
        return response_refuse(response, ERR_CONFLICT, "already_answered",
                               "The call has been answered.");
    }
    /* Twilio, or another process, was in between: pages insist. */
    if (rc == ERR_CONFLICT) rc = ERR_UNAVAILABLE;
    if (rc != ERR_OK) return rc;
    strbuf_addstr(&response->body, "{}");
    return response_json_body(response, 200);
}
