/*
 * hold-participant: puts the other side on hold, with music, or takes it back. No identifiers come
 * from the page but its own Task: whom to hold is found in the Conference.
 */
#include "base/sid.h"
#include "call/call_hold.h"
#include "page/page_call.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P_HOLD, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", true, PARAM_TEXT, sid_is_task },
    [P_HOLD] = { "hold", true, PARAM_BOOL, NULL },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    bool hold = request_param_is_true(request, P_HOLD);
    struct call call = { 0 };
    enum call_role role;
    enum err rc = page_call_load(service, request, response, request_param(request, P_TASK_SID),
                                 &call, &role);
    if (rc != ERR_OK) goto out;
    rc = call_is_over(&call) ? ERR_NOT_FOUND : call_hold(&context, &call, role, hold);
    if (rc == ERR_NOT_FOUND) {
        rc = response_refuse(response, ERR_CONFLICT, "nobody_to_hold",
                             "Nobody else is in the call.");
    }
    if (rc == ERR_OK) {
        response_detail(response, hold ? "hold" : "resume");
        strbuf_addf(&response->body, "{\"hold\":%s}", hold ? "true" : "false");
        rc = response_json_body(response, 200);
    }
out:
    call_clear(&call);
    return rc;
}

static const struct endpoint self = {
    .name = "hold-participant",
    .methods = METHOD_POST,
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
