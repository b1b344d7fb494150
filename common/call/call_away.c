#include "call/call_away.h"

#include <string.h>

#include "call/call_close.h"
#include "call/call_legs.h"
#include "call/call_log.h"
#include "call/call_rules_away.h"
#include "call/call_tell.h"

/* A change of T1's `away`. */
struct noting {
    enum call_role role;
    int64_t now_s; /* by Twilio's clock; unused for a return */
    bool ours;     /* it is this process that writes it */
};

static enum err decide_away(void *wanted, const struct call *call, cJSON **patch)
{
    struct noting *noting = wanted;
    noting->ours = !call_is_over(call) && !call_rules_is_away(&call->facts, noting->role);
    if (!noting->ours) return ERR_OK;
    *patch = call_rules_away_patch(noting->role, noting->now_s);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err decide_back(void *wanted, const struct call *call, cJSON **patch)
{
    struct noting *noting = wanted;
    noting->ours = call_rules_is_away(&call->facts, noting->role);
    if (!noting->ours) return ERR_OK;
    *patch = call_rules_away_patch_back(noting->role);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

static enum presence_decision judge(const struct call_context *context, const struct call *call,
                                    const struct call_legs *legs, enum call_role role)
{
    int64_t since_s = call->facts.party[role].away_since_s;
    /*
     * Twilio's Date counts whole seconds, so that the difference can be one too small. Rounded up,
     * because the round that ends the grace must not come one round later.
     */
    int64_t away_s = since_s > 0 ? twilio_client_now_s(context->twilio) - since_s + 1 : 0;
    const struct presence_view view = {
        .connected = call_is_connected(call),
        .present = call_legs_has(legs, role),
        .other_present = call_legs_has(legs, call_rules_other(role)),
        .away_s = away_s,
        .grace_seconds = context->config->grace_seconds,
    };
    return call_rules_away_presence(&view);
}

/* Judges whether this end is still there, and acts. */
static enum err look_after(const struct call_context *context, struct call *call,
                           const struct call_legs *legs, enum call_role role,
                           enum presence_decision *decision)
{
    *decision = judge(context, call, legs, role);
    if (*decision == PRESENCE_FINE) return ERR_OK;
    if (*decision == PRESENCE_CLOSE) {
        bool connected = call_is_connected(call);
        return call_close(context, call, call_rules_leg_ended(role, connected, "completed"));
    }
    if (call_rules_is_away(&call->facts, role)) return ERR_OK;
    struct noting noting = { .role = role, .now_s = twilio_client_now_s(context->twilio) };
    /* The legs first: what is written makes pages ask. */
    enum err rc =
        call_legs_hold(context, call, legs, call_rules_other(role), true, "reconnect", NULL);
    if (rc == ERR_OK) rc = call_update(context, call, decide_away, &noting);
    if (rc != ERR_OK || call_is_over(call)) return rc;
    if (noting.ours) call_log_state(call, role, "away");
    call_tell_callee(context, call);
    return ERR_OK;
}

enum err call_away_gone(const struct call_context *context, struct call *call, enum call_role role)
{
    struct call_legs legs;
    enum presence_decision decision;
    if (call_is_over(call)) return call_close(context, call, OUTCOME_HANGUP);
    enum err rc = call_legs_list(context, call, &legs);
    if (rc != ERR_OK) return rc;
    return look_after(context, call, &legs, role, &decision);
}

/* Each one hears what the agents want it to hear, now that this one is there. */
static enum err end_music(const struct call_context *context, const struct call *call,
                          const struct call_legs *legs, enum call_role role)
{
    enum call_role other = call_rules_other(role);
    enum err rc =
        call_legs_hold(context, call, legs, other, call->facts.party[role].holds, "hold", NULL);
    bool must_wait = call_rules_is_away(&call->facts, other);
    if (rc == ERR_OK && (must_wait || call->facts.party[other].holds)) {
        const char *why = must_wait ? "reconnect" : "hold";
        rc = call_legs_hold(context, call, legs, role, true, why, NULL);
    }
    return rc;
}

static bool is_held_alike(const struct call_facts *a, const struct call_facts *b)
{
    bool alike = true;
    for (enum call_role role = 0; alike && role < ROLE__MAX; role++) {
        alike = a->party[role].holds == b->party[role].holds &&
                call_rules_is_away(a, role) == call_rules_is_away(b, role);
    }
    return alike;
}

/*
 * An agent is back. The legs first: what is written makes pages ask, and whoever asked before the
 * music has ended would show it until the next question. If somebody has pressed Hold or left
 * meanwhile, the legs follow what is written by now.
 */
static enum err end_waiting(const struct call_context *context, struct call *call,
                            const struct call_legs *legs, enum call_role role)
{
    struct noting noting = { .role = role };
    struct call_facts before = call->facts;
    enum err rc = end_music(context, call, legs, role);
    if (rc == ERR_OK) rc = call_update(context, call, decide_back, &noting);
    if (rc == ERR_OK && !noting.ours) rc = call_reload_t1(context, call);
    before.party[role].away_since_s = call->facts.party[role].away_since_s;
    if (rc == ERR_OK && !is_held_alike(&before, &call->facts))
        rc = end_music(context, call, legs, role);
    if (rc != ERR_OK) return rc;
    if (noting.ours) call_log_state(call, role, "back");
    call_tell_callee(context, call);
    return ERR_OK;
}

enum err call_away_back(const struct call_context *context, struct call *call, enum call_role role,
                        const char *call_sid)
{
    struct call_legs legs;
    enum err rc = call_legs_list(context, call, &legs);
    /* An old report, told again: that leg has left since. */
    if (rc != ERR_OK || !call_legs_has_leg(&legs, role, call_sid)) return rc;
    bool was_dialled = strcmp(call->facts.party[role].rejoined_leg, call_sid) == 0;
    if (was_dialled) rc = call_legs_keep_only(context, &legs, role, call_sid);
    if (rc != ERR_OK) return rc;
    bool was_expected = was_dialled || call_rules_is_away(&call->facts, role);
    return was_expected ? end_waiting(context, call, &legs, role) : ERR_OK;
}

/* After a round in which both are there again, although that was never reported. */
static enum err notice_back(const struct call_context *context, struct call *call,
                            const struct call_legs *legs)
{
    enum err rc = ERR_OK;
    int64_t now_s = twilio_client_now_s(context->twilio);
    for (enum call_role role = 0; rc == ERR_OK && role < ROLE__MAX; role++) {
        /* Nor is anybody back by a list that may be older than the departure. */
        bool lately = now_s - call->facts.party[role].away_since_s < CALL_LAG_S;
        if (!lately && call_rules_is_away(&call->facts, role) && call_legs_has(legs, role))
            rc = end_waiting(context, call, legs, role);
    }
    return rc;
}

enum err call_away_watch(const struct call_context *context, const char *t1_sid,
                         enum away_watch *found)
{
    struct call call = { 0 };
    struct call_legs legs;
    *found = AWAY_NONE;
    enum err rc = call_load_t1(context, t1_sid, &call);
    if (rc == ERR_OK && call_is_over(&call)) {
        *found = AWAY_OVER;
        rc = call_close(context, &call, OUTCOME_HANGUP);
        goto out;
    }
    /* Who waits on hold has talked: in any other call the address proves nothing. */
    if (rc != ERR_OK || !call_is_connected(&call)) goto out;
    rc = call_legs_list(context, &call, &legs);
    /* Each return changes T1: a list that may be older than that says of nobody that he is gone. */
    int64_t age_s = twilio_client_now_s(context->twilio) - call.t1.updated_s;
    bool settled = age_s >= CALL_LAG_S;
    for (enum call_role role = 0; rc == ERR_OK && *found != AWAY_OVER && role < ROLE__MAX; role++) {
        enum presence_decision decision;
        if (!settled && !call_legs_has(&legs, role)) continue;
        rc = look_after(context, &call, &legs, role, &decision);
        if (decision == PRESENCE_CLOSE) *found = AWAY_OVER;
    }
    if (rc == ERR_OK && *found != AWAY_OVER) rc = notice_back(context, &call, &legs);
    for (enum call_role role = 0; *found == AWAY_NONE && role < ROLE__MAX; role++)
        if (call_rules_is_away(&call.facts, role)) *found = AWAY_WAITING;
out:
    call_clear(&call);
    return rc;
}
