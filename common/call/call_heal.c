#include "call/call_heal.h"

#include <string.h>

#include "call/call_away.h"
#include "call/call_close.h"
#include "call/call_legs.h"
#include "call/call_place.h"
#include "call/call_wrap_up.h"

/* By this age a T1 has been reserved, its leg has rung and has joined, or never will. */
enum { SETTLED_S = CALL_T1_TIMEOUT_S + CALL_LEG_TIMEOUT_S + 10 };

/* T1 was deleted: what is left is a Conference of its name. */
static enum err heal_deleted(const struct call_context *context, const char *t1_sid)
{
    struct call remains = { 0 };
    sid_copy(remains.t1_sid, t1_sid);
    enum err rc = call_close_remains(context, &remains);
    call_clear(&remains);
    return rc;
}

/* From then on it is looked after by call_away_watch: legs may come and go. */
static bool is_in_talk(const struct call *call)
{
    return call_is_connected(call) && !call_is_over(call);
}

enum err call_heal(const struct call_context *context, const char *t1_sid, int64_t rung_s,
                   bool *over)
{
    struct call call = { 0 };
    struct call_view view;
    enum call_outcome outcome;
    *over = false;
    enum err rc = call_load_t1(context, t1_sid, &call);
    if (rc == ERR_NOT_FOUND) {
        *over = true;
        rc = heal_deleted(context, t1_sid);
        goto out;
    }
    if (rc != ERR_OK) goto out;
    if (is_in_talk(&call)) {
        rc = call_away_watch(context, t1_sid, over);
        goto out;
    }
    /* No caller has waited longer than the call is old, whatever the URL says. */
    int64_t age_s = twilio_client_now_s(context->twilio) - call.t1.created_s;
    rc = call_view(context, &call, rung_s < age_s ? rung_s : age_s, &view);
    if (rc != ERR_OK) goto out;
    switch (call_rules_ring(&view, &outcome)) {
    case RING_ON:
        break;
    case RING_HEAL:
        rc = call_place_lost(context, &call);
        break;
    case RING_CLOSE:
        *over = true;
        rc = call_close(context, &call, outcome);
        break;
    }
out:
    call_clear(&call);
    return rc;
}

static enum err sweep_t1(const struct call_context *context, struct call *call,
                         enum sweep_result *result)
{
    struct call_view view;
    enum call_outcome outcome;
    bool any = true;
    if (is_in_talk(call)) {
        bool over;
        enum err watched = call_away_watch(context, call->t1_sid, &over);
        if (watched == ERR_OK && over) *result = SWEEP_CLOSED;
        return watched;
    }
    int64_t age_s = twilio_client_now_s(context->twilio) - call->t1.created_s;
    /* It is unknown how long it took until the caller heard ringback: count from the latest. */
    int64_t rung_s = age_s > SETTLED_S ? age_s - SETTLED_S : 0;
    enum err rc = call_view(context, call, rung_s, &view);
    if (rc != ERR_OK) return rc;
    enum ring_decision decision = call_rules_ring(&view, &outcome);
    if (decision != RING_CLOSE && age_s > SETTLED_S) {
        rc = call_legs_any(context, call->t1_sid, &any);
        if (rc != ERR_OK) return rc;
        outcome = call_rules_final_outcome(&view);
    }
    if (decision != RING_CLOSE && any) return ERR_OK;
    *result = SWEEP_CLOSED;
    return call_close(context, call, outcome);
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

enum err call_heal_sweep(const struct call_context *context, const char *task_sid,
                         enum sweep_result *result)
{
    struct call call = { 0 };
    *result = SWEEP_LEFT_ALONE;
    enum err rc = call_load(context, task_sid, &call);
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
