#include "call/call_close.h"

#include <stdatomic.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "call/call_count.h"
#include "call/call_endings.h"
#include "call/call_legs.h"
#include "call/call_log.h"
#include "call/call_tell.h"
#include "twilio/voice.h"

struct ending {
    enum call_outcome outcome;
    const char *reply; /* "" if there is none */
    int64_t now_s;
    bool ours;     /* it is this process that writes it */
    bool answered; /* both are in, and by this outcome no talk ends */
};

static enum err decide_outcome(void *wanted, const struct call *call, cJSON **patch)
{
    struct ending *ending = wanted;
    /* It was decided by what REST showed, which may be older than what is written over now. */
    enum call_outcome outcome = ending->outcome;
    if (call_is_connected(call)) outcome = call_rules_end_of_talk(outcome);
    ending->answered = call->facts.outcome == OUTCOME_NONE && outcome == OUTCOME_NONE;
    ending->ours = call->facts.outcome == OUTCOME_NONE && !ending->answered;
    if (!ending->ours) return ERR_OK;
    *patch = call_rules_patch_outcome(outcome, ending->now_s);
    if (*patch == NULL) return ERR_MEMORY;
    return *ending->reply != '\0' ? json_set_string(*patch, "reply", ending->reply) : ERR_OK;
}

/*
 * The first writer wins. A refusal is looked into, because without an outcome the pages would be
 * told another one; but a T1 that has ended may be past changing, and one that an agent has filled
 * up has no room for a word more: neither is a reason to leave the rest undone. ERR_CONFLICT: the
 * call has been answered, and isn't over by that.
 */
static enum err write_outcome(const struct call_context *context, struct call *call,
                              enum call_outcome outcome, const char *reply, bool *ours)
{
    struct ending ending = {
        .outcome = outcome,
        .reply = reply,
        .now_s = twilio_client_now_s(context->twilio),
    };
    enum err rc = ERR_REFUSED;
    for (int i = 0; i < CALL_TRIES && rc == ERR_REFUSED; i++) {
        if (i > 0) {
            rc = call_reload_t1(context, call);
            if (rc != ERR_OK || !task_status_is_live(call->t1.status)) break;
        }
        rc = call_update(context, call, decide_outcome, &ending);
    }
    *ours = rc == ERR_OK && ending.ours;
    if (rc == ERR_OK && ending.answered) return ERR_CONFLICT;
    if (*ours) call_count_outcome(context, call);
    if (rc == ERR_REFUSED || rc == ERR_NOT_FOUND || rc == ERR_TOO_LARGE) return ERR_OK;
    return rc;
}

static enum err reload_task(const struct call_context *context, struct task *task)
{
    struct task fresh = { 0 };
    enum err rc = taskrouter_task_fetch(context->twilio, task->sid, &fresh);
    if (rc != ERR_OK) return rc;
    task_clear(task);
    *task = fresh;
    return ERR_OK;
}

/* Twilio's documentation says that it doesn't take status and Attributes in one request. */
static atomic_bool apart;

static void note_apart(const char *task_sid)
{
    if (atomic_exchange(&apart, true)) return;
    log_warn("%s: Twilio takes no status together with Attributes; from now on in two requests",
             task_sid);
}

/*
 * Another process, or an agent, was quicker: what is the Task now? REST may show it as it was; what
 * can't be canceled any more has been accepted.
 */
static enum err see_refused(const struct call_context *context, struct task *task,
                            enum close_step refused)
{
    enum err rc = reload_task(context, task);
    bool as_it_was = rc == ERR_OK && call_rules_close_step(task->status) == refused;
    if (as_it_was && refused == CLOSE_CANCEL) task->status = TASK_ASSIGNED;
    return rc;
}

/* It was accepted while it was to be canceled: the leg that was placed is named in a moment. */
static void await_leg(const struct call_context *context, struct task *task)
{
    const enum task_status status = task->status;
    while (json_get_string(task->attributes, "worker_call_sid") == NULL &&
           call_may_look_early(context)) {
        if (reload_task(context, task) != ERR_OK) break;
    }
    task->status = status;
}

/*
 * `attributes`, if not NULL, are written in the same request, unless that is refused: what a page
 * is told matters less than the end.
 */
static enum err close_task(const struct call_context *context, struct task *task,
                           enum call_outcome outcome, const cJSON *attributes)
{
    const char *reason = call_rules_outcome_name(outcome);
    enum close_step refused = CLOSE_NOTHING;
    bool accepted = false;
    for (int i = 0; i < CALL_TRIES; i++) {
        enum close_step step = call_rules_close_step(task->status);
        if (step == CLOSE_NOTHING) return ERR_OK;
        enum task_status next = step == CLOSE_CANCEL ? TASK_CANCELED : TASK_WRAPPING;
        const struct task_step change = {
            .status = next,
            .reason = reason != NULL ? reason : "failed",
            .attributes = i == 0 && step == CLOSE_WRAP ? attributes : NULL,
        };
        enum err rc = taskrouter_task_step(context->twilio, task, &change);
        if (rc == ERR_OK && refused == step) note_apart(task->sid);
        if (rc == ERR_OK && accepted && step == CLOSE_WRAP) await_leg(context, task);
        if (rc == ERR_OK || rc == ERR_NOT_FOUND) return ERR_OK;
        if (rc != ERR_REFUSED && rc != ERR_CONFLICT) return rc;
        /* Written since it was read: the status alone asks for no version. */
        if (rc == ERR_CONFLICT && change.attributes != NULL) continue;

        refused = change.attributes != NULL ? step : CLOSE_NOTHING;
        if (i > 0 && !call_may_look_again(context)) break;
        rc = see_refused(context, task, step);
        if (rc == ERR_NOT_FOUND) return ERR_OK;
        if (rc != ERR_OK) return rc;
        accepted = accepted || step == CLOSE_CANCEL;
    }
    return ERR_CONFLICT;
}

enum err call_close_task(const struct call_context *context, struct task *task,
                         enum call_outcome outcome)
{
    return close_task(context, task, outcome, NULL);
}

/*
 * With what the callee's page is to be told, which makes one request of two, unless Twilio has
 * shown that it doesn't take both at once.
 */
static enum err close_told_k(const struct call_context *context, struct call *call,
                             enum call_outcome outcome)
{
    if (atomic_load(&apart)) {
        call_tell_callee(context, call);
        return close_task(context, &call->k, outcome, NULL);
    }
    cJSON *attributes = call_tell_attributes(call);
    enum err rc = close_task(context, &call->k, outcome, attributes);
    cJSON_Delete(attributes);
    /* As it is by Twilio's answer: nothing is asked if it was told. */
    if (rc == ERR_OK && call->k.status == TASK_WRAPPING) call_tell_callee(context, call);
    return rc;
}

enum err call_close_unanswered(const struct call_context *context, struct call *call,
                               bool *answered)
{
    const struct task_step cancel = { .status = TASK_CANCELED,
                                      .reason = call_rules_outcome_name(OUTCOME_NO_ANSWER) };
    *answered = false;
    enum err rc = call_load_k(context, call);
    if (rc != ERR_OK || !call->k_found || call->facts.outcome != OUTCOME_NONE) return rc;
    if (call_rules_close_step(call->k.status) == CLOSE_CANCEL) {
        rc = taskrouter_task_step(context->twilio, &call->k, &cancel);
        if (rc == ERR_REFUSED) rc = call_close_await_k(context, call);
    }
    *answered = rc == ERR_OK && call->k.status == TASK_ASSIGNED;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

enum err call_close_await_k(const struct call_context *context, struct call *call)
{
    enum err rc;
    bool waits;
    do {
        rc = call_reload_k(context, call);
        waits = rc == ERR_OK && call_rules_close_step(call->k.status) == CLOSE_CANCEL;
    } while (waits && call_may_look_early(context));
    return waits ? ERR_UNAVAILABLE : rc;
}

/* A Call that was placed a moment ago may not be shown yet; it is never deleted. */
static enum err fetch_leg(const struct call_context *context, const char *call_sid,
                          struct voice_call *leg)
{
    enum err rc;
    do {
        rc = voice_call_fetch(context->twilio, call_sid, leg);
    } while (rc == ERR_NOT_FOUND && call_may_look_early(context));
    return rc;
}

/* Has this agent taken T1? TaskRouter says so, and nobody takes a Task for another. */
static enum err has_taken_t1(const struct call_context *context, const struct call *call,
                             bool *taken)
{
    struct task_sids tasks = { 0 };
    const char *status = call->t1.status == TASK_WRAPPING ? "wrapping" : "accepted";
    enum err rc = taskrouter_tasks_of_worker(
        context->twilio, call->who.party[ROLE_CALLER].worker_sid, status, &tasks);
    *taken = false;
    for (size_t i = 0; rc == ERR_OK && i < tasks.count && !*taken; i++)
        *taken = strcmp(tasks.list[i], call->t1_sid) == 0;
    task_sids_free(&tasks);
    return rc;
}

/*
 * Hangs up a leg if it is this agent's in this call. A Task names only its own agent's leg, dialled
 * in the caller's name, and one that rejoin-call has dialled is in the other's: otherwise an agent
 * who rewrites Attributes could hang up the colleague's other calls, or a customer's. The caller's
 * own leg, in the caller's own name, could be of any call that this agent has made; answered, it is
 * of this one only if the agent has taken T1.
 */
static enum err close_leg(const struct call_context *context, const struct call *call,
                          const char *call_sid, enum call_role whose, enum call_role from)
{
    if (!sid_is_call(call_sid)) return ERR_OK;
    struct voice_call leg;
    enum err rc = fetch_leg(context, call_sid, &leg);
    if (rc != ERR_OK) return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    bool is_ours = leg.live && call_rules_leg(&call->who, leg.to) == whose &&
                   call_rules_leg(&call->who, leg.from) == from;
    if (is_ours && whose == from && !leg.waiting) rc = has_taken_t1(context, call, &is_ours);
    return rc == ERR_OK && is_ours ? voice_call_complete(context->twilio, call_sid) : rc;
}

/* The first failure is what counts, but a failed step doesn't keep the others from being done. */
static enum err first_failure(enum err so_far, enum err next)
{
    return so_far != ERR_OK ? so_far : next;
}

/*
 * K as T1 names it. Where that is none, or a Task that isn't shown or isn't this call's, its caller
 * may have rewritten T1, and K would ring on: the callee's Reservations show it all the same.
 */
static enum err find_k(const struct call_context *context, struct call *call)
{
    enum err rc = call_load_k(context, call);
    if (rc == ERR_OK && !call->k_found) rc = call_find_ringing_k(context, call);
    if (rc == ERR_OK && !call->k_found) rc = call_load_k_surely(context, call);
    return rc;
}

/*
 * Where T1 has a claim and no K, its owner is either still at work (and will find the outcome) or
 * died, and then K may be about to ring unknown to all. So may it where T1 names a Task that isn't
 * this call's.
 */
static enum err load_k(const struct call_context *context, struct call *call)
{
    bool named = call->facts.k_sid[0] != '\0';
    /* What was read a moment ago will do: a step that no longer fits is refused, and read again. */
    if (call->k_found && strcmp(call->k.sid, call->facts.k_sid) == 0) return ERR_OK;
    enum err rc = find_k(context, call);
    bool known = call->k_found || call->facts.k_sid[0] != '\0';
    if (rc != ERR_OK || known || (!named && call->facts.claim_id[0] == '\0')) return rc;
    bool lost =
        named || call_rules_claim_is_old(&call->facts, twilio_client_now_s(context->twilio));
    return lost ? call_find_k(context, call) : ERR_OK;
}

static enum err close_k(const struct call_context *context, struct call *call,
                        enum call_outcome outcome)
{
    char closed[SID_SIZE] = "";
    enum err rc = ERR_OK;
    /* The K that the call was loaded by may be one that T1 doesn't name: that one ends too. */
    if (call->k_found && strcmp(call->k.sid, call->facts.k_sid) != 0) {
        sid_copy(closed, call->k.sid);
        rc = call_close_task(context, &call->k, outcome);
    }
    rc = first_failure(rc, load_k(context, call));
    if (!call->k_found || strcmp(call->k.sid, closed) == 0) return rc;
    return first_failure(rc, close_told_k(context, call, outcome));
}

static bool is_among(const struct participants *ended, const char *call_sid)
{
    size_t i = 0;
    while (i < ended->count && strcmp(ended->list[i].call_sid, call_sid) != 0)
        i++;
    return i < ended->count;
}

/* The legs that the two Tasks name, but for those that have ended with the Conference. */
static enum err close_legs(const struct call_context *context, const struct call *call,
                           const struct participants *ended)
{
    enum err rc = ERR_OK;
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        const char *placed = call_placed_leg(call, role);
        const char *rejoined = call->facts.party[role].rejoined_leg; /* may still ring */
        if (placed != NULL && !is_among(ended, placed))
            rc = first_failure(rc, close_leg(context, call, placed, role, ROLE_CALLER));
        if (!is_among(ended, rejoined)) {
            const enum call_role other = call_rules_other(role);
            rc = first_failure(rc, close_leg(context, call, rejoined, role, other));
        }
    }
    return rc;
}

/* The Conference, and the legs that aren't in it. */
static enum err close_voice(const struct call_context *context, const struct call *call)
{
    struct participants ended;
    enum err rc = call_legs_end(context, call->room, &ended);
    return first_failure(rc, close_legs(context, call, &ended));
}

/* T1 last. If it was accepted while all this was done, its leg has been placed meanwhile. */
static enum err close_t1(const struct call_context *context, struct call *call,
                         enum call_outcome outcome)
{
    char known_leg[SID_SIZE] = "";
    const char *placed = call_placed_leg(call, ROLE_CALLER);
    if (placed != NULL) sid_copy(known_leg, placed);
    enum err rc = call_close_task(context, &call->t1, outcome);
    call_rules_read(call->t1.attributes, &call->facts);
    placed = call_placed_leg(call, ROLE_CALLER);
    if (placed == NULL || strcmp(known_leg, placed) == 0) return rc;
    return first_failure(rc, close_leg(context, call, placed, ROLE_CALLER, ROLE_CALLER));
}

enum err call_close_replying(const struct call_context *context, struct call *call,
                             enum call_outcome outcome, const char *reply)
{
    bool ours;
    call_load_k_ahead(context, call);
    enum err rc = write_outcome(context, call, outcome, reply, &ours);
    if (rc != ERR_OK) goto out;
    if (call->facts.outcome != OUTCOME_NONE) outcome = call->facts.outcome;
    call_endings_note(call->t1_sid, ENDING_BEGUN);
    rc = close_k(context, call, outcome);
    rc = first_failure(rc, close_voice(context, call));
    /* T1 last, and only then: that it is closed says that all the rest is done. */
    if (rc == ERR_OK) rc = close_t1(context, call, outcome);
    if (rc == ERR_OK) call_endings_note(call->t1_sid, ENDING_DONE);
    if (ours) call_log_outcome(context, call);
out:
    twilio_client_ahead_end(context->twilio);
    return rc;
}

enum err call_close(const struct call_context *context, struct call *call,
                    enum call_outcome outcome)
{
    return call_close_replying(context, call, outcome, "");
}

enum err call_close_remains(const struct call_context *context, struct call *call)
{
    enum err rc = close_k(context, call, OUTCOME_FAILED);
    rc = first_failure(rc, close_voice(context, call));
    return rc;
}
