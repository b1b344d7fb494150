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
#include <stdlib.h>
#include <string.h>

#include "auth/pass.h"
#include "base/clock.h"
#include "base/params.h"
#include "base/sid.h"
#include "call/call_away.h"
#include "call/call_heal.h"
#include "call/call_twiml.h"
#include "call/tone.h"
#include "page/page_call.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { MAX_ROUND = 1000, DEADLINE_MS = 1800 };

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

static int round_of(const struct request *request)
{
    const char *text = params_get(&request->params, "round");
    if (text == NULL) return 0;
    char *end;
    long round = strtol(text, &end, 10);
    return *text == '\0' || *end != '\0' || round < 0 || round > MAX_ROUND ? 0 : (int)round;
}

/* Why a leg waits on hold; NULL while the colleague has not answered yet. */
static const char *why_of(const struct request *request)
{
    static const char *const known[] = { "hold", "reconnect" };
    const char *why = params_get(&request->params, "why");
    for (size_t i = 0; why != NULL && i < sizeof known / sizeof *known; i++)
        if (strcmp(why, known[i]) == 0) return known[i];
    return NULL;
}

/*
 * Is this an address of ours? Its `room` shows it, which only we can compute; so does a pass that
 * fits the leg that Twilio says it is. `wait` gets the room, and *key tells under which key.
 */
static bool is_ours(const struct service *service, const struct request *request,
                    struct call_wait *wait, char room[PASS_NAME_SIZE], size_t *key)
{
    char t1_sid[SID_SIZE];
    const char *named = params_get(&request->params, "room");
    const char *to = request_field(request, "To");
    bool ours =
        pass_room_read(service->passes, named, t1_sid, key) && strcmp(t1_sid, wait->t1_sid) == 0;
    for (enum pass_role role = PASS_CALLER; !ours && to != NULL && role <= PASS_CALLEE; role++) {
        const struct pass_seat seat = { role, wait->t1_sid, to };
        ours = pass_check(service->passes, &seat, wait->pass, clock_wall_s(), key) != PASS_WRONG;
    }
    if (!ours || pass_room(service->passes, *key, wait->t1_sid, room) != ERR_OK) return false;
    wait->room = room;
    return true;
}

/*
 * What happens in a call is reported; a round looks for what wasn't. Only while a colleague is
 * expected back each one counts, because the time for that runs out by them.
 */
static bool is_judged(const struct call_wait *wait)
{
    if (wait->why == NULL) return wait->round % 2 == 1;
    return wait->round > 0 && (strcmp(wait->why, "hold") != 0 || wait->round % 6 == 0);
}

/* One who is held by choice, and whose holder is gone, waits from now on for that agent. */
static enum err watch(const struct call_context *context, struct call_wait *wait, bool *over)
{
    enum away_watch found;
    enum err rc = call_away_watch(context, wait->t1_sid, &found);
    *over = found == AWAY_OVER;
    if (rc == ERR_OK && found == AWAY_WAITING) wait->why = "reconnect";
    return rc;
}

static void judge(const struct service *service, struct response *response, struct call_wait *wait,
                  size_t key, const char *call_sid)
{
    const struct call_context context = page_call_context(service);
    const struct call_round round = { wait->t1_sid, key, wait->pass, wait->round, call_sid };
    bool over = false;
    enum err rc =
        wait->why == NULL ? call_heal(&context, &round, &over) : watch(&context, wait, &over);
    if (rc != ERR_OK) response_detail(response, "round %d %s", wait->round, err_name(rc));
    if (rc == ERR_OK && over) response_detail(response, "round %d over", wait->round);
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    char room[PASS_NAME_SIZE];
    size_t key;
    if (is_sound(request)) return answer_sound(request, response);
    const char *pass = params_get(&request->params, "pass");
    struct call_wait wait = {
        .t1_sid = params_get(&request->params, "taskSid"),
        .pass = pass_is_text(pass) ? pass : NULL,
        .why = why_of(request),
        .round = round_of(request),
    };
    if (!sid_is_task(wait.t1_sid)) {
        strbuf_addstr(&response->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response/>");
        return response_twiml(response);
    }
    response_about_task(response, wait.t1_sid);
    response_about_call(response, request_field(request, "CallSid"));
    bool ours = is_ours(service, request, &wait, room, &key);
    if (!ours) response_detail(response, "not an address of ours");
    if (ours && is_judged(&wait))
        judge(service, response, &wait, key, request_field(request, "CallSid"));
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
