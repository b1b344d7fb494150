#include "call/call_log.h"

#include <stdio.h>

#include "base/log.h"

void call_log_connected(const struct call *call, const char *callee_call_sid)
{
    const struct log_fact facts[] = {
        { "state", "connected" },
        { "caller_leg", call_placed_leg(call, ROLE_CALLER) },
        { "callee_leg", callee_call_sid },
    };
    log_facts(facts, sizeof facts / sizeof *facts);
}

void call_log_state(const struct call *call, enum call_role role, const char *state)
{
    const struct log_fact fact = { "state", state };
    call_note(call, role);
    log_facts(&fact, 1);
}

void call_log_outcome(const struct call_context *context, const struct call *call)
{
    char age[sizeof "-9223372036854775808"] = "";
    if (call->t1.created_s > 0) {
        snprintf(age, sizeof age, "%lld",
                 (long long)(twilio_client_now_s(context->twilio) - call->t1.created_s));
    }
    const struct log_fact facts[] = {
        { "outcome", call_rules_outcome_name(call->facts.outcome) },
        { "caller", call->who.party[ROLE_CALLER].worker_sid },
        { "callee", call->who.party[ROLE_CALLEE].worker_sid },
        { "caller_leg", call_placed_leg(call, ROLE_CALLER) },
        { "callee_leg", call->k_found ? call_placed_leg(call, ROLE_CALLEE) : NULL },
        { "connected_at", call_is_connected(call) ? call->facts.connected_at : NULL },
        { "seconds", age[0] != '\0' ? age : NULL },
    };
    call_note(call, ROLE_NONE);
    log_facts(facts, sizeof facts / sizeof *facts);
}
