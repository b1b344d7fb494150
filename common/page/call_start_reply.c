#include "page/call_start_reply.h"

#include "page/page_call.h"

static const struct {
    enum err err;
    const char *code;
    const char *message;
} refusals[START__MAX] = {
    [START_CALL_YOURSELF] = { ERR_UNPROCESSABLE, "call_yourself", "You can't call yourself." },
    [START_UNKNOWN_AGENT] = { ERR_UNPROCESSABLE, "unknown_agent", "There is no such agent." },
    [START_NOT_KNOWN_YET] = { ERR_UNAVAILABLE, "ask_again",
                              "Not all agents are known yet; please try again." },
    [START_AMBIGUOUS_AGENT] = { ERR_CONFLICT, "ambiguous_agent",
                                "Two agents have the same address; ask your administrator." },
    [START_UNSUPPORTED_CONTACT] = { ERR_CONFLICT, "unsupported_contact",
                                    "This agent has no softphone." },
    [START_CALLEE_OFFLINE] = { ERR_CONFLICT, "callee_offline", "The colleague is offline." },
    [START_CALLEE_BUSY] = { ERR_CONFLICT, "callee_busy", "The colleague is on another call." },
    [START_CALLER_UNAVAILABLE] = { ERR_CONFLICT, "caller_unavailable",
                                   "Set your status to available first." },
    [START_ALREADY_IN_CALL] = { ERR_CONFLICT, "already_in_call", "You are in a call already." },
    [START_ROUTING_UNSUPPORTED] = { ERR_UPSTREAM, "routing_unsupported",
                                    "Twilio can't route the call; ask your administrator." },
};

enum err call_start_reply(struct request *request, struct response *response,
                          enum start_refusal refusal, const struct call_started *started)
{
    if (refusal == START_IDENTITY_MISMATCH) {
        return page_call_refuse_mismatch(request, response, started->mismatch.contact_uri,
                                         started->mismatch.friendly_name);
    }
    if (refusal != START_OK) {
        return response_refuse(response, refusals[refusal].err, refusals[refusal].code,
                               refusals[refusal].message);
    }
    strbuf_addf(&response->body, "{\"taskSid\":\"%s\",\"pass\":\"%s\"}", started->t1_sid,
                started->pass);
    return response_json_body(response, 201);
}
