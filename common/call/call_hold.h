/*
 * Hold: the colleague hears music and is cut off; the holder is not. (Twilio's Hold acts on
 * the leg that it names, so it is the others' legs that are held.)
 */
#ifndef DIALPAD_CALL_HOLD_H
#define DIALPAD_CALL_HOLD_H

#include "call/call.h"

/*
 * Holds or resumes every leg that isn't one of `holder`'s, and remembers that. ERR_NOT_FOUND when
 * there is nothing to hold; ERR_CONFLICT when that couldn't be remembered: asking again helps.
 */
enum err call_hold(const struct call_context *context, struct call *call, enum call_role holder,
                   bool hold) MUST_CHECK;

#endif
