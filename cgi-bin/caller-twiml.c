/*
 * caller-twiml: the caller's softphone has answered; Twilio asks what to do with the leg.
 *
 * It joins the Conference of this T1. The callback that is named here hears of every later joiner
 * too, because a Conference keeps the one of its first participant; so the caller's pass, without
 * which no colleague is rung, goes with it.
 */
#include "base/sid.h"
#include "page/admission.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P_PASS, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", true, PARAM_TEXT, sid_is_task },
    [P_PASS] = { "pass", false, PARAM_TEXT, NULL },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct admission wanted = {
        .role = PASS_CALLER,
        .t1_sid = request_param(request, P_TASK_SID),
        .pass = request_param(request, P_PASS),
    };
    return admission_reply(service, request, response, &wanted);
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
