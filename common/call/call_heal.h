/*
 * Looking after calls of which nothing is reported: from ringback, which Twilio asks for every
 * few seconds while the caller waits, and from the sweep, which cron or a timer starts.
 */
#ifndef DIALPAD_CALL_HEAL_H
#define DIALPAD_CALL_HEAL_H

#include "call/call.h"

/*
 * Judges the call of this T1 after `rung_s` seconds of waiting: goes on ringing, makes a K that
 * was lost, or ends it. *over says whether the call is over now.
 */
enum err call_heal(const struct call_context *context, const char *t1_sid, int64_t rung_s,
                   bool *over) MUST_CHECK;

enum sweep_result { SWEEP_LEFT_ALONE, SWEEP_CLOSED, SWEEP_WRAPPED_UP };

/*
 * Judges one live Task of the Workflow, whatever it is: closes the call that it belongs to when
 * Conference, legs or age say that it is over, and completes it when it was left wrapping.
 */
enum err call_heal_sweep(const struct call_context *context, const char *task_sid,
                         enum sweep_result *result) MUST_CHECK;

#endif
