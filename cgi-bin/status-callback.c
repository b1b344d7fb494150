/*
 * status-callback: Twilio reports what happens in a Conference and when a leg ends.
 *
 * The Conference's name holds T1's SID and shows that it is ours. With taskSid in the query the
 * report is about the leg that reservation.call placed for that Task. 204 means done or none of our
 * business; 503 asks Twilio to come again, which the connection overrides of our URLs make it do.
 */
#include <string.h>

#include "auth/pass.h"
#include "base/log.h"
#include "base/sid.h"
#include "call/call_events.h"
#include "page/page_call.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P_PASS, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", false, PARAM_TEXT, sid_is_task },
    [P_PASS] = { "pass", false, PARAM_TEXT, NULL },
};

/* In Twilio's words what has happened, and why. */
static void note_event(const struct request *request, const char *word)
{
    static const struct {
        enum log_key key;
        const char *field;
    } fields[] = {
        { LOG_CONF, "ConferenceSid" },
        { LOG_LEFT_REASON, "ReasonParticipantLeft" },
        { LOG_CALL_STATUS, "ParticipantCallStatus" },
        { LOG_END_REASON, "ReasonConferenceEnded" },
        { LOG_ENDED_BY, "CallSidEndingConference" },
    };
    log_note(LOG_EVENT, word);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        log_note(fields[i].key, request_field(request, fields[i].field));
}

static enum err on_conference_event(const struct call_context *context, struct request *request)
{
    char t1_sid[SID_SIZE];
    size_t key;
    const char *word = request_field(request, "StatusCallbackEvent");
    const char *room = request_field(request, "FriendlyName");
    const struct call_event event = {
        .t1_sid = t1_sid,
        .conference_sid = request_field(request, "ConferenceSid"),
        .call_sid = request_field(request, "CallSid"),
        .label = request_field(request, "ParticipantLabel"),
        .pass = request_param(request, P_PASS),
    };
    /*
     * Conferences whose names we haven't made are other people's. Our own are reported by POST; a
     * GET could say whatever an agent's browser has had Twilio ask for.
     */
    if (request->method != METHOD_POST || word == NULL) return ERR_OK;
    if (!pass_room_read(context->passes, room, t1_sid, &key)) return ERR_OK;
    log_note(LOG_T1, t1_sid);
    note_event(request, word);
    if (strcmp(word, "conference-end") == 0) return call_events_conference_end(context, t1_sid);
    if (!sid_is_call(event.call_sid)) return ERR_OK;
    if (strcmp(word, "participant-leave") == 0) return call_events_leave(context, &event);
    if (strcmp(word, "participant-join") == 0 && sid_is_conference(event.conference_sid))
        return call_events_join(context, &event);
    return ERR_OK;
}

static enum err on_leg_ended(const struct call_context *context, struct request *request)
{
    const struct call_leg_end end = {
        .task_sid = request_param(request, P_TASK_SID),
        .call_sid = request_field(request, "CallSid"),
        .call_status = request_field(request, "CallStatus"),
        .pass = request_param(request, P_PASS),
    };
    log_note(LOG_TASK, end.task_sid);
    log_note(LOG_EVENT, "leg-ended");
    log_note(LOG_CALL_STATUS, end.call_status);
    return sid_is_call(end.call_sid) ? call_events_leg_ended(context, &end) : ERR_OK;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    log_note(LOG_CALL, request_field(request, "CallSid"));
    enum err rc = request_param(request, P_TASK_SID) != NULL
                      ? on_leg_ended(&context, request)
                      : on_conference_event(&context, request);
    if (rc == ERR_AUTH) log_warn("nothing done: no valid pass");
    if (rc == ERR_OK || rc == ERR_AUTH) return response_empty(response, 204);
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
