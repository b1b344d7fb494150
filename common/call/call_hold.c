#include "call/call_hold.h"

#include "base/date.h"
#include "call/call_legs.h"
#include "call/call_tell.h"

struct holding {
    enum call_role holder;
    bool hold;
    int decided; /* how often: once unless T1 was written in between */
};

static enum err decide_hold(void *wanted, const struct call *call, cJSON **patch)
{
    struct holding *holding = wanted;
    (void)call;
    holding->decided++;
    /* Also where T1 says so already: REST may show what was written before the last change. */
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

/* A talk that nobody has seen begin yet, or that has just begun. */
static bool is_new(const struct call_context *context, const struct call *call)
{
    int64_t since_s;
    return !date_parse_iso8601(call->facts.connected_at, &since_s) ||
           twilio_client_now_s(context->twilio) - since_s < CALL_NEW_S;
}

/* REST may not list yet who has just come in; that K was answered it has shown already. */
static enum err is_coming(const struct call_context *context, struct call *call,
                          enum call_role role, bool *coming)
{
    *coming = false;
    if (!is_new(context, call)) return ERR_OK;
    enum err rc = call_load_k(context, call);
    *coming = rc == ERR_OK && call->k_found && call->k.status == TASK_ASSIGNED &&
              !call_is_over(call) && !call_rules_is_away(&call->facts, role);
    return rc;
}

/* The same once that end is listed; ERR_NOT_FOUND when nobody is there. */
static enum err hold_listed_end(const struct call_context *context, struct call *call,
                                enum call_role role, bool hold, struct call_legs *legs)
{
    size_t held;
    bool coming = false;
    do {
        enum err rc = hold_end(context, call, role, hold, legs, &held);
        if (rc == ERR_OK && held == 0) rc = is_coming(context, call, role, &coming);
        if (rc != ERR_OK) return rc;
    } while (held == 0 && coming && call_may_look_again(context));
    return held > 0 ? ERR_OK : ERR_NOT_FOUND;
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
    enum err rc = hold_listed_end(context, call, other, hold, &legs);
    if (rc != ERR_OK) return rc;
    struct holding holding = { holder, hold, 0 };
    rc = call_update(context, call, decide_hold, &holding);
    /* Whoever wrote in between may have moved the legs by what was written before. */
    bool undone = holding.decided > 1 || may_have_come(call, other, &legs);
    if (rc == ERR_OK && undone) rc = hold_end(context, call, other, hold, &legs, &held);
    if (rc == ERR_OK) call_tell_callee(context, call);
    return rc;
}
