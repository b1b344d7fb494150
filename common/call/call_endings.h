/*
 * Which calls this process has seen end. The end of a call is reported five times, by its legs, its
 * Conference and both Tasks; whoever has read once that it is over needn't read it again, because
 * an outcome is never taken back and a closed Task is never opened.
 *
 * Only so many calls are kept, the oldest go first, and what is over is forgotten after a minute:
 * that costs a question to Twilio. May be called from any thread.
 */
#ifndef DIALPAD_CALL_ENDINGS_H
#define DIALPAD_CALL_ENDINGS_H

#include <stdbool.h>

#include "base/sid.h"

enum call_ending {
    ENDING_UNKNOWN, /* ask */
    ENDING_BEGUN,   /* it has an outcome, written some seconds ago at most */
    ENDING_DONE     /* T1 is closed, and so is all the rest: T1 is last */
};

/*
 * By T1's SID, or by K's where K's own statement has shown to this process that it is T1's. The
 * reports of an end come all at once: one who gets ENDING_UNKNOWN asks Twilio and says so with
 * call_endings_asked, and the others wait a moment for what that brings.
 */
enum call_ending call_endings_ask(const char *task_sid);
void call_endings_asked(const char *task_sid);

/* The T1 of a Task that has just been found here, for the log; "" if it is known no more. */
void call_endings_t1(const char *task_sid, char t1_sid[SID_SIZE]);

/* K belongs to T1, by its statement. */
void call_endings_pair(const char *t1_sid, const char *k_sid);
void call_endings_note(const char *t1_sid, enum call_ending ending);

/*
 * Somebody has to look after a moment whether an end that has begun was brought to its end. One who
 * asks gets LOOK_MINE and T1's SID, and then says what has come of it: unless it is `done`, another
 * one is to look. At most `most` look at once in this process.
 */
enum ending_look { LOOK_MINE, LOOK_OTHERS, LOOK_NO_ROOM };
enum ending_look call_endings_look(const char *task_sid, int most, char t1_sid[SID_SIZE]);
void call_endings_looked(const char *t1_sid, bool done);

#endif
