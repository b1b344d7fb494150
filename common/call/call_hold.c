#include "call/call_hold.h"

#include <string.h>

#include "base/strbuf.h"
#include "call/call_urls.h"

/* Adds a leg if it is really there: not one that still rings, nor one that has just ended. */
static enum err add_leg(const struct call_context *context, const struct call *call,
                        const struct participant *participant, struct call_legs *legs)
{
    enum call_role role;
    bool live;
    if (!participant->connected) return ERR_OK;
    enum err rc = call_leg(context, call, participant->call_sid, &role, &live);
    if (rc != ERR_OK || !live) return rc;
    legs->participants.list[legs->participants.count] = *participant;
    legs->roles[legs->participants.count] = role;
    legs->participants.count++;
    return ERR_OK;
}

enum err call_legs_list(const struct call_context *context, const struct call *call,
                        struct call_legs *legs)
{
    struct conference conference;
    struct participants all;
    memset(legs, 0, sizeof *legs);
    enum err rc = voice_conference_find(context->twilio, call->t1_sid, &conference);
    if (rc == ERR_NOT_FOUND) return ERR_OK;
    if (rc != ERR_OK) return rc;
    sid_copy(legs->conference_sid, conference.sid);
    rc = voice_participants_list(context->twilio, conference.sid, &all);
    for (size_t i = 0; rc == ERR_OK && i < all.count; i++) {
        rc = add_leg(context, call, &all.list[i], legs);
    }
    return rc;
}

bool call_legs_has(const struct call_legs *legs, enum call_role role)
{
    for (size_t i = 0; i < legs->participants.count; i++) {
        if (legs->roles[i] == role) return true;
    }
    return false;
}

bool call_legs_on_hold(const struct call_legs *legs, enum call_role role)
{
    for (size_t i = 0; i < legs->participants.count; i++) {
        if (legs->roles[i] == role && legs->participants.list[i].hold) return true;
    }
    return false;
}

struct holding {
    enum call_role holder;
    bool hold;
};

static enum err decide_hold(void *wanted, const struct call *call, cJSON **patch)
{
    const struct holding *holding = wanted;
    bool now = call->facts.party[holding->holder].holds;
    if (now == holding->hold) return ERR_OK;
    *patch = call_rules_patch_hold(holding->holder, holding->hold);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

enum err call_hold(const struct call_context *context, struct call *call, enum call_role holder,
                   bool hold)
{
    struct call_legs legs;
    struct strbuf url;
    size_t held = 0;
    strbuf_init(&url, STRBUF_MAX_URL);
    call_url_waiting(&url, context->config->public_url, call->t1_sid, "hold", 0);
    enum err rc = strbuf_failed(&url) ? ERR_MEMORY : call_legs_list(context, call, &legs);
    for (size_t i = 0; rc == ERR_OK && i < legs.participants.count; i++) {
        if (legs.roles[i] == holder) continue;
        rc = voice_participant_hold(context->twilio, legs.conference_sid,
                                    legs.participants.list[i].call_sid, hold, url.buf);
        if (rc == ERR_OK) held++;
        if (rc == ERR_NOT_FOUND) rc = ERR_OK; /* it has just left */
    }
    strbuf_free(&url);
    if (rc != ERR_OK) return rc;
    if (held == 0) return ERR_NOT_FOUND;
    struct holding holding = { holder, hold };
    return call_update(context, call, decide_hold, &holding);
}
