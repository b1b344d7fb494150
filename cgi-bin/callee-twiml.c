/*
 * callee-twiml: the colleague has answered; Twilio asks what to do with the leg.
 *
 * It joins the Conference that is named after T1, the caller's Task, but never starts one: a late
 * answer can't bring a dead Conference back to life, and ringback ends one in which it is alone.
 */
#include "base/sid.h"
#include "call/call_twiml.h"
#include "web/endpoint.h"

enum { P_CONFERENCE_NAME, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_CONFERENCE_NAME] = { "conferenceName", true, PARAM_TEXT, sid_is_task },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const char *t1_sid = request_param(request, P_CONFERENCE_NAME);
    response_about_task(response, t1_sid);
    response_about_call(response, request_field(request, "CallSid"));
    const struct config *config = service->config;
    /* Where an agent who drops out may come back, leaving must not end the Conference. */
    bool end_on_exit = config->grace_seconds == 0;
    enum err rc = call_twiml_join(&response->body, config->public_url, t1_sid, false, end_on_exit);
    return rc == ERR_OK ? response_twiml(response) : rc;
}

static const struct endpoint self = {
    .name = "callee-twiml",
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
