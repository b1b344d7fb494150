/*
 * What Twilio reports of a call, and what follows from it. Reports come twice, late, in any order
 * or not at all: each function may be called at any time and any number of times.
 *
 * ERR_OK: done, or not our business. Anything else: Twilio should ask again.
 */
#ifndef DIALPAD_CALL_EVENTS_H
#define DIALPAD_CALL_EVENTS_H

#include "call/call.h"

/* What is said of a leg in the Conference of this T1. */
struct call_event {
    const char *t1_sid;
    const char *conference_sid; /* needed for a join only */
    const char *call_sid;
    const char *label; /* NULL: none */
    const char *pass;  /* that the callback's address carries; NULL: none */
};

/*
 * A leg has joined. ERR_AUTH when the pass isn't the caller's, or too old where K would have to be
 * made: nothing is done then.
 */
enum err call_events_join(const struct call_context *context,
                          const struct call_event *event) MUST_CHECK;

/* A leg has left. */
enum err call_events_leave(const struct call_context *context,
                           const struct call_event *event) MUST_CHECK;

/* The Conference has ended. */
enum err call_events_conference_end(const struct call_context *context,
                                    const char *t1_sid) MUST_CHECK;

struct call_leg_end {
    const char *task_sid; /* the Task for which reservation.call placed the leg: T1 or K */
    const char *call_sid;
    const char *call_status; /* Twilio's word for what the leg is, or NULL */
    const char *pass;
};

/*
 * Something is reported of that leg. Only its end means anything to us. ERR_AUTH, and nothing is
 * done, when the pass isn't the one of this end of the call.
 */
enum err call_events_leg_ended(const struct call_context *context,
                               const struct call_leg_end *end) MUST_CHECK;

/*
 * Both agents are in the Conference: writes so into T1 unless that is there already. For the
 * program that finds it so when the join wasn't reported.
 */
enum err call_events_connected(const struct call_context *context, struct call *call,
                               const char *callee_call_sid) MUST_CHECK;

#endif
