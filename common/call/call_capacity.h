/*
 * Has an agent room for one more call?
 */
#ifndef DIALPAD_CALL_CAPACITY_H
#define DIALPAD_CALL_CAPACITY_H

#include "call/call.h"

enum call_capacity {
    CAPACITY_FREE,
    CAPACITY_TAKEN,
    CAPACITY_GLARE /* taken by the agent's own T1 to the agent who asks */
};

/*
 * Reads the Worker's voice channel. Where it is taken by Tasks of ours that are only wrapping up,
 * they are completed and count as gone. `other_sid` is the other agent: if the channel is taken by
 * a call that this Worker is making to them, the answer is CAPACITY_GLARE and that call's T1 is in
 * other_t1. NULL: don't look.
 */
enum err call_capacity(const struct call_context *context, const char *worker_sid,
                       const char *other_sid, enum call_capacity *capacity,
                       char other_t1[SID_SIZE]) MUST_CHECK;

/*
 * Is the Worker in a call of ours, or about to be? A customer's call is none. If not, Tasks of ours
 * that are only wrapping up are completed.
 */
enum err call_capacity_in_call(const struct call_context *context, const char *worker_sid,
                               bool *in_call) MUST_CHECK;

#endif
