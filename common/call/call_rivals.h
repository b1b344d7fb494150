/*
 * Several calls that one agent has begun at the same moment: one of them lives.
 */
#ifndef DIALPAD_CALL_RIVALS_H
#define DIALPAD_CALL_RIVALS_H

#include "call/call.h"

/*
 * Looks whether the caller has another T1 of ours, older than this one and not over; *elder says
 * so. Costs one request where the caller's channel holds this Task alone.
 */
enum err call_rivals_find(const struct call_context *context, const struct call *call,
                          bool *elder) MUST_CHECK;

#endif
