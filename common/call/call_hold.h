/*
 * Hold: the colleague hears music and is cut off; the one who holds is not. (Twilio's Hold acts on
 * the leg that it names, so it is the others' legs that are held.)
 */
#ifndef DIALPAD_CALL_HOLD_H
#define DIALPAD_CALL_HOLD_H

#include "call/call.h"
#include "twilio/voice.h"

/* The legs that are in the Conference of this call now, and whose each of them is. */
struct call_legs {
    char conference_sid[SID_SIZE];
    struct participants participants;
    enum call_role roles[VOICE_PARTICIPANTS_MAX];
};

/* No Conference, or an ended one: nobody is in it. */
enum err call_legs_list(const struct call_context *context, const struct call *call,
                        struct call_legs *legs) MUST_CHECK;

/* Is a leg of this end in it, and is one on hold? */
bool call_legs_has(const struct call_legs *legs, enum call_role role);
bool call_legs_on_hold(const struct call_legs *legs, enum call_role role);

/*
 * Holds or resumes every leg that isn't one of `holder`'s, and remembers who holds. ERR_NOT_FOUND
 * when there is nobody to hold; ERR_CONFLICT when that couldn't be remembered: asking again helps.
 */
enum err call_hold(const struct call_context *context, struct call *call, enum call_role holder,
                   bool hold) MUST_CHECK;

#endif
