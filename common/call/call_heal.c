#include "call/call_heal.h"

#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/log.h"
#include "call/call_away.h"
#include "call/call_close.h"
#include "call/call_judge.h"
#include "call/call_legs.h"
#include "call/call_place.h"
#include "call/call_seats.h"
#include "call/call_wrap_up.h"
#include "twilio/voice.h"

/* By this age a T1 has been reserved, its leg has rung and has joined, or never will. */
enum { SETTLED_S = CALL_T1_TIMEOUT_S + CALL_LEG_TIMEOUT_S + 10 };

/* A Conference that both are in has started by then, and nobody in it hears ringback. */
enum { STARTED_WITHIN_S = 3 };

/* How old a Task gets before what no key verifies is ended. */
enum { UNVERIFIED_S = 120 };

/* T1 was deleted: what is left is a Conference of its name. */
static enum err heal_deleted(const struct call_context *context, const struct call_round *round)
{
    struct call remains;
    enum err rc = call_of_deleted(context, round->t1_sid, round->key, &remains);
    if (rc == ERR_OK) rc = call_close_remains(context, &remains);
    call_clear(&remains);
    return rc;
}

/* From then on it is looked after by call_away_watch: legs may come and go. */
static bool is_in_talk(const struct call *call)
{
    return call_is_connected(call) && !call_is_over(call);
}

/*
 * Both are in, and one of them asks for more ringback. A leg's rounds are judged every other time,
 * so that each says it once.
 */
static void note_unstarted(const struct call_context *context, const struct call *call)
{
    int64_t since_s;
    if (!date_parse_iso8601(call->facts.connected_at, &since_s)) return;
    int64_t age_s = twilio_client_now_s(context->twilio) - since_s - STARTED_WITHIN_S;
    if (age_s < 0 || age_s >= 2 * CALL_ROUND_S) return;
    log_warn("both are in, and the Conference has not started: nobody hears the other%s",
             context->config->callee_starts ? "" : "; set DIALPAD_CALLEE_STARTS=1");
}

/*
 * How long the caller has been waiting. The number of a round is the asker's choice: nobody has
 * waited longer than the call is old, and hardly shorter than it has been settled.
 */
static int64_t rung_s(const struct call_round *round, int64_t age_s)
{
    int64_t said_s = (int64_t)round->number * CALL_ROUND_S;
    if (said_s > age_s) said_s = age_s;
    return said_s > age_s - SETTLED_S ? said_s : age_s - SETTLED_S;
}

/* K rings a colleague: only whoever has been admitted as the caller, and lately, has it made. */
static enum err heal_k(const struct call_context *context, struct call *call, const char *pass)
{
    bool admitted = call_pass_check(context, call, ROLE_CALLER, pass) == PASS_FITS;
    return admitted ? call_place_lost(context, call) : ERR_OK;
}

/* The call is ringing, or has just been ended. */
static enum err heal_ring(const struct call_context *context, const struct call_round *round,
                          struct call *call, bool *over)
{
    struct call_view known;
    struct judge_view view;
    struct judge_actions actions;
    int64_t age_s = twilio_client_now_s(context->twilio) - call->t1.created_s;
    enum err rc = call_view(context, call, rung_s(round, age_s), round->call_sid, &known);
    if (rc != ERR_OK) return rc;
    call_seats_of_ring(&known, &view);
    call_judge(&view, &actions);
    const struct judge_action *end = call_judge_find(&actions, JUDGE_CLOSE_CALL);
    *over = end != NULL;
    if (end != NULL) return call_close(context, call, end->outcome);
    bool is_lost = call_judge_find(&actions, JUDGE_MAKE) != NULL;
    return is_lost ? heal_k(context, call, round->pass) : ERR_OK;
}

enum err call_heal(const struct call_context *context, const struct call_round *round, bool *over)
{
    struct call call = { 0 };
    *over = false;
    enum err rc = call_load_t1(context, round->t1_sid, &call);
    if (rc == ERR_NOT_FOUND) {
        *over = true;
        rc = heal_deleted(context, round);
    } else if (rc == ERR_OK && is_in_talk(&call)) {
        enum away_watch found;
        note_unstarted(context, &call);
        rc = call_away_watch(context, round->t1_sid, &found);
        *over = found == AWAY_OVER;
    } else if (rc == ERR_OK) {
        rc = heal_ring(context, round, &call, over);
    }
    call_clear(&call);
    return rc;
}

/* Judges a call that nobody talks in; an old one is over when its Conference is empty, too. */
static enum err sweep_ring(const struct call_context *context, struct call *call,
                           struct judge_actions *actions)
{
    struct call_view known;
    struct judge_view view;
    bool any = true;
    int64_t age_s = twilio_client_now_s(context->twilio) - call->t1.created_s;
    /* It is unknown how long it took until the caller heard ringback: count from the latest. */
    int64_t rung_s = age_s > SETTLED_S ? age_s - SETTLED_S : 0;
    enum err rc = call_view(context, call, rung_s, NULL, &known);
    if (rc != ERR_OK) return rc;
    call_seats_of_ring(&known, &view);
    call_judge(&view, actions);
    if (call_judge_find(actions, JUDGE_CLOSE_CALL) != NULL || age_s <= SETTLED_S) return ERR_OK;
    rc = call_legs_any(context, call->room, &any);
    if (!any) view.seats[ROLE_CALLER].presence = PRESENCE_GONE;
    if (rc == ERR_OK) call_judge(&view, actions);
    return rc;
}

static enum err sweep_t1(const struct call_context *context, struct call *call,
                         enum sweep_result *result)
{
    struct judge_actions actions;
    if (is_in_talk(call)) {
        enum away_watch found;
        enum err watched = call_away_watch(context, call->t1_sid, &found);
        if (watched == ERR_OK && found == AWAY_OVER) *result = SWEEP_CLOSED;
        return watched;
    }
    enum err rc = sweep_ring(context, call, &actions);
    if (rc != ERR_OK) return rc;
    const struct judge_action *end = call_judge_find(&actions, JUDGE_CLOSE_CALL);
    if (end == NULL) return ERR_OK;
    *result = SWEEP_CLOSED;
    return call_close(context, call, end->outcome);
}

/* A K lives only as long as its T1 does and names it. */
static enum err sweep_k(const struct call_context *context, struct call *call,
                        enum sweep_result *result)
{
    /* T1 may not name it yet, while the process that made it is writing it down. */
    int64_t age_s = twilio_client_now_s(context->twilio) - call->k.created_s;
    bool is_named = strcmp(call->facts.k_sid, call->k.sid) == 0 || age_s <= CALL_CLAIM_YOUNG_S;
    if (!call_is_over(call) && is_named) return ERR_OK;
    *result = SWEEP_CLOSED;
    if (!call->t1_found) return call_close_remains(context, call);
    if (call_is_over(call)) return call_close(context, call, OUTCOME_FAILED);
    return call_close_task(context, &call->k, OUTCOME_FAILED);
}

/* A step that TaskRouter refuses has been taken by the Task's own page meanwhile. */
static enum err end_unverified(const struct call_context *context, struct task *task)
{
    if (task->status != TASK_WRAPPING) return call_close_task(context, task, OUTCOME_FAILED);
    enum err rc =
        taskrouter_task_update_status(context->twilio, task->sid, TASK_COMPLETED, "failed");
    return rc == ERR_REFUSED ? ERR_OK : rc;
}

/*
 * Ends a Task that says it is ours and that no key verifies: its secret was taken away in the
 * middle of a call, or it is a forgery. It may be young, or still have its leg in a call.
 */
static enum err sweep_unverified(const struct call_context *context, const char *task_sid,
                                 enum sweep_result *result)
{
    struct task task = { 0 };
    struct voice_call leg = { .live = false };
    enum err rc = taskrouter_task_fetch(context->twilio, task_sid, &task);
    if (rc != ERR_OK) goto out;
    const char *leg_sid = json_get_string(task.attributes, "worker_call_sid");
    int64_t age_s = twilio_client_now_s(context->twilio) - task.created_s;
    bool says_ours = json_get_string(task.attributes, "dialpad") != NULL;
    if (!says_ours || age_s < UNVERIFIED_S) goto out;
    if (sid_is_call(leg_sid)) rc = voice_call_fetch(context->twilio, leg_sid, &leg);
    if (rc == ERR_NOT_FOUND) rc = ERR_OK;
    if (rc != ERR_OK || leg.live) goto out;
    *result = SWEEP_UNVERIFIED;
    rc = end_unverified(context, &task);
out:
    task_clear(&task);
    return rc;
}

enum err call_heal_sweep(const struct call_context *context, const char *task_sid,
                         enum sweep_result *result)
{
    struct call call = { 0 };
    *result = SWEEP_LEFT_ALONE;
    enum err rc = call_load(context, task_sid, &call);
    if (rc == ERR_FORBIDDEN) {
        rc = sweep_unverified(context, task_sid, result);
        goto out;
    }
    if (rc != ERR_OK) goto out;
    bool is_t1 = strcmp(task_sid, call.t1_sid) == 0;
    enum task_status status = is_t1 ? call.t1.status : call.k.status;
    if (status == TASK_WRAPPING) {
        bool completed;
        rc = call_wrap_up_task(context, task_sid, CALL_WRAP_UP_S, &completed);
        if (rc == ERR_OK && completed) *result = SWEEP_WRAPPED_UP;
    } else if (is_t1) {
        rc = sweep_t1(context, &call, result);
    } else if (task_status_is_live(status)) {
        rc = sweep_k(context, &call, result);
    }
out:
    call_clear(&call);
    return call_ignore_strangers(rc);
}
