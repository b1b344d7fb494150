#include "call/call_count.h"

#include "base/metrics.h"

/* Since the call began, by Twilio's clock; 0 where Twilio doesn't say when that was. */
static int64_t age_ms(const struct call_context *context, const struct call *call)
{
    int64_t age_s = twilio_client_now_s(context->twilio) - call->t1.created_s;
    return call->t1.created_s > 0 && age_s > 0 ? age_s * 1000 : 0;
}

void call_count_outcome(const struct call_context *context, const struct call *call)
{
    metrics_count_word(METRIC_CALLS, call_rules_outcome_name(call->facts.outcome), 1);
    if (!call_is_connected(call)) metrics_observe(METRIC_RING_SECONDS, 0, age_ms(context, call));
}

void call_count_connected(const struct call_context *context, const struct call *call)
{
    metrics_observe(METRIC_ANSWER_SECONDS, 0, age_ms(context, call));
}
