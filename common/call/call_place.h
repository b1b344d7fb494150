/*
 * Ringing the colleague: exactly one K is made for a T1, whatever is repeated, reordered or
 * killed, and on however many hosts. No file and no memory decides it, only T1's ETag.
 */
#ifndef DIALPAD_CALL_PLACE_H
#define DIALPAD_CALL_PLACE_H

#include "call/call.h"

/*
 * Makes K for this call unless it exists, is being made or isn't wanted any more. `caller_call_sid`
 * is the caller's leg, which has joined `conference_sid`.
 *
 * ERR_OK: K exists, or the call is over (and has been closed). ERR_UNAVAILABLE: another process is
 * at it, ask again. Anything else: not known; ask again, a later claim will look before it creates.
 */
enum err call_place(const struct call_context *context, struct call *call,
                    const char *conference_sid, const char *caller_call_sid) MUST_CHECK;

/* As call_place, when the join was never reported: finds the caller's leg in the Conference. */
enum err call_place_lost(const struct call_context *context, struct call *call) MUST_CHECK;

#endif
