/*
 * An agent drops out of a call and comes back: what the programs do to Twilio about it.
 *
 * Time is kept by Twilio, not by a page: the agent who stays is put on hold with a document of ours
 * that asks for its next round every CALL_ROUND_S seconds, and each round looks. A colleague who is
 * held by choice hears the same document, so that a holder who vanishes is noticed too.
 */
#ifndef DIALPAD_CALL_AWAY_H
#define DIALPAD_CALL_AWAY_H

#include "call/call.h"

/*
 * A leg of this end has left, or has ended. Ends the call, or puts the other on hold until its
 * owner is back; does nothing while another leg of the same agent is in.
 */
enum err call_away_gone(const struct call_context *context, struct call *call,
                        enum call_role role) MUST_CHECK;

/*
 * A leg of this end has joined a call that is connected: kicks the agent's older legs, and ends
 * the waiting if there was any.
 */
enum err call_away_back(const struct call_context *context, struct call *call, enum call_role role,
                        const char *call_sid) MUST_CHECK;

/* What a look has found. */
enum away_watch {
    AWAY_NONE,    /* both are there, or have not talked yet */
    AWAY_WAITING, /* one is expected back: the time for that runs out by looking */
    AWAY_OVER     /* the call is over now */
};

/* One round of the hold document, or a look at any call that is connected. */
enum err call_away_watch(const struct call_context *context, const char *t1_sid,
                         enum away_watch *found) MUST_CHECK;

#endif
