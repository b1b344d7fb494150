/*
 * What T1's Attributes say of an agent who drops out of a call: a reload, a crash, a network that
 * fails. A part of call_rules, and as pure; what follows from it decides call_judge.
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

#endif
