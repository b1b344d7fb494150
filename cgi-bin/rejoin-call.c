/*
 * rejoin-call: an agent's page was reloaded or has crashed in the middle of a call and wants back
 * in. Dials the agent's softphone into the same Conference; the page answers, and the agent's older
 * legs go when the new one has joined.
 */
#include "base/log.h"
#include "base/sid.h"
#include "call/call_rejoin.h"
#include "page/page_call.h"
#include "page/page_limit.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", true, PARAM_TEXT, sid_is_task },
};

static enum err refuse(struct response *response, enum rejoin_refusal refusal)
{
    if (refusal == REJOIN_OVER) {
        return response_refuse(response, ERR_CONFLICT, "call_is_over",
                               "There is no call to come back to.");
    }
    return response_refuse(response, ERR_CONFLICT, "leg_still_ringing",
                           "Your softphone is being called already.");
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    struct call call = { 0 };
    enum call_role role;
    enum rejoin_refusal refusal;
    char call_sid[SID_SIZE];
    enum err rc = page_limit_calls(service, request, response);
    if (rc != ERR_OK) return rc;
    rc = page_call_load(service, request, response, request_param(request, P_TASK_SID), &call,
                        &role);
    if (rc == ERR_OK) {
        rc = call_rejoin(&context, &call, role, &refusal, call_sid);
        if (rc == ERR_OK && refusal != REJOIN_OK) rc = refuse(response, refusal);
    }
    if (rc == ERR_OK) {
        log_note(LOG_CALL, call_sid);
        strbuf_addf(&response->body, "{\"callSid\":\"%s\"}", call_sid);
        rc = response_json_body(response, 200);
    }
    call_clear(&call);
    return rc;
}

static const struct endpoint self = {
    .name = "rejoin-call",
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
