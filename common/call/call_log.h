/*
 * What the log says of a call beside the lines of requests: each by the one process that has
 * written the fact into T1, so that it stands there once. `dialpad-admin call` reads them.
 */
#ifndef DIALPAD_CALL_LOG_H
#define DIALPAD_CALL_LOG_H

#include "call/call.h"

/* Both agents are in: "state=connected callee_leg=CA...". */
void call_log_connected(const struct call *call, const char *callee_call_sid);

/* An agent has dropped out, or is back: "role=... state=away", "state=back". */
void call_log_state(const struct call *call, enum call_role role, const char *state);

/*
 * The call is over: outcome, both Workers, Tasks, legs and the Conference in one line, by which
 * everything about it is found from any of its SIDs.
 */
void call_log_outcome(const struct call_context *context, const struct call *call);

#endif
