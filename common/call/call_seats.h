/*
 * A call of two as the judge sees it (call_judge.h): the caller's seat and the callee's, by T1, K
 * and whatever is known of their legs. Pure.
 */
#ifndef DIALPAD_CALL_SEATS_H
#define DIALPAD_CALL_SEATS_H

#include "call/call_judge.h"
#include "call/call_rules.h"

/* One seat for each end of the call, by its role. */

/* Before both have been in, or where nobody knows who is in now. */
void call_seats_of_ring(const struct call_view *call, struct judge_view *view);

/*
 * The leg of this end has ended, and both have not been seen in. `call_status` is Twilio's word
 * for it, NULL where there is none; `had_joined` says that it was in the Conference, and a callee
 * who was has answered, reported or not.
 */
void call_seats_of_leg_end(enum call_role role, bool had_joined, const char *call_status,
                           struct judge_view *view);

/* What a look into the Conference has found of one end. */
struct seat_look {
    bool listed;
    bool on_hold;
    bool is_sure;    /* the list isn't older than what was done last: who isn't in it has left */
    bool returns;    /* has come in since, and that isn't written down */
    bool is_settled; /* nothing was done lately: whoever waits is shown on hold, too */
    bool is_beside;  /* the other end comes in: a departure noted lately outdoes this list */
};

/* Once both have been in. */
void call_seats_of_talk(const struct call_facts *facts, const struct seat_look look[ROLE__MAX],
                        int64_t now_s, int grace_seconds, struct judge_view *view);

#endif
