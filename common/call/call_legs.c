#include "call/call_legs.h"

#include <string.h>

#include "base/log.h"
#include "base/metrics.h"
#include "base/strbuf.h"
#include "call/call_heard.h"
#include "call/call_rooms.h"
#include "call/call_url.h"

/* The Conference of this name; "" where there is none, or an ended one. */
static enum err find_conference(const struct call_context *context, const char *room,
                                char conference_sid[SID_SIZE])
{
    struct conference conference;
    conference_sid[0] = '\0';
    enum err rc = voice_conference_find(context->twilio, room, &conference);
    if (rc == ERR_OK) sid_copy(conference_sid, conference.sid);
    /* One that was reported a moment ago may not be found yet. */
    if (rc == ERR_OK) log_note(LOG_CONF, conference_sid);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* Who is in the Conference of this name; its SID, "" if there is none. */
static enum err list_room(const struct call_context *context, const char *room,
                          char conference_sid[SID_SIZE], struct participants *all)
{
    enum err rc;
    all->count = 0;
    if (call_rooms_recall(room, conference_sid)) {
        log_note(LOG_CONF, conference_sid);
        rc = voice_participants_list(context->twilio, conference_sid, all);
        if (rc != ERR_OK || all->count > 0) return rc;
        call_rooms_forget(room);
    }
    rc = find_conference(context, room, conference_sid);
    if (rc != ERR_OK || conference_sid[0] == '\0') return rc;
    rc = voice_participants_list(context->twilio, conference_sid, all);
    if (rc == ERR_OK && all->count > 0) call_rooms_remember(room, conference_sid);
    return rc;
}

/* What is done with each Participant. */
struct visit {
    enum err (*each)(const struct visit *visit, const struct participant *participant);
    const struct call_context *context;
    const struct call *call;
    struct call_legs *legs;
};

static enum err each_participant(const struct visit *visit, const struct participants *all)
{
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < all->count; i++)
        rc = visit->each(visit, &all->list[i]);
    return rc;
}

static enum err add_leg(const struct visit *visit, const struct participant *participant)
{
    const char *call_sid = participant->call_sid;
    if (!participant->connected || call_heard_is_gone(call_sid)) return ERR_OK;
    bool live = true;
    enum err rc = ERR_OK;
    enum call_role role =
        call_labelled_leg(visit->context, visit->call, call_sid, participant->label);
    if (role == ROLE_NONE) rc = call_leg(visit->context, visit->call, call_sid, &role, &live);
    if (rc == ERR_NOT_FOUND) return ERR_OK; /* nobody knows yet whose it is */
    if (rc != ERR_OK || !live) return rc;
    if (role == ROLE_NONE) {
        return call_legs_put_out(visit->context, visit->call->t1_sid, visit->legs->conference_sid,
                                 call_sid);
    }
    struct leg *leg = &visit->legs->list[visit->legs->count++];
    sid_copy(leg->call_sid, participant->call_sid);
    leg->role = role;
    leg->on_hold = participant->hold;
    return ERR_OK;
}

/* The legs that were reported in while REST doesn't show them yet. */
static void add_heard(const struct call *call, struct call_legs *legs)
{
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        struct heard_leg heard;
        if (legs->count == VOICE_PARTICIPANTS_MAX) return;
        if (!call_heard_find(call->t1_sid, role, &heard)) continue;
        if (call_legs_has_leg(legs, role, heard.call_sid)) continue;
        struct leg *leg = &legs->list[legs->count++];
        *leg = (struct leg){ .role = role };
        sid_copy(leg->call_sid, heard.call_sid);
        if (legs->conference_sid[0] == '\0') sid_copy(legs->conference_sid, heard.conference_sid);
    }
}

enum err call_legs_list(const struct call_context *context, const struct call *call,
                        struct call_legs *legs)
{
    struct participants all;
    legs->count = 0;
    const struct visit visit = { .each = add_leg, .context = context, .call = call, .legs = legs };
    enum err rc = list_room(context, call->room, legs->conference_sid, &all);
    if (rc == ERR_OK) rc = each_participant(&visit, &all);
    if (rc == ERR_OK) add_heard(call, legs);
    return rc;
}

const struct leg *call_legs_next(const struct call_legs *legs, enum call_role role,
                                 const struct leg *after)
{
    const struct leg *end = legs->list + legs->count;
    const struct leg *leg = after != NULL ? after + 1 : legs->list;
    while (leg < end && leg->role != role)
        leg++;
    return leg < end ? leg : NULL;
}

bool call_legs_has(const struct call_legs *legs, enum call_role role)
{
    return call_legs_next(legs, role, NULL) != NULL;
}

bool call_legs_has_leg(const struct call_legs *legs, enum call_role role, const char *call_sid)
{
    const struct leg *leg = call_legs_next(legs, role, NULL);
    while (leg != NULL && strcmp(leg->call_sid, call_sid) != 0)
        leg = call_legs_next(legs, role, leg);
    return leg != NULL;
}

bool call_legs_on_hold(const struct call_legs *legs, enum call_role role)
{
    const struct leg *leg = call_legs_next(legs, role, NULL);
    while (leg != NULL && !leg->on_hold)
        leg = call_legs_next(legs, role, leg);
    return leg != NULL;
}

enum err call_legs_hold(const struct call_context *context, const struct call *call,
                        const struct call_legs *legs, enum call_role role, bool hold,
                        const char *why, size_t *held)
{
    struct strbuf url;
    const struct call_wait wait = { .t1_sid = call->t1_sid, .room = call->room, .why = why };
    strbuf_init(&url, STRBUF_MAX_URL);
    call_url_wait(&url, context->config->public_url, &wait);
    enum err rc = strbuf_failed(&url) ? ERR_MEMORY : ERR_OK;
    for (const struct leg *leg = call_legs_next(legs, role, NULL); rc == ERR_OK && leg != NULL;
         leg = call_legs_next(legs, role, leg)) {
        rc = voice_participant_hold(context->twilio, legs->conference_sid, leg->call_sid, hold,
                                    url.buf);
        if (rc == ERR_OK && held != NULL) (*held)++;
        if (rc == ERR_NOT_FOUND) rc = ERR_OK;
    }
    strbuf_free(&url);
    return rc;
}

enum err call_legs_keep_only(const struct call_context *context, const struct call_legs *legs,
                             enum call_role role, const char *call_sid)
{
    enum err rc = ERR_OK;
    for (const struct leg *leg = call_legs_next(legs, role, NULL); rc == ERR_OK && leg != NULL;
         leg = call_legs_next(legs, role, leg)) {
        if (strcmp(leg->call_sid, call_sid) == 0) continue;
        rc = voice_participant_kick(context->twilio, legs->conference_sid, leg->call_sid);
    }
    return rc;
}

enum err call_legs_put_out(const struct call_context *context, const char *t1_sid,
                           const char *conference_sid, const char *call_sid)
{
    metrics_count(METRIC_STRANGERS);
    log_note(LOG_T1, t1_sid);
    log_note(LOG_CONF, conference_sid);
    log_warn("stranger %s is put out of the call", call_sid);
    return voice_participant_put_out(context->twilio, conference_sid, call_sid);
}

enum err call_legs_any(const struct call_context *context, const char *room, bool *any)
{
    char conference_sid[SID_SIZE];
    struct participants all;
    enum err rc = list_room(context, room, conference_sid, &all);
    *any = rc == ERR_OK && all.count > 0;
    return rc;
}

static enum err end_leg(const struct visit *visit, const struct participant *participant)
{
    return voice_call_complete(visit->context->twilio, participant->call_sid);
}

enum err call_legs_end(const struct call_context *context, const char *room,
                       struct participants *ended)
{
    const struct visit visit = { .each = end_leg, .context = context };
    char conference_sid[SID_SIZE];
    ended->count = 0;
    enum err rc = find_conference(context, room, conference_sid);
    if (rc == ERR_OK && conference_sid[0] != '\0')
        rc = voice_participants_list(context->twilio, conference_sid, ended);
    if (rc != ERR_OK || conference_sid[0] == '\0') return rc;
    rc = voice_conference_complete(context->twilio, conference_sid);
    call_rooms_forget(room);
    if (rc == ERR_REFUSED) rc = each_participant(&visit, ended);
    if (rc != ERR_OK) ended->count = 0;
    return rc;
}
