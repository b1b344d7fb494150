/*
 * The way back into a call for an agent whose page was reloaded or has crashed.
 */
#ifndef DIALPAD_CALL_REJOIN_H
#define DIALPAD_CALL_REJOIN_H

#include "call/call.h"

/* Why nobody is dialled. */
enum rejoin_refusal {
    REJOIN_OK,
    REJOIN_OVER,         /* there is no call to come back to */
    REJOIN_STILL_RINGING /* the leg that was dialled last isn't answered yet */
};

/*
 * Dials the agent's softphone into the Conference once more: ERR_OK with *refusal REJOIN_OK and the
 * leg, or with another refusal. Of several requests at the same moment one leg is left.
 */
enum err call_rejoin(const struct call_context *context, struct call *call, enum call_role role,
                     enum rejoin_refusal *refusal, char call_sid[SID_SIZE]) MUST_CHECK;

#endif
