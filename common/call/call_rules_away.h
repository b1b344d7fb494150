/*
 * The rules for an agent who drops out of a call: a reload, a crash, a network that fails. A part
 * of call_rules, and as pure.
 *
 * An agent's legs are all Participants whose Call goes to that agent's contact_uri. Who leaves
 * without a word may come back within DIALPAD_GRACE_SECONDS; the colleague waits on hold meanwhile.
 */
#ifndef DIALPAD_CALL_RULES_AWAY_H
#define DIALPAD_CALL_RULES_AWAY_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "call/call_rules.h"

/* What T1's Attributes say of who has dropped out; hints, like all of them. */
struct call_away {
    int64_t caller_since_s; /* by Twilio's clock; 0: hasn't */
    int64_t callee_since_s;
    char caller_leg[SID_SIZE]; /* the leg that rejoin-call has dialled last; "" if none */
    char callee_leg[SID_SIZE];
};

void call_rules_away_read(const cJSON *attributes, struct call_away *away);

bool call_rules_away_is(const struct call_away *away, enum call_role role);
int64_t call_rules_away_since_s(const struct call_away *away, enum call_role role);
const char *call_rules_away_newest_leg(const struct call_away *away, enum call_role role);

/* Changes of T1's Attributes. NULL when out of memory. */
cJSON *call_rules_away_patch(enum call_role role, int64_t now_s);
cJSON *call_rules_away_patch_back(enum call_role role);
cJSON *call_rules_away_patch_leg(enum call_role role, const char *call_sid);

/* What is in the Conference now, seen from the one who has left or who holds. */
struct presence_view {
    bool connected;     /* both have been in */
    bool present;       /* a leg of this agent is in */
    bool other_present; /* one of the other's is */
    int64_t away_s;     /* how long this agent has been away; 0: just now */
    int grace_seconds;
};

enum presence_decision {
    PRESENCE_FINE, /* another leg of the same agent is in */
    PRESENCE_WAIT, /* gone, and may come back */
    PRESENCE_CLOSE /* gone, and that is the end of the call */
};

enum presence_decision call_rules_away_presence(const struct presence_view *view);

#endif
