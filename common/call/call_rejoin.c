#include "call/call_rejoin.h"

#include "call/call_away.h"
#include "call/call_legs.h"
#include "call/call_rules_away.h"

struct dialled {
    enum call_role role;
    const char *call_sid;
};

static enum err decide_leg(void *wanted, const struct call *call, cJSON **patch)
{
    const struct dialled *dialled = wanted;
    (void)call;
    *patch = call_rules_away_patch_leg(dialled->role, dialled->call_sid);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

enum err call_rejoin(const struct call_context *context, struct call *call, enum call_role role,
                     char call_sid[SID_SIZE])
{
    struct call_legs legs;
    enum call_role other = call_rules_other(role);
    const struct token_agent *party = call->who.party;
    if (call_is_over(call) || !call_is_connected(call)) return ERR_CONFLICT;
    enum err rc = call_legs_list(context, call, &legs);
    if (rc != ERR_OK) return rc;
    if (!call_legs_has(&legs, other)) return ERR_CONFLICT;
    rc = voice_participant_dial(context->twilio, legs.conference_sid, party[role].contact_uri,
                                party[other].contact_uri, CALL_LEG_TIMEOUT_S, call_sid);
    if (rc == ERR_NOT_FOUND) return ERR_CONFLICT; /* the Conference has just ended */
    if (rc != ERR_OK) return rc;
    struct dialled dialled = { role, call_sid };
    rc = call_update(context, call, decide_leg, &dialled);
    /*
     * The softphone may have been faster: its join was reported while T1 didn't name the leg yet.
     * Then what is to be done about the return is left to us; else there is nothing to do so far.
     */
    return rc == ERR_OK ? call_away_back(context, call, role, call_sid) : rc;
}
