/*
 * callee-twiml: the colleague has answered, or a third one who was asked in; Twilio asks what to do
 * with the leg.
 *
 * It joins the Conference of this T1, but never starts one: a late answer can't bring a dead
 * Conference back to life, and ringback ends one in which it is alone. No address in the answer
 * carries a pass: from a Conference that the colleague has entered first, no phone is rung.
 */
#include "base/sid.h"
#include "page/admission.h"
#include "web/endpoint.h"

enum { P_CONFERENCE_NAME, P_TASK_SID, P_PASS, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_CONFERENCE_NAME] = { "conferenceName", true, PARAM_TEXT, sid_is_task },
    [P_TASK_SID] = { "taskSid", false, PARAM_TEXT, sid_is_task },
    [P_PASS] = { "pass", false, PARAM_TEXT, NULL },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct admission wanted = {
        .role = PASS_CALLEE,
        .t1_sid = request_param(request, P_CONFERENCE_NAME),
        .task_sid = request_param(request, P_TASK_SID),
        .pass = request_param(request, P_PASS),
    };
    return admission_reply(service, request, response, &wanted);
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
