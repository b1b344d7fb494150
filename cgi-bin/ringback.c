/*
 * ringback: what a leg hears that waits in the Conference, and the heartbeat of a call of which
 * nothing is reported.
 *
 * Each round plays CALL_ROUND_S seconds and asks for the next. Round 0 costs nothing; from round 1
 * the call is judged, closed when it is over and healed when its K was lost. With `why` the leg
 * waits on hold ("hold": its colleague wants it so; "reconnect": its colleague has dropped out),
 * and each round looks whether the colleague is there. Whatever happens, a genuine request gets its
 * TwiML within two seconds: a waiting agent must not be cut off because our own question failed.
 * An address that isn't ours, because it has neither the room's name nor a pass, asks nothing.
 * `tone=1` and `tone=2` are the sounds themselves.
 */
#include <string.h>

#include "base/log.h"
#include "call/call_twiml.h"
#include "call/call_waiting.h"
#include "call/tone.h"
#include "page/page_call.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { DEADLINE_MS = 1800 };

/* The sounds hold nothing that isn't public, and a player may not sign its fetch. */
static bool is_sound(const struct request *request)
{
    bool reads = request->method == METHOD_GET || request->method == METHOD_HEAD;
    if (!reads || request->query == NULL) return false;
    return strcmp(request->query, "tone=1") == 0 || strcmp(request->query, "tone=2") == 0;
}

static enum err answer_sound(const struct request *request, struct response *response)
{
    if (strcmp(request->query, "tone=1") == 0) {
        tone_ringback(&response->body);
    } else {
        tone_music(&response->body);
    }
    response->cache_control = "public, max-age=86400";
    return response_body(response, 200, "audio/wav");
}

/* A failure is none for the leg that waits: its next round asks again. */
static void judge(const struct call_context *context, size_t key, struct request *request,
                  struct response *response, struct call_wait *wait)
{
    bool over;
    enum err rc = call_waiting_judge(context, key, request_field(request, "CallSid"), wait, &over);
    if (rc != ERR_OK) log_warn("round %d: %s", wait->round, err_name(rc));
    if (rc == ERR_OK && over) response_detail(response, "round %d over", wait->round);
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    char room[PASS_NAME_SIZE];
    struct call_wait wait;
    size_t key;
    if (is_sound(request)) return answer_sound(request, response);
    call_url_read_wait(&request->params, &wait);
    if (wait.t1_sid == NULL) {
        strbuf_addstr(&response->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response/>");
        return response_twiml(response);
    }
    log_note(LOG_TASK, wait.t1_sid);
    log_note(LOG_CALL, request_field(request, "CallSid"));
    if (call_waiting_is_ours(&context, request_field(request, "To"), &wait, room, &key))
        judge(&context, key, request, response, &wait);
    else
        log_warn("not an address of ours");
    enum err rc = call_twiml_wait(&response->body, service->config->public_url, &wait);
    return rc == ERR_OK ? response_twiml(response) : rc;
}

static const struct endpoint self = {
    .name = "ringback",
    .methods = METHOD_GET | METHOD_POST,
    .auth = AUTH_TWILIO,
    /* No table of parameters: the answer to a genuine request is TwiML, whatever it says. */
    .deadline_ms = DEADLINE_MS,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = twilio_client_free,
    .is_public = is_sound,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
