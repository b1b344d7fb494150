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

enum err call_hold(const struct call_context *context, struct call *call, enum call_role holder,
                   bool hold)
{
    struct call_legs legs;
    size_t held = 0;
    enum err rc = call_legs_list(context, call, &legs);
    if (rc == ERR_OK)
        rc = call_legs_hold(context, call, &legs, call_rules_other(holder), hold, "hold", &held);
    if (rc != ERR_OK) return rc;
    if (held == 0) return ERR_NOT_FOUND;
    struct holding holding = { holder, hold };
    rc = call_update(context, call, decide_hold, &holding);
    if (rc == ERR_OK) call_tell_callee(context, call);
    return rc;
}
