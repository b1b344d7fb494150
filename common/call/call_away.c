#include "call/call_away.h"

#include <string.h>

#include "base/log.h"
#include "call/call_close.h"
#include "call/call_judge.h"
#include "call/call_legs.h"
#include "call/call_log.h"
#include "call/call_rules_away.h"
#include "call/call_seats.h"
#include "call/call_tell.h"

/* A change of T1's `away`. */
struct noting {
    enum call_role role;
    int64_t now_s; /* by Twilio's clock; unused for a return */
    bool ours;     /* it is this process that writes it */
};

/*
 * Written also where another process has done so already, then without a change: what the legs were
 * told rests on the version that was read, and only Twilio knows whether it is still the newest.
 */
static enum err decide_away(void *wanted, const struct call *call, cJSON **patch)
{
    struct noting *noting = wanted;
    noting->ours = !call_is_over(call) && !call_rules_is_away(&call->facts, noting->role);
    if (call_is_over(call)) return ERR_OK;
    *patch =
        noting->ours ? call_rules_away_patch(noting->role, noting->now_s) : cJSON_CreateObject();
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err decide_back(void *wanted, const struct call *call, cJSON **patch)
{
    struct noting *noting = wanted;
    noting->ours = !call_is_over(call) && call_rules_is_away(&call->facts, noting->role);
    if (call_is_over(call)) return ERR_OK;
    *patch = noting->ours ? call_rules_away_patch_back(noting->role) : cJSON_CreateObject();
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

/* What a look into the Conference is taken for. */
struct look {
    bool is_sure[ROLE__MAX]; /* whoever isn't listed has left */
    bool returns[ROLE__MAX]; /* whoever is listed has come back */
    bool is_settled;         /* nothing has been done lately */
    bool asked;              /* who hears what is to be said anew */
};

static void judge(const struct call_context *context, const struct call *call,
                  const struct call_legs *legs, const struct look *look,
                  struct judge_actions *actions)
{
    struct judge_view view;
    struct seat_look seen[ROLE__MAX];
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        bool listed = call_legs_has(legs, role);
        seen[role] = (struct seat_look){
            .listed = listed,
            .on_hold = call_legs_on_hold(legs, role),
            .is_sure = look->is_sure[role],
            .returns = listed && look->returns[role],
            .is_settled = look->is_settled,
            .is_beside =
                !look->returns[role] && (look->asked || look->returns[call_rules_other(role)]),
        };
    }
    call_seats_of_talk(&call->facts, seen, twilio_client_now_s(context->twilio),
                       context->config->grace_seconds, &view);
    view.asked = look->asked;
    call_judge(&view, actions);
}

static enum err move_legs(const struct call_context *context, const struct call *call,
                          const struct call_legs *legs, const struct judge_actions *actions)
{
    static const char *const whys[] = { [HOLD_WISH] = "hold", [HOLD_RECONNECT] = "reconnect" };
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < actions->count; i++) {
        const struct judge_action *action = &actions->list[i];
        bool hold = action->act == JUDGE_HOLD;
        if (!hold && action->act != JUDGE_RESUME) continue;
        const char *why = hold ? whys[action->why] : "hold";
        rc = call_legs_hold(context, call, legs, (enum call_role)action->seat, hold, why, NULL);
    }
    return rc;
}

static enum err note_away(const struct call_context *context, struct call *call,
                          enum call_role role)
{
    struct noting noting = { .role = role, .now_s = twilio_client_now_s(context->twilio) };
    enum err rc = call_update(context, call, decide_away, &noting);
    if (rc != ERR_OK || call_is_over(call)) return rc;
    if (noting.ours) call_log_state(call, role, "away");
    call_tell_callee(context, call);
    return ERR_OK;
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

/* *settled: the legs follow what is written. False: somebody has pressed Hold or left meanwhile. */
static enum err confirm_back(const struct call_context *context, struct call *call,
                             const struct call_legs *legs, struct noting *noting, bool *settled)
{
    struct judge_actions anew;
    struct call_facts before = call->facts;
    enum err rc = call_update(context, call, decide_back, noting);
    before.party[noting->role].away_since_s = call->facts.party[noting->role].away_since_s;
    *settled = rc != ERR_OK || call_is_over(call) || is_held_alike(&before, &call->facts);
    if (*settled) return rc;
    judge(context, call, legs, &(struct look){ .asked = true }, &anew);
    return move_legs(context, call, legs, &anew);
}

/* Whoever asked before the music has ended would show it until the next question. */
static enum err note_back(const struct call_context *context, struct call *call,
                          const struct call_legs *legs, enum call_role role)
{
    struct noting noting = { .role = role };
    enum err rc = ERR_OK;
    bool settled = false;
    bool ours = false;
    for (int i = 0; i < CALL_TRIES && rc == ERR_OK && !settled; i++) {
        rc = confirm_back(context, call, legs, &noting, &settled);
        ours = ours || noting.ours;
    }
    if (rc != ERR_OK) return rc;
    if (ours) call_log_state(call, role, "back");
    call_tell_callee(context, call);
    return ERR_OK;
}

/* Judges who is there, and acts. */
static enum err look_after(const struct call_context *context, struct call *call,
                           const struct call_legs *legs, const struct look *look, bool *closed)
{
    struct judge_actions actions;
    judge(context, call, legs, look, &actions);
    const struct judge_action *end = call_judge_find(&actions, JUDGE_CLOSE_CALL);
    *closed = end != NULL;
    if (end != NULL) return call_close(context, call, end->outcome);
    enum err rc = move_legs(context, call, legs, &actions);
    for (size_t i = 0; rc == ERR_OK && i < actions.count; i++) {
        enum call_role role = (enum call_role)actions.list[i].seat;
        if (actions.list[i].act == JUDGE_NOTE_AWAY) rc = note_away(context, call, role);
        if (actions.list[i].act == JUDGE_NOTE_BACK) rc = note_back(context, call, legs, role);
    }
    return rc;
}

enum err call_away_gone(const struct call_context *context, struct call *call, enum call_role role)
{
    struct call_legs legs;
    struct look look = {
        .is_sure = { [ROLE_CALLER] = role == ROLE_CALLER, [ROLE_CALLEE] = role == ROLE_CALLEE }
    };
    bool closed;
    if (call_is_over(call)) return call_close(context, call, OUTCOME_HANGUP);
    enum err rc = call_legs_list(context, call, &legs);
    return rc == ERR_OK ? look_after(context, call, &legs, &look, &closed) : rc;
}

/*
 * One more leg of an agent who is in already, by the pass of the first one. Beside a leg that is on
 * hold it would hear what the agent isn't to hear.
 */
static enum err come_beside(const struct call_context *context, const struct call *call,
                            const struct call_legs *legs, enum call_role role)
{
    const enum call_role other = call_rules_other(role);
    const struct leg *first = call_legs_next(legs, role, NULL);
    bool is_held = call_legs_on_hold(legs, role) || call->facts.party[other].holds;
    if (!is_held || call_legs_next(legs, role, first) == NULL) return ERR_OK;
    log_warn("another leg of the %s, who is on hold, has come in: it waits, too",
             call_rules_role_name(role));
    const char *why = call_rules_is_away(&call->facts, other) ? "reconnect" : "hold";
    return call_legs_hold(context, call, legs, role, true, why, NULL);
}

enum err call_away_back(const struct call_context *context, struct call *call, enum call_role role,
                        const char *call_sid)
{
    struct call_legs legs;
    struct look look = {
        .returns = { [ROLE_CALLER] = role == ROLE_CALLER, [ROLE_CALLEE] = role == ROLE_CALLEE }
    };
    bool closed;
    enum err rc = call_legs_list(context, call, &legs);
    /* An old report, told again: that leg has left since. */
    if (rc != ERR_OK || !call_legs_has_leg(&legs, role, call_sid)) return rc;
    bool was_dialled = strcmp(call->facts.party[role].rejoined_leg, call_sid) == 0;
    if (was_dialled) rc = call_legs_keep_only(context, &legs, role, call_sid);
    if (rc != ERR_OK) return rc;
    bool was_expected = was_dialled || call_rules_is_away(&call->facts, role);
    return was_expected ? look_after(context, call, &legs, &look, &closed)
                        : come_beside(context, call, &legs, role);
}

/* After rounds that both may have spent there again, although that was never reported. */
static struct look look_of_round(const struct call *call, int64_t now_s)
{
    /* Each return changes T1: a list that may be older than that shows nobody gone. */
    struct look look = { .is_settled = now_s - call->t1.updated_s >= CALL_LAG_S };
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        look.is_sure[role] = look.is_settled;
        /* Nor is anybody back by a list that may be older than the departure. */
        look.returns[role] = call_rules_is_away(&call->facts, role) &&
                             now_s - call->facts.party[role].away_since_s >= CALL_LAG_S;
    }
    return look;
}

enum err call_away_watch(const struct call_context *context, const char *t1_sid,
                         enum away_watch *found)
{
    struct call call = { 0 };
    struct call_legs legs;
    bool closed = false;
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
    const struct look look = look_of_round(&call, twilio_client_now_s(context->twilio));
    if (rc == ERR_OK) rc = look_after(context, &call, &legs, &look, &closed);
    if (closed) *found = AWAY_OVER;
    for (enum call_role role = 0; *found == AWAY_NONE && role < ROLE__MAX; role++)
        if (call_rules_is_away(&call.facts, role)) *found = AWAY_WAITING;
out:
    call_clear(&call);
    return rc;
}
