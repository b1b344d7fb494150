/*
 * What Twilio reports of a call, and what follows from it. Reports come twice, late, in any order
 * or not at all: each function may be called at any time and any number of times.
 *
 * ERR_OK: done, or not our business. Anything else: Twilio should ask again.
 */
#ifndef DIALPAD_CALL_EVENTS_H
#define DIALPAD_CALL_EVENTS_H

#include "call/call.h"

/* A leg has joined the Conference that is named after this T1. */
enum err call_events_join(const struct call_context *context, const char *t1_sid,
                          const char *conference_sid, const char *call_sid) MUST_CHECK;

/* A leg has left it. */
enum err call_events_leave(const struct call_context *context, const char *t1_sid,
                           const char *call_sid) MUST_CHECK;

/* The Conference has ended. */
enum err call_events_conference_end(const struct call_context *context,
                                    const char *t1_sid) MUST_CHECK;

/*
 * Something is reported of the leg that reservation.call placed for this Task (T1 or K). Only its
 * end means anything to us; `call_status` is Twilio's word for what it is, or NULL.
 */
enum err call_events_leg_ended(const struct call_context *context, const char *task_sid,
                               const char *call_sid, const char *call_status) MUST_CHECK;

/*
 * Both agents are in the Conference: writes so into T1 unless that is there already. For the
 * program that finds it so when the join wasn't reported.
 */
enum err call_events_connected(const struct call_context *context, struct call *call,
                               const char *callee_call_sid) MUST_CHECK;

#endif
