/*
 * The end of a call: one function for every reason, because every reason ends in the same place.
 */
#ifndef DIALPAD_CALL_CLOSE_H
#define DIALPAD_CALL_CLOSE_H

#include "call/call.h"

/*
 * Ends the call, whatever state it is in; each step may be repeated by any process at any time:
 *
 *   1. writes `outcome` into T1 if none is there, before anything that a page can notice
 *   2. ends K (pending, reserved → canceled; assigned → wrapping)
 *   3. completes the Conference, found by its name
 *   4. completes every leg that is still alive
 *   5. ends T1 as K
 *
 * ERR_OK only when all of it is done. `call` has been loaded; K is loaded here. ERR_CONFLICT also
 * where both turn out to be in a talk that doesn't end by that (call_rules_end_of_talk).
 */
enum err call_close(const struct call_context *context, struct call *call,
                    enum call_outcome outcome) MUST_CHECK;

/* The same, with the colleague's line for the caller beside the outcome, if that is ours. */
enum err call_close_replying(const struct call_context *context, struct call *call,
                             enum call_outcome outcome, const char *reply) MUST_CHECK;

/* As call_close when T1 itself has been deleted already: Conference and K are all that is left. */
enum err call_close_remains(const struct call_context *context, struct call *call) MUST_CHECK;

/*
 * Before a call that nobody has answered is closed: cancels K, which TaskRouter refuses if the
 * colleague was quicker (*answered).
 */
enum err call_close_unanswered(const struct call_context *context, struct call *call,
                               bool *answered) MUST_CHECK;

/*
 * Reads K again until it isn't one that waits for an answer: somebody knows that it isn't, and REST
 * shows it late. ERR_UNAVAILABLE when it doesn't within the request's time.
 */
enum err call_close_await_k(const struct call_context *context, struct call *call) MUST_CHECK;

/* Ends one Task: reads it again when Twilio refuses a step, and acts on what `task` is then. */
enum err call_close_task(const struct call_context *context, struct task *task,
                         enum call_outcome outcome) MUST_CHECK;

#endif
