/*
 * Looking after calls of which nothing is reported: from ringback, which Twilio asks for every
 * few seconds while the caller waits, and from the sweep, which cron or a timer starts.
 */
#ifndef DIALPAD_CALL_HEAL_H
#define DIALPAD_CALL_HEAL_H

#include "call/call.h"

/* One round of ringback, as a genuine address of ours asks for it. */
struct call_round {
    const char *t1_sid;
    size_t key;       /* under which the address was made */
    const char *pass; /* NULL, or what may be the caller's pass */
    int number;
    const char *call_sid; /* the leg that asks, and so is alive; NULL: not known */
};

/*
 * Judges the call of this T1: goes on ringing, makes a K that was lost (for a fresh pass of the
 * caller's only), or ends it. *over says whether the call is over now.
 */
enum err call_heal(const struct call_context *context, const struct call_round *round,
                   bool *over) MUST_CHECK;

enum sweep_result { SWEEP_LEFT_ALONE, SWEEP_CLOSED, SWEEP_WRAPPED_UP, SWEEP_UNVERIFIED };

/*
 * Judges one live Task of the Workflow, whatever it is: closes the call that it belongs to when
 * Conference, legs or age say that it is over, and completes it when it was left wrapping.
 */
enum err call_heal_sweep(const struct call_context *context, const char *task_sid,
                         enum sweep_result *result) MUST_CHECK;

#endif
