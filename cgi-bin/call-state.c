/*
 * call-state: how is my call? The page asks every few seconds while it calls, after each reconnect,
 * and whenever something has moved; it never decides an outcome by itself.
 */
#include <string.h>

#include "base/params.h"
#include "base/sid.h"
#include "call/call_report.h"
#include "page/call_state_reply.h"
#include "page/page_call.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P_LEGS, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", false, PARAM_TEXT, sid_is_task },
    [P_LEGS] = { "legs", false, PARAM_BOOL, NULL }, /* also the asker's legs in the Conference */
};

/*
 * A copy of K's statement in another Task: T1 names K, and it isn't that Task. What T1 names is a
 * hint, so the Task itself is looked at before it speaks against the one that was asked for.
 */
static enum err find_copy(const struct call_context *context, struct call *call, const char *asked,
                          bool *copy)
{
    const char *named = call->facts.k_sid;
    *copy = false;
    if (asked == NULL || named[0] == '\0' || strcmp(asked, named) == 0) return ERR_OK;
    if (strcmp(asked, call->t1_sid) == 0) return ERR_OK;
    enum err rc = call_load_k(context, call);
    *copy = rc == ERR_OK && call->k_found && strcmp(asked, call->k.sid) != 0;
    return rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    const char *asked = request_param(request, P_TASK_SID);
    const char *worker_sid = request->agent.worker_sid;
    bool with_legs = request_param_is_true(request, P_LEGS);
    struct call call = { 0 };
    struct call_report report;
    enum call_role role;
    char open_sid[SID_SIZE] = "";
    enum err rc;
    /* The page tells that TaskRouter took no parameters in CallTo, and that it does without. */
    if (params_get(&request->params, "callto") != NULL) response_detail(response, "callto_plain");
    if (asked != NULL) {
        rc = page_call_look(service, request, response, asked, &call, &role);
    } else {
        rc = call_find_open(&context, worker_sid, &call, open_sid);
        if (rc == ERR_NOT_FOUND) {
            rc = call_state_reply_none(response);
            goto out;
        }
        role = rc == ERR_OK ? call_role_of(&call, worker_sid) : ROLE_NONE;
        if (rc == ERR_OK) call_note(&call, role);
    }
    bool copy = false;
    if (rc == ERR_OK) rc = find_copy(&context, &call, asked, &copy);
    if (rc == ERR_OK && copy) {
        rc = page_call_refuse(response);
        goto out;
    }
    if (rc == ERR_OK) rc = call_report(&context, &call, role, &report);
    if (rc == ERR_OK) {
        rc = call_state_reply(response, asked != NULL ? asked : open_sid, &call, role, &report,
                              with_legs);
    }
out:
    call_clear(&call);
    return rc;
}

static const struct endpoint self = {
    .name = "call-state",
    .methods = METHOD_GET,
    .auth = AUTH_AGENT,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = twilio_client_free,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
