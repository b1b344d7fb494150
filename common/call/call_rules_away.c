#include "call/call_rules_away.h"

#include <string.h>

#include "base/json.h"

static const char *key_of(enum call_role role)
{
    return role == ROLE_CALLER ? "caller" : "callee";
}

static void read_leg(const cJSON *legs, enum call_role role, char sid[SID_SIZE])
{
    const char *text = json_get_string(legs, key_of(role));
    if (sid_is_call(text)) sid_copy(sid, text);
}

void call_rules_away_read(const cJSON *attributes, struct call_away *away)
{
    const cJSON *since = json_get_object(attributes, "away");
    const cJSON *legs = json_get_object(attributes, "rejoined");
    memset(away, 0, sizeof *away);
    away->caller_since_s = json_get_int64(since, key_of(ROLE_CALLER), 0);
    away->callee_since_s = json_get_int64(since, key_of(ROLE_CALLEE), 0);
    read_leg(legs, ROLE_CALLER, away->caller_leg);
    read_leg(legs, ROLE_CALLEE, away->callee_leg);
}

int64_t call_rules_away_since_s(const struct call_away *away, enum call_role role)
{
    return role == ROLE_CALLER ? away->caller_since_s : away->callee_since_s;
}

bool call_rules_away_is(const struct call_away *away, enum call_role role)
{
    return call_rules_away_since_s(away, role) > 0;
}

const char *call_rules_away_newest_leg(const struct call_away *away, enum call_role role)
{
    return role == ROLE_CALLER ? away->caller_leg : away->callee_leg;
}

/* {outer: {role: value}}; the value becomes the patch's. */
static cJSON *patch_of(const char *outer, enum call_role role, cJSON *value)
{
    cJSON *patch = cJSON_CreateObject();
    cJSON *inner = patch == NULL ? NULL : json_add_object(patch, outer);
    if (inner != NULL && value != NULL && cJSON_AddItemToObject(inner, key_of(role), value)) {
        return patch;
    }
    cJSON_Delete(value);
    cJSON_Delete(patch);
    return NULL;
}

cJSON *call_rules_away_patch(enum call_role role, int64_t now_s)
{
    return patch_of("away", role, cJSON_CreateNumber((double)now_s));
}

cJSON *call_rules_away_patch_back(enum call_role role)
{
    return patch_of("away", role, cJSON_CreateNull());
}

cJSON *call_rules_away_patch_leg(enum call_role role, const char *call_sid)
{
    return patch_of("rejoined", role, cJSON_CreateString(call_sid));
}

enum presence_decision call_rules_away_presence(const struct presence_view *view)
{
    if (view->present) return PRESENCE_FINE;
    /* Before both have been in there is nothing to come back to; alone there is nobody. */
    if (!view->connected || !view->other_present) return PRESENCE_CLOSE;
    return view->away_s < view->grace_seconds ? PRESENCE_WAIT : PRESENCE_CLOSE;
}
