/*
 * The way back into a call for an agent whose page was reloaded or has crashed.
 */
#ifndef DIALPAD_CALL_REJOIN_H
#define DIALPAD_CALL_REJOIN_H

#include "call/call.h"

/*
 * Dials the agent's softphone into the Conference once more. ERR_CONFLICT when there is no call to
 * come back to.
 */
enum err call_rejoin(const struct call_context *context, struct call *call, enum call_role role,
                     char call_sid[SID_SIZE]) MUST_CHECK;

#endif
