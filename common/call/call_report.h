/*
 * The state of a call as a page is told it.
 */
#ifndef DIALPAD_CALL_REPORT_H
#define DIALPAD_CALL_REPORT_H

#include "call/call.h"
#include "twilio/voice.h"

struct call_report {
    enum call_state state;
    enum call_outcome outcome;
    char pass[PASS_SIZE]; /* of a callee who is being rung; else "" */
    bool my_leg_held;
    bool others_leg_held;
    size_t my_leg_count;
    char my_legs[VOICE_PARTICIPANTS_MAX][SID_SIZE]; /* the asker's, in the Conference now */
    char connected_at[CALL_TIME_SIZE];              /* "" while not connected */
};

/* Looks at T1, K and the Participants of a loaded call, for this end of it. */
enum err call_report(const struct call_context *context, struct call *call, enum call_role role,
                     struct call_report *report) MUST_CHECK;

#endif
