#include "call/call_hold.h"

#include "call/call_legs.h"
#include "call/call_tell.h"

struct holding {
    enum call_role holder;
    bool hold;
};

static enum err decide_hold(void *wanted, const struct call *call, cJSON **patch)
{
    const struct holding *holding = wanted;
    bool now = call->facts.party[holding->holder].holds;
    if (now == holding->hold) return ERR_OK;
    *patch = call_rules_patch_hold(holding->holder, holding->hold);
    return *patch != NULL ? ERR_OK : ERR_MEMORY;
}

/* Holds or resumes all legs of this end that are in now; *held counts them. */
static enum err hold_end(const struct call_context *context, const struct call *call,
                         enum call_role role, bool hold, struct call_legs *legs, size_t *held)
{
    enum err rc = call_legs_list(context, call, legs);
    *held = 0;
    if (rc == ERR_OK) rc = call_legs_hold(context, call, legs, role, hold, "hold", held);
    return rc;
}

/*
 * A leg of this end that has been dialled and wasn't in the list: it may have come since, and what
 * it was to hear may have been read before that was written.
 */
static bool may_have_come(const struct call *call, enum call_role role,
                          const struct call_legs *legs)
{
    const char *dialled = call->facts.party[role].rejoined_leg;
    return dialled[0] != '\0' && !call_legs_has_leg(legs, role, dialled);
}

enum err call_hold(const struct call_context *context, struct call *call, enum call_role holder,
                   bool hold)
{
    struct call_legs legs;
    size_t held;
    enum call_role other = call_rules_other(holder);
    enum err rc = hold_end(context, call, other, hold, &legs, &held);
    if (rc != ERR_OK) return rc;
    if (held == 0) return ERR_NOT_FOUND;
    struct holding holding = { holder, hold };
    rc = call_update(context, call, decide_hold, &holding);
    if (rc == ERR_OK && may_have_come(call, other, &legs))
        rc = hold_end(context, call, other, hold, &legs, &held);
    if (rc == ERR_OK) call_tell_callee(context, call);
    return rc;
}
