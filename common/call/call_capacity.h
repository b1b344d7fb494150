/*
 * Has an agent room for one more call, and the Tasks of ours that still take it up.
 */
#ifndef DIALPAD_CALL_CAPACITY_H
#define DIALPAD_CALL_CAPACITY_H

#include "call/call.h"

enum room {
    ROOM_FREE,
    ROOM_TAKEN,
    ROOM_GLARE /* taken by the agent's own T1 to the one who asks */
};

/*
 * Reads the Worker's voice channel. Where it is taken by Tasks of ours that are only wrapping up,
 * they are completed and count as gone. `other_sid` is the other agent: if the channel is taken by
 * a call that this Worker is making to them, the answer is ROOM_GLARE and that call's T1 is in
 * other_t1. NULL: don't look.
 */
enum err call_room(const struct call_context *context, const char *worker_sid,
                   const char *other_sid, enum room *room, char other_t1[SID_SIZE]) MUST_CHECK;

/*
 * Completes this Task if it is one of ours and has been wrapping for at least `min_age_s`;
 * otherwise does nothing. *completed says which.
 */
enum err call_complete_wrapping(const struct call_context *context, const char *task_sid,
                                int64_t min_age_s, bool *completed) MUST_CHECK;

/* Completes what this Worker's page has left wrapping for more than CALL_WRAP_UP_S. */
enum err call_tidy_worker(const struct call_context *context, const char *worker_sid) MUST_CHECK;

#endif
