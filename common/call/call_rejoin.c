#include "call/call_rejoin.h"

#include <string.h>

#include "call/call_away.h"
#include "call/call_legs.h"
#include "call/call_rules_away.h"

struct dialled {
    enum call_role role;
    const char *call_sid;
    char before[SID_SIZE]; /* the leg that was dialled last when this one was decided upon */
};

/* The first of several that dial at once has its leg written down, and that one counts. */
static enum err decide_leg(void *wanted, const struct call *call, cJSON **patch)
{
    const struct dialled *dialled = wanted;
    const char *last = call->facts.party[dialled->role].rejoined_leg;
    if (call_is_over(call) || strcmp(last, dialled->before) != 0) return ERR_OK;
    *patch = call_rules_away_patch_leg(dialled->role, dialled->call_sid);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

/* Attributes are hints: a leg that isn't this agent's is nobody whom we have dialled. */
static enum err is_ringing(const struct call_context *context, const struct call *call,
                           enum call_role role, bool *ringing)
{
    const char *call_sid = call->facts.party[role].rejoined_leg;
    struct voice_call leg;
    *ringing = false;
    if (call_sid[0] == '\0') return ERR_OK;
    enum err rc = voice_call_fetch(context->twilio, call_sid, &leg);
    if (rc == ERR_OK) *ringing = leg.waiting && call_rules_leg(&call->who, leg.to) == role;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/*
 * Is there somebody to come back to, and no leg on its way? Only K proves who the two are: T1's
 * statement can be another call's, copied there by somebody who wants in.
 */
static enum err check(const struct call_context *context, struct call *call, enum call_role role,
                      struct call_legs *legs, enum rejoin_refusal *refusal)
{
    bool ringing;
    *refusal = REJOIN_OVER;
    if (call_is_over(call) || !call_is_connected(call)) return ERR_OK;
    enum err rc = call_load_k(context, call);
    if (rc != ERR_OK || !call->k_found) return rc;
    rc = call_legs_list(context, call, legs);
    if (rc != ERR_OK || !call_legs_has(legs, call_rules_other(role))) return rc;
    rc = is_ringing(context, call, role, &ringing);
    *refusal = ringing ? REJOIN_STILL_RINGING : REJOIN_OK;
    return rc;
}

enum err call_rejoin(const struct call_context *context, struct call *call, enum call_role role,
                     enum rejoin_refusal *refusal, char call_sid[SID_SIZE])
{
    struct call_legs legs;
    struct dialled dialled = { .role = role, .call_sid = call_sid };
    const struct token_agent *party = call->who.party;
    enum err rc = check(context, call, role, &legs, refusal);
    if (rc != ERR_OK || *refusal != REJOIN_OK) return rc;
    sid_copy(dialled.before, call->facts.party[role].rejoined_leg);
    rc = voice_participant_dial(context->twilio, legs.conference_sid, party[role].contact_uri,
                                party[call_rules_other(role)].contact_uri, CALL_LEG_TIMEOUT_S,
                                call_sid);
    /* The Conference has just ended. */
    if (rc == ERR_NOT_FOUND) *refusal = REJOIN_OVER;
    if (rc != ERR_OK) return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    rc = call_update(context, call, decide_leg, &dialled);
    if (rc != ERR_OK) return rc;
    /*
     * The softphone may have been faster: its join was reported while T1 didn't name the leg yet.
     * Then what is to be done about the return is left to us; else there is nothing to do so far.
     */
    if (strcmp(call->facts.party[role].rejoined_leg, call_sid) == 0)
        return call_away_back(context, call, role, call_sid);
    *refusal = call_is_over(call) ? REJOIN_OVER : REJOIN_STILL_RINGING;
    return voice_call_complete(context->twilio, call_sid);
}
