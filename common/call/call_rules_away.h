/*
 * The rules for an agent who drops out of a call: a reload, a crash, a network that fails. A part
 * of call_rules, and as pure.
 *
 * An agent's legs are all Participants whose Call goes to that agent's contact_uri. One
 * who leaves without a word may come back within DIALPAD_GRACE_SECONDS; the colleague waits on hold
 * meanwhile.
 */
#ifndef DIALPAD_CALL_RULES_AWAY_H
#define DIALPAD_CALL_RULES_AWAY_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "call/call_rules.h"

/* Changes of T1's Attributes. NULL when out of memory. */
cJSON *call_rules_away_patch(enum call_role role, int64_t now_s);
cJSON *call_rules_away_patch_back(enum call_role role);
cJSON *call_rules_away_patch_leg(enum call_role role, const char *call_sid);

/* What is in the Conference now, seen from the agent who has left or who holds. */
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
