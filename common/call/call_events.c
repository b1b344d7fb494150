#include "call/call_events.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "call/call_away.h"
#include "call/call_close.h"
#include "call/call_count.h"
#include "call/call_endings.h"
#include "call/call_heard.h"
#include "call/call_judge.h"
#include "call/call_legs.h"
#include "call/call_log.h"
#include "call/call_place.h"
#include "call/call_seats.h"
#include "call/call_tell.h"
#include "twilio/voice.h"

enum { FINISH_MS = 1000 /* what a program that ends a call may still need for it */ };

struct joined {
    const char *callee_call_sid;
    int64_t now_s;
    bool ours; /* it is this process that writes it */
};

static enum err decide_connected(void *wanted, const struct call *call, cJSON **patch)
{
    struct joined *joined = wanted;
    joined->ours = !call_is_over(call) && !call_is_connected(call);
    if (!joined->ours) return ERR_OK;
    *patch = call_rules_patch_connected(joined->callee_call_sid, joined->now_s);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

/* Both have joined: that, and nothing else, is "connected". */
enum err call_events_connected(const struct call_context *context, struct call *call,
                               const char *callee_call_sid)
{
    struct joined joined = { callee_call_sid, twilio_client_now_s(context->twilio), false };
    call_load_k_ahead(context, call);
    enum err rc = call_update(context, call, decide_connected, &joined);
    if (rc == ERR_OK && joined.ours) {
        call_count_connected(context, call);
        call_log_connected(call, callee_call_sid);
    }
    if (rc == ERR_OK && !call_is_over(call)) call_tell_callee(context, call);
    if (call->k_found) call_endings_pair(call->t1_sid, call->k.sid);
    twilio_client_ahead_end(context->twilio);
    /* The end may have come between: then this leg has no other to talk to. */
    if (rc == ERR_OK && call_is_over(call)) rc = call_close(context, call, OUTCOME_FAILED);
    return rc;
}

/* Whose leg it is: by its label, or else by what Twilio says of the Call. */
static enum err leg_of(const struct call_context *context, const struct call *call,
                       const struct call_event *event, enum call_role *leg, bool *live)
{
    *live = true;
    enum err rc = ERR_OK;
    *leg = call_labelled_leg(context, call, event->call_sid, event->label);
    if (*leg == ROLE_NONE) rc = call_leg(context, call, event->call_sid, leg, live);
    if (rc == ERR_OK) call_note(call, *leg);
    return rc == ERR_NOT_FOUND ? ERR_UNAVAILABLE : rc;
}

/* An older report that is told again doesn't bring a leg back that has left since. */
static void hear_join(const struct call_event *event, enum call_role leg)
{
    struct heard_leg heard = { .role = leg };
    if (call_heard_is_gone(event->call_sid)) return;
    sid_copy(heard.t1_sid, event->t1_sid);
    sid_copy(heard.conference_sid, event->conference_sid);
    sid_copy(heard.call_sid, event->call_sid);
    call_heard_join(&heard);
}

static enum err on_join(const struct call_context *context, struct call *call,
                        const struct call_event *event)
{
    enum call_role leg;
    bool live;
    /* By this a call that was copied into another Task rings nobody. */
    enum pass_verdict verdict = call_pass_check(context, call, ROLE_CALLER, event->pass);
    if (verdict == PASS_WRONG) return ERR_AUTH;
    if (call_is_over(call)) return call_close(context, call, OUTCOME_FAILED);
    enum err rc = leg_of(context, call, event, &leg, &live);
    if (rc != ERR_OK) return rc;
    if (leg != ROLE_NONE) hear_join(event, leg);
    if (leg == ROLE_NONE) {
        if (!live) return ERR_OK;
        return call_legs_put_out(context, call->t1_sid, event->conference_sid, event->call_sid);
    }
    if (call_is_connected(call)) return call_away_back(context, call, leg, event->call_sid);
    if (leg == ROLE_CALLEE) return call_events_connected(context, call, event->call_sid);
    if (verdict != PASS_FITS) return ERR_AUTH;
    return call_place(context, call, event->conference_sid, event->call_sid);
}

enum err call_events_join(const struct call_context *context, const struct call_event *event)
{
    struct call call = { 0 };
    enum err rc = call_load_t1(context, event->t1_sid, &call);
    if (rc == ERR_OK) rc = on_join(context, &call, event);
    call_clear(&call);
    /* The Conference bears T1's name, so that there is a T1: REST doesn't show it yet. */
    return rc == ERR_NOT_FOUND ? ERR_UNAVAILABLE : call_ignore_strangers(rc);
}

/* Whoever has ended the call a moment ago is at work: what follows from it is no news. */
static bool is_being_ended(const struct call_context *context, const struct call *call)
{
    bool being_ended =
        call_rules_is_being_ended(&call->facts, twilio_client_now_s(context->twilio));
    if (being_ended) call_endings_note(call->t1_sid, ENDING_BEGUN);
    if (call->t1_found && !task_status_is_live(call->t1.status))
        call_endings_note(call->t1_sid, ENDING_DONE);
    return being_ended;
}

static enum err finish_ending(const struct call_context *context, const char *t1_sid)
{
    struct call call = { 0 };
    clock_pause(FINISH_MS);
    enum err rc = call_load_t1(context, t1_sid, &call);
    bool closed = rc == ERR_OK && !task_status_is_live(call.t1.status);
    if (rc == ERR_OK && !closed) rc = call_close(context, &call, OUTCOME_HANGUP);
    if (rc == ERR_OK) call_endings_note(t1_sid, ENDING_DONE);
    call_clear(&call);
    return rc;
}

/*
 * One look after that whether it was done, because its process may have died over it: for the
 * reports that come last. One of them looks for all; where too many calls end at once Twilio is
 * asked to report it again.
 */
static enum err see_to_ending(const struct call_context *context, const char *task_sid)
{
    char t1_sid[SID_SIZE];
    int most = context->config->threads > 1 ? context->config->threads / 2 : 1;
    switch (call_endings_look(task_sid, most, t1_sid)) {
    case LOOK_MINE:
        break;
    case LOOK_OTHERS:
        return ERR_OK;
    default:
        return ERR_UNAVAILABLE;
    }
    enum err rc = call_ignore_strangers(finish_ending(context, t1_sid));
    call_endings_looked(t1_sid, rc == ERR_OK);
    return rc;
}

/* A leg of this end is no longer in, and both have not been. */
static enum err close_untalked(const struct call_context *context, struct call *call,
                               enum call_role leg, bool had_joined, const char *call_status)
{
    struct judge_view view;
    struct judge_actions actions;
    call_seats_of_leg_end(leg, had_joined, call_status, &view);
    call_judge(&view, &actions);
    const struct judge_action *end = call_judge_find(&actions, JUDGE_CLOSE_CALL);
    return end != NULL ? call_close(context, call, end->outcome) : ERR_OK;
}

/*
 * The same, and nothing has said that the call is over. Once both have talked, the agent who is
 * gone may come back.
 */
static enum err leg_is_gone(const struct call_context *context, struct call *call,
                            enum call_role leg, bool had_joined, const char *call_status)
{
    if (call_is_connected(call)) return call_away_gone(context, call, leg);
    return close_untalked(context, call, leg, had_joined, call_status);
}

enum err call_events_leave(const struct call_context *context, const struct call_event *event)
{
    struct call call = { 0 };
    enum call_role leg;
    bool live;
    call_heard_leave(event->call_sid);
    if (call_endings_ask(event->t1_sid) != ENDING_UNKNOWN) return ERR_OK;
    enum err rc = call_load_t1(context, event->t1_sid, &call);
    bool being_ended = rc == ERR_OK && is_being_ended(context, &call);
    call_endings_asked(event->t1_sid);
    if (rc != ERR_OK || being_ended) goto out;
    rc = leg_of(context, &call, event, &leg, &live);
    if (rc == ERR_OK && leg != ROLE_NONE) rc = leg_is_gone(context, &call, leg, true, "completed");
out:
    call_clear(&call);
    return rc == ERR_NOT_FOUND ? ERR_UNAVAILABLE : call_ignore_strangers(rc);
}

enum err call_events_conference_end(const struct call_context *context, const char *t1_sid)
{
    struct call call = { 0 };
    enum call_ending known = call_endings_ask(t1_sid);
    if (known == ENDING_DONE) return ERR_OK;
    if (known == ENDING_BEGUN) return see_to_ending(context, t1_sid);
    enum err rc = call_load_t1(context, t1_sid, &call);
    bool being_ended = rc == ERR_OK && is_being_ended(context, &call);
    call_endings_asked(t1_sid);
    if (being_ended) {
        rc = see_to_ending(context, t1_sid);
    } else if (rc == ERR_OK) {
        rc = call_close(context, &call, call_is_connected(&call) ? OUTCOME_HANGUP : OUTCOME_CANCEL);
    }
    call_clear(&call);
    return call_ignore_strangers(rc);
}

/*
 * Twilio signs whatever an agent's browser has asked it to call back: what the report says of the
 * leg is asked again. Only the end of this Task's own leg ends the call; one that REST shows alive
 * is asked about for as long as the request may take, and is ERR_UNAVAILABLE after that.
 */
static enum err check_leg_ended(const struct call_context *context, const struct call *call,
                                const char *call_sid, enum call_role whose, bool *ended)
{
    const char *placed = call_placed_leg(call, whose);
    enum call_role role;
    bool live;
    *ended = false;
    if (placed != NULL && strcmp(placed, call_sid) != 0) return ERR_OK;
    do {
        enum err rc = call_leg(context, call, call_sid, &role, &live);
        if (rc != ERR_OK && rc != ERR_NOT_FOUND) return rc;
        if (rc == ERR_OK && role != whose) return ERR_OK;
        *ended = rc == ERR_OK && !live;
    } while (!*ended && call_may_look_again(context));
    return *ended ? ERR_OK : ERR_UNAVAILABLE;
}

/* The call has been loaded, and isn't being ended yet as far as it says. */
static enum err on_leg_ended(const struct call_context *context, struct call *call,
                             const struct call_leg_end *end)
{
    bool ended;
    bool being_ended = is_being_ended(context, call);
    enum call_role leg = strcmp(end->task_sid, call->t1_sid) == 0 ? ROLE_CALLER : ROLE_CALLEE;
    call_note(call, leg);
    call_endings_asked(end->task_sid);
    if (call_pass_check(context, call, leg, end->pass) == PASS_WRONG) return ERR_AUTH;
    if (!call->t1_found) return call_close_remains(context, call);
    if (being_ended) return see_to_ending(context, call->t1_sid);
    enum err rc = check_leg_ended(context, call, end->call_sid, leg, &ended);
    if (rc != ERR_OK || !ended) return rc;
    call_heard_leave(end->call_sid);
    return leg_is_gone(context, call, leg, false, end->call_status);
}

/* Nothing is read of a call that is known to be over; the log names it all the same. */
static void note_over(const char *task_sid)
{
    char t1_sid[SID_SIZE];
    call_endings_t1(task_sid, t1_sid);
    log_note(LOG_T1, t1_sid);
    if (strcmp(task_sid, t1_sid) != 0) log_note(LOG_K, task_sid);
}

/*
 * A leg can end before REST shows its Task; one that isn't shown for so long has been deleted. The
 * last look has its whole time, too: one that runs out of it would know nothing.
 */
static enum err load_reported(const struct call_context *context, const char *task_sid,
                              struct call *call)
{
    enum err rc;
    do {
        rc = call_load(context, task_sid, call);
    } while (rc == ERR_NOT_FOUND && call_may_look_early(context));
    return rc;
}

enum err call_events_leg_ended(const struct call_context *context, const struct call_leg_end *end)
{
    struct call call = { 0 };
    if (!call_rules_status_is_end(end->call_status)) return ERR_OK;
    enum call_ending known = call_endings_ask(end->task_sid);
    if (known != ENDING_UNKNOWN) note_over(end->task_sid);
    if (known == ENDING_DONE) return ERR_OK;
    if (known == ENDING_BEGUN) return see_to_ending(context, end->task_sid);
    enum err rc = load_reported(context, end->task_sid, &call);
    if (rc == ERR_OK)
        rc = on_leg_ended(context, &call, end);
    else
        call_endings_asked(end->task_sid);
    call_clear(&call);
    return call_ignore_strangers(rc);
}
