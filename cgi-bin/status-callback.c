/*
 * status-callback: Twilio reports what happens in a Conference and when a leg ends.
 *
 * The Conference's name is T1's SID. With taskSid in the query the report is about the leg that
 * reservation.call placed for that Task. 204 means done or none of our business; 503 asks Twilio to
 * come again, which the connection overrides of our URLs make it do.
 */
#include <string.h>

#include "base/sid.h"
#include "call/call_events.h"
#include "page/page_call.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", false, PARAM_TEXT, sid_is_task },
};

static enum err on_conference_event(const struct call_context *context, struct request *request,
                                    struct response *response)
{
    const char *event = request_field(request, "StatusCallbackEvent");
    const char *t1_sid = request_field(request, "FriendlyName");
    const char *conference_sid = request_field(request, "ConferenceSid");
    const char *call_sid = request_field(request, "CallSid");
    /*
     * Conferences that aren't named after a Task are other people's. Our own are reported by POST;
     * a GET could say whatever an agent's browser has had Twilio ask for.
     */
    if (request->method != METHOD_POST || event == NULL || !sid_is_task(t1_sid)) return ERR_OK;
    response_about_task(response, t1_sid);
    response_detail(response, "%s", event);
    if (strcmp(event, "conference-end") == 0) return call_events_conference_end(context, t1_sid);
    if (!sid_is_call(call_sid)) return ERR_OK;
    if (strcmp(event, "participant-leave") == 0)
        return call_events_leave(context, t1_sid, call_sid);
    if (strcmp(event, "participant-join") == 0 && sid_is_conference(conference_sid))
        return call_events_join(context, t1_sid, conference_sid, call_sid);
    return ERR_OK;
}

static enum err on_leg_ended(const struct call_context *context, const char *task_sid,
                             struct request *request, struct response *response)
{
    const char *call_sid = request_field(request, "CallSid");
    response_about_task(response, task_sid);
    response_detail(response, "leg-ended");
    if (!sid_is_call(call_sid)) return ERR_OK;
    return call_events_leg_ended(context, task_sid, call_sid, request_field(request, "CallStatus"));
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    const char *task_sid = request_param(request, P_TASK_SID);
    response_about_call(response, request_field(request, "CallSid"));
    enum err rc = task_sid != NULL ? on_leg_ended(&context, task_sid, request, response)
                                   : on_conference_event(&context, request, response);
    if (rc == ERR_OK) return response_empty(response, 204);
    response_detail(response, "%s", err_name(rc));
    return response_refuse(response, ERR_UNAVAILABLE, "ask_again", "Please report this again.");
}

static const struct endpoint self = {
    .name = "status-callback",
    .methods = METHOD_GET | METHOD_POST,
    .auth = AUTH_TWILIO,
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
