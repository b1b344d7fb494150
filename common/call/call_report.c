#include "call/call_report.h"

#include <string.h>

#include "base/log.h"
#include "call/call_away.h"
#include "call/call_close.h"
#include "call/call_events.h"
#include "call/call_legs.h"

/* Both are in the Conference and it wasn't reported: the report was lost or is on its way. */
static enum err notice_connected(const struct call_context *context, struct call *call,
                                 const struct call_legs *legs)
{
    if (call_is_connected(call)) return ERR_OK;
    if (!call_legs_has(legs, ROLE_CALLER)) return ERR_OK;
    const struct leg *callee = call_legs_next(legs, ROLE_CALLEE, NULL);
    return callee != NULL ? call_events_connected(context, call, callee->call_sid) : ERR_OK;
}

/* The callee's own Task can be over while T1 still waits for the next round of ringback. */
static bool is_over_for(enum call_role role, const struct call_view *view)
{
    if (role != ROLE_CALLEE) return false;
    return view->k_found ? !task_status_is_live(view->k) : view->facts.k_sid[0] != '\0';
}

/* Has dropped out and isn't in the Conference now, whether or not a return was noted yet. */
static bool is_missing(const struct call_facts *facts, const struct call_legs *legs,
                       enum call_role role)
{
    return call_rules_is_away(facts, role) && !call_legs_has(legs, role);
}

/*
 * Are both there, and who has put whom on hold? An agent who waits for a colleague to come back
 * hears the same music, but isn't on hold by any wish.
 */
static void report_presence(const struct call *call, enum call_role role,
                            const struct call_legs *legs, struct call_report *report)
{
    const struct call_facts *facts = &call->facts;
    enum call_role other = call_rules_other(role);
    if (is_missing(facts, legs, role) || is_missing(facts, legs, other))
        report->state = STATE_RECONNECTING;
    bool waits = call_rules_is_away(facts, role) || call_rules_is_away(facts, other);
    report->my_leg_held = waits ? facts->party[other].holds : call_legs_on_hold(legs, role);
    report->others_leg_held = waits ? facts->party[role].holds : call_legs_on_hold(legs, other);
}

/* By these a page knows whether the leg that it had is still the only one, or another took over. */
static void report_legs(const struct call_legs *legs, enum call_role role,
                        struct call_report *report)
{
    for (const struct leg *leg = call_legs_next(legs, role, NULL); leg != NULL;
         leg = call_legs_next(legs, role, leg)) {
        sid_copy(report->my_legs[report->my_leg_count++], leg->call_sid);
    }
}

/* K's copy of T1's Attributes is believed as long as the legs are as it says. */
static bool is_copy_right(const struct call *call, const struct call_legs *legs)
{
    bool right = true;
    for (enum call_role role = 0; right && role < ROLE__MAX; role++) {
        right = call_legs_has(legs, role) && !call_rules_is_away(&call->facts, role) &&
                call_legs_on_hold(legs, role) == call->facts.party[call_rules_other(role)].holds;
    }
    return right;
}

/*
 * An agent of a connected call isn't in, and that wasn't reported. Every return changes T1, so that
 * a list that is read long after its last change shows it.
 */
static bool lacks_leg(const struct call_context *context, const struct call *call,
                      const struct call_legs *legs, enum call_role role)
{
    if (call->by_copy || call_is_over(call) || !call_is_connected(call)) return false;
    if (call_legs_has(legs, role) || call_rules_is_away(&call->facts, role)) return false;
    return twilio_client_now_s(context->twilio) - call->t1.updated_s > CALL_NEW_S;
}

/* A T1 that was deleted meanwhile is no error. */
static enum err look_at_t1(const struct call_context *context, struct call *call)
{
    enum err rc = call_reload_t1(context, call);
    call->t1_found = rc == ERR_OK;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* Whoever ends a call says first why: where only K's end is to be seen, REST is late. */
static enum err await_outcome(const struct call_context *context, struct call *call)
{
    enum err rc = ERR_OK;
    bool k_is_over = call->k_found && !task_status_is_live(call->k.status);
    while (rc == ERR_OK && k_is_over && !call_is_over(call) && call_may_look_early(context))
        rc = look_at_t1(context, call);
    return rc;
}

/* Who is in, in a call that has been answered; and what wasn't reported. */
static enum err look_at_legs(const struct call_context *context, struct call *call,
                             struct call_legs *legs)
{
    enum err rc = call_legs_list(context, call, legs);
    if (rc == ERR_OK && call->by_copy && !is_copy_right(call, legs)) rc = look_at_t1(context, call);
    if (rc == ERR_OK && !call_is_over(call)) rc = notice_connected(context, call, legs);
    for (enum call_role role = 0; rc == ERR_OK && role < ROLE__MAX; role++)
        if (lacks_leg(context, call, legs, role)) rc = call_away_gone(context, call, role);
    return rc;
}

/*
 * A K that is alive though its call is over: T1 is the caller's to rewrite, so that whoever ended
 * the call may have found no K there. Where T1 names it, whoever wrote the outcome a moment ago is
 * at work. What is reported doesn't depend on it.
 */
static void end_k(const struct call_context *context, struct call *call, enum call_outcome outcome)
{
    bool alive = call->k_found && task_status_is_live(call->k.status);
    bool named = strcmp(call->facts.k_sid, call->k.sid) == 0;
    int64_t now_s = twilio_client_now_s(context->twilio);
    if (!alive || (named && call_rules_is_being_ended(&call->facts, now_s))) return;
    enum err rc = call_close_task(context, &call->k, outcome);
    if (rc != ERR_OK) log_warn("K is left after its call: %s", err_name(rc));
}

enum err call_report(const struct call_context *context, struct call *call, enum call_role role,
                     struct call_report *report)
{
    /* Once T1 says that both are in, or that it is over, K has nothing to add. */
    enum err rc = ERR_OK;
    if (!call_is_over(call) && !call_is_connected(call)) rc = call_load_k(context, call);
    if (rc == ERR_OK && role == ROLE_CALLEE) rc = await_outcome(context, call);
    if (rc != ERR_OK) return rc;
    bool answered = call_is_connected(call) || (call->k_found && call->k.status == TASK_ASSIGNED);
    struct call_legs legs = { 0 };
    if (answered && call->t1_found && call->facts.outcome == OUTCOME_NONE) {
        rc = look_at_legs(context, call, &legs);
        if (rc != ERR_OK) return rc;
    }
    struct call_view view = {
        .t1_found = call->t1_found,
        .t1 = call->t1.status,
        .facts = call->facts,
    };
    call_view_k(call, &view);
    memset(report, 0, sizeof *report);
    report->state = is_over_for(role, &view) ? STATE_ENDED : call_rules_state(&view);
    if (report->state == STATE_ENDED) report->outcome = call_rules_final_outcome(&view);
    if (report->state == STATE_CONNECTED) {
        report_legs(&legs, role, report);
        report_presence(call, role, &legs, report);
    }
    memcpy(report->connected_at, call->facts.connected_at, sizeof report->connected_at);
    if (role != ROLE_CALLEE) return ERR_OK;
    if (report->state == STATE_ENDED) end_k(context, call, report->outcome);
    if (report->state != STATE_RINGING) return ERR_OK;
    return call_pass_make(context, call, role, report->pass);
}
