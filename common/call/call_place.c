#include "call/call_place.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strbuf.h"
#include "call/call_capacity.h"
#include "call/call_close.h"
#include "call/call_endings.h"
#include "call/call_heard.h"
#include "call/call_legs.h"
#include "call/call_rivals.h"
#include "call/call_route.h"
#include "twilio/voice.h"

enum {
    WAIT_STEP_MS = 300, /* between two looks at another's claim */
    WAIT_MAX_MS = 3000,
    WAIT_RESERVE_MS = 500,  /* what is kept of the deadline for the answer */
    PLACE_RESERVE_MS = 1500 /* and for making K before it */
};

/* Whatever the owner of a claim of this age has made, REST shows it. */
enum { CLAIM_SHOWN_S = CALL_CLAIM_YOUNG_S + 2 };

/* One attempt to make K. */
struct placing {
    const struct call_context *context;
    struct call *call;
    const char *conference_sid;
    const char *caller_call_sid;
    char claim_id[CALL_ID_SIZE];
    int64_t former_s; /* when the claim was written that ours has taken over */
};

static enum claim_decision decision_now(const struct placing *placing)
{
    return call_rules_claim(&placing->call->facts, placing->call->t1.status, placing->claim_id,
                            twilio_client_now_s(placing->context->twilio));
}

/* Writes our claim if one may be written; call_update asks again when T1 has changed meanwhile. */
static enum err decide_claim(void *wanted, const struct call *call, cJSON **patch)
{
    struct placing *placing = wanted;
    int64_t now_s = twilio_client_now_s(placing->context->twilio);
    enum claim_decision decision =
        call_rules_claim(&call->facts, call->t1.status, placing->claim_id, now_s);
    if (decision != CLAIM_TAKE && decision != CLAIM_TAKE_OVER) return ERR_OK;
    *patch = call_rules_patch_claim(placing->claim_id, now_s);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

/* What is looked at before K is made is asked while the claim is written. */
static void ask_ahead(const struct placing *placing)
{
    const struct token_agent *party = placing->call->who.party;
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        taskrouter_worker_voice_channel_ahead(placing->context->twilio, party[role].worker_sid);
}

/*
 * Gets the claim, or learns that there is nothing to do. *decision is CLAIM_MINE, CLAIM_DONE or
 * CLAIM_OVER; *took_over when the claim had a former owner, which may have made K.
 */
static enum err get_claim(struct placing *placing, enum claim_decision *decision, bool *took_over)
{
    int64_t until = clock_ms() + WAIT_MAX_MS;
    *took_over = false;
    for (;;) {
        enum claim_decision before = decision_now(placing);
        if (before == CLAIM_TAKE || before == CLAIM_TAKE_OVER) {
            ask_ahead(placing);
            placing->former_s = placing->call->facts.claimed_at_s;
            enum err rc = call_update(placing->context, placing->call, decide_claim, placing);
            if (rc != ERR_OK) return rc;
            /* If another took it between the two looks, that was no take-over of ours. */
            *took_over = *took_over || before == CLAIM_TAKE_OVER;
        }
        *decision = decision_now(placing);
        if (*decision == CLAIM_MINE || *decision == CLAIM_DONE || *decision == CLAIM_OVER)
            return ERR_OK;
        bool time_is_left =
            twilio_client_left_ms(placing->context->twilio) > WAIT_STEP_MS + WAIT_RESERVE_MS;
        if (clock_ms() >= until || !time_is_left) return ERR_UNAVAILABLE;
        clock_pause(WAIT_STEP_MS);
        enum err rc = call_reload_t1(placing->context, placing->call);
        if (rc != ERR_OK) return rc;
    }
}

static enum err decide_unclaim(void *wanted, const struct call *call, cJSON **patch)
{
    const struct placing *placing = wanted;
    if (strcmp(call->facts.claim_id, placing->claim_id) != 0) return ERR_OK;
    *patch = call_rules_patch_unclaim();
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err decide_k(void *wanted, const struct call *call, cJSON **patch)
{
    const struct placing *placing = wanted;
    if (call->facts.k_sid[0] != '\0') return ERR_OK;
    *patch =
        call_rules_patch_callee_task(call->t1_sid, placing->caller_call_sid, placing->call->k.sid);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

/* Writes K's SID into T1. A K that another process has stored meanwhile stays; ours goes. */
static enum err store_k(struct placing *placing)
{
    struct call *call = placing->call;
    enum err rc = call_update(placing->context, call, decide_k, placing);
    if (rc != ERR_OK || strcmp(call->facts.k_sid, call->k.sid) == 0) return rc;
    return call_close_task(placing->context, &call->k, OUTCOME_FAILED);
}

/* As call_route_create, until it is decided which way; ERR_REFUSED when there is none. */
static enum err route_k(const struct call_context *context, struct call *call, cJSON *attributes,
                        bool *unknown)
{
    const struct task_draft draft = {
        .attributes = attributes,
        .timeout_s = context->config->ring_seconds + CALL_K_TIMEOUT_MARGIN_S,
        .worker_sid = call->who.party[ROLE_CALLEE].worker_sid,
        .ignore_capacity = false,
    };
    enum call_route_result result;
    enum err rc;
    do {
        rc = call_route_create(context, &draft, &call->k, unknown, &result);
    } while (rc == ERR_OK && result == ROUTE_AGAIN);
    return rc == ERR_OK && result == ROUTE_UNSUPPORTED ? ERR_REFUSED : rc;
}

static enum err create_k(struct placing *placing)
{
    const struct call_context *context = placing->context;
    struct call *call = placing->call;
    cJSON *attributes = NULL;
    bool unknown = false;
    struct token_statement who = call->who;
    sid_copy(who.t1_sid, call->t1_sid);
    struct strbuf statement;
    strbuf_init(&statement, STRBUF_MAX_TOKEN);

    enum err rc = token_statement_sign(&statement, context->keys->list[call->key], &who);
    if (rc != ERR_OK) goto out;
    rc = ERR_MEMORY;
    attributes = call_rules_callee_attributes(&who, statement.buf, call->t1_sid,
                                              call->facts.conversation_id);
    if (attributes == NULL) goto out;
    const char *note = call->facts.note;
    if (*note != '\0' && json_set_string(attributes, "note", note) != ERR_OK) goto out;
    task_clear(&call->k);
    rc = route_k(context, call, attributes, &unknown);
    call->k_found = rc == ERR_OK;
    call_note(call, ROLE_CALLER);
    /* A create that was refused frees the claim; one whose result is unknown leaves it standing. */
    if (rc != ERR_OK && !unknown) {
        enum err released = call_update(context, call, decide_unclaim, placing);
        (void)released; /* an old claim is taken over anyway */
    }
out:
    cJSON_Delete(attributes);
    strbuf_free(&statement);
    return rc;
}

/* Both agents called each other. The smaller T1 lives, and both hosts know which it is. */
static enum err settle_glare(struct placing *placing, const char *other_t1, bool *ours_lives)
{
    *ours_lives = call_rules_wins_glare(placing->call->t1_sid, other_t1);
    if (!*ours_lives) return call_close(placing->context, placing->call, OUTCOME_GLARE);
    struct call other = { 0 };
    enum err rc = call_load_t1(placing->context, other_t1, &other);
    log_note(LOG_CONF, ""); /* not that call's */
    if (rc == ERR_OK) rc = call_close(placing->context, &other, OUTCOME_GLARE);
    call_clear(&other);
    call_note(placing->call, ROLE_CALLER);
    return call_ignore_strangers(rc);
}

/* The colleague's voice channel, read at the last moment. *go: K may be made. */
static enum err check_callee(struct placing *placing, bool *go)
{
    const struct token_agent *party = placing->call->who.party;
    enum call_capacity capacity;
    char other_t1[SID_SIZE];
    enum err rc = call_capacity(placing->context, party[ROLE_CALLEE].worker_sid,
                                party[ROLE_CALLER].worker_sid, &capacity, other_t1);
    *go = rc == ERR_OK && capacity == CAPACITY_FREE;
    if (rc != ERR_OK || capacity == CAPACITY_FREE) return rc;
    if (capacity == CAPACITY_GLARE) return settle_glare(placing, other_t1, go);
    return call_close(placing->context, placing->call, OUTCOME_BUSY);
}

/*
 * Is the caller's leg still in? A report of the last seconds says more than REST; a Participant
 * that REST doesn't show may not be shown yet, and is gone only if its Call is over.
 */
static enum err caller_is_in(const struct placing *placing, bool *in)
{
    struct twilio_client *twilio = placing->context->twilio;
    const char *call_sid = placing->caller_call_sid;
    struct participant caller;
    enum call_role role;
    *in = call_heard_is_in(call_sid);
    if (*in || call_heard_is_gone(call_sid)) return ERR_OK;
    enum err rc = voice_participant_fetch(twilio, placing->conference_sid, call_sid, &caller);
    *in = rc == ERR_OK;
    if (rc != ERR_NOT_FOUND) return rc;
    rc = call_leg(placing->context, placing->call, call_sid, &role, in);
    *in = *in || rc == ERR_NOT_FOUND;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* Between our looking and our writing the caller may have gone: then nothing may ring. */
static enum err check_caller(struct placing *placing)
{
    const struct call_context *context = placing->context;
    struct call *call = placing->call;
    bool in = false;
    enum err rc = ERR_OK;
    /* T1 is as it was when K's SID was written into it. */
    if (!call_is_over(call)) rc = caller_is_in(placing, &in);
    if (rc != ERR_OK || in) return rc;
    return call_close(context, call, OUTCOME_CANCEL);
}

/* Twilio will say the same to a process that tries again: the call can't be made. */
static bool is_final(enum err rc)
{
    return rc == ERR_REFUSED || rc == ERR_NOT_FOUND || rc == ERR_TOO_LARGE;
}

/* The last look before K is made. *go: both agents have room for this very call. */
static enum err check_both(struct placing *placing, bool *go)
{
    bool has_elder;
    enum err rc = call_rivals_find(placing->context, placing->call, &has_elder);
    if (rc != ERR_OK || !has_elder) return rc == ERR_OK ? check_callee(placing, go) : rc;
    *go = false;
    return call_close(placing->context, placing->call, OUTCOME_FAILED);
}

/*
 * The K that the claim's former owner may have made with its last breath. Where REST may still show
 * it late, it is looked for once more, and only once: of such questions an account may ask few.
 */
static enum err find_former_k(const struct placing *placing)
{
    struct twilio_client *twilio = placing->context->twilio;
    enum err rc = call_find_k(placing->context, placing->call);
    int64_t late_ms = (placing->former_s + CLAIM_SHOWN_S - twilio_client_now_s(twilio)) * 1000;
    int64_t spare_ms = twilio_client_left_ms(twilio) - PLACE_RESERVE_MS;
    if (rc != ERR_OK || placing->call->k_found || late_ms <= 0) return rc;
    if (spare_ms > 0) clock_pause((int)(late_ms < spare_ms ? late_ms : spare_ms));
    return call_find_k(placing->context, placing->call);
}

static enum err make_k(struct placing *placing, bool took_over)
{
    bool go = true;
    enum err rc = ERR_OK;
    if (took_over) rc = find_former_k(placing);
    if (rc == ERR_OK && !placing->call->k_found) {
        rc = check_both(placing, &go);
        twilio_client_ahead_end(placing->context->twilio);
        if (rc == ERR_OK && !go) return ERR_OK;
        if (rc == ERR_OK) rc = create_k(placing);
    }
    if (rc == ERR_OK) rc = store_k(placing);
    if (rc == ERR_OK) call_endings_pair(placing->call->t1_sid, placing->call->k.sid);
    if (is_final(rc)) return call_close(placing->context, placing->call, OUTCOME_FAILED);
    if (rc == ERR_OK) rc = check_caller(placing);
    return rc;
}

enum err call_place(const struct call_context *context, struct call *call,
                    const char *conference_sid, const char *caller_call_sid)
{
    struct placing placing = {
        .context = context,
        .call = call,
        .conference_sid = conference_sid,
        .caller_call_sid = caller_call_sid,
    };
    enum claim_decision decision = CLAIM_DONE;
    bool took_over;
    enum err rc = random_hex(placing.claim_id, (CALL_ID_SIZE - 1) / 2);
    if (rc == ERR_OK) rc = get_claim(&placing, &decision, &took_over);
    if (rc != ERR_OK || decision != CLAIM_MINE) twilio_client_ahead_end(context->twilio);
    if (is_final(rc)) return call_close(context, call, OUTCOME_FAILED);
    if (rc != ERR_OK) return rc;
    switch (decision) {
    case CLAIM_MINE:
        return make_k(&placing, took_over);
    case CLAIM_OVER:
        return call_close(context, call, OUTCOME_FAILED);
    default:
        return ERR_OK;
    }
}

enum err call_place_lost(const struct call_context *context, struct call *call)
{
    struct call_legs legs;
    enum err rc = call_legs_list(context, call, &legs);
    if (rc != ERR_OK) return rc;
    const struct leg *caller = call_legs_next(&legs, ROLE_CALLER, NULL);
    if (caller == NULL) return ERR_OK;
    return call_place(context, call, legs.conference_sid, caller->call_sid);
}
