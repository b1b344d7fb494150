/*
 * caller-twiml: the caller's softphone has answered; Twilio asks what to do with the leg.
 *
 * It joins the Conference that is named after T1, the caller's Task. The callback that is named
 * here hears of every later joiner too, because a Conference keeps the one of its first
 * participant. Nothing is asked of Twilio here: the answer costs one signature.
 */
#include "base/sid.h"
#include "call/call_twiml.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", true, PARAM_TEXT, sid_is_task },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const char *task_sid = request_param(request, P_TASK_SID);
    response_about_task(response, task_sid);
    response_about_call(response, request_field(request, "CallSid"));
    const struct config *config = service->config;
    /* Where an agent who drops out may come back, leaving must not end the Conference. */
    bool end_on_exit = config->grace_seconds == 0;
    enum err rc = call_twiml_join(&response->body, config->public_url, task_sid, true, end_on_exit);
    return rc == ERR_OK ? response_twiml(response) : rc;
}

static const struct endpoint self = {
    .name = "caller-twiml",
    .methods = METHOD_GET | METHOD_POST,
    .auth = AUTH_TWILIO,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
