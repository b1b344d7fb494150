/*
 * The legs that are in the Conference of a call now. What goes over Participants goes through here.
 */
#ifndef DIALPAD_CALL_LEGS_H
#define DIALPAD_CALL_LEGS_H

#include <stdbool.h>
#include <stddef.h>

#include "call/call.h"
#include "twilio/voice.h"

struct leg {
    char call_sid[SID_SIZE];
    enum call_role role;
    bool on_hold;
};

struct call_legs {
    char conference_sid[SID_SIZE]; /* "" where there is no Conference, or an ended one */
    struct leg list[VOICE_PARTICIPANTS_MAX];
    size_t count;
};

/*
 * The legs that are really there: not one that still rings, nor one that has just ended. A leg's
 * label says whose it is; of one without a label of ours Twilio is asked. One that is neither
 * agent's is put out and not in the list.
 * What was reported of a leg in the last seconds counts more than what REST says (call_heard.h).
 */
enum err call_legs_list(const struct call_context *context, const struct call *call,
                        struct call_legs *legs) MUST_CHECK;

/* The next leg of this end after that one; NULL begins, and NULL ends. */
const struct leg *call_legs_next(const struct call_legs *legs, enum call_role role,
                                 const struct leg *after);

/* Is a leg of this end in it, this one, and is one on hold? */
bool call_legs_has(const struct call_legs *legs, enum call_role role);
bool call_legs_has_leg(const struct call_legs *legs, enum call_role role, const char *call_sid);
bool call_legs_on_hold(const struct call_legs *legs, enum call_role role);

/*
 * Holds or resumes every leg of one end. `why` is what a held one hears, "hold" or "reconnect". A
 * leg that has just left is none. *held counts on, unless it is NULL.
 */
enum err call_legs_hold(const struct call_context *context, const struct call *call,
                        const struct call_legs *legs, enum call_role role, bool hold,
                        const char *why, size_t *held) MUST_CHECK;

/* Takes every leg of this end out of the Conference but this one. */
enum err call_legs_keep_only(const struct call_context *context, const struct call_legs *legs,
                             enum call_role role, const char *call_sid) MUST_CHECK;

/* Takes a leg that is neither agent's out, and says so in the log. Its going ends nothing. */
enum err call_legs_put_out(const struct call_context *context, const char *t1_sid,
                           const char *conference_sid, const char *call_sid) MUST_CHECK;

/* Is anything in the Conference of this name, whatever and whose it is? */
enum err call_legs_any(const struct call_context *context, const char *room, bool *any) MUST_CHECK;

/*
 * Ends the Conference of this name; where Twilio won't complete it as a whole, all legs in it. Who
 * was in it, and has been ended by that, is in `ended`.
 */
enum err call_legs_end(const struct call_context *context, const char *room,
                       struct participants *ended) MUST_CHECK;

#endif
