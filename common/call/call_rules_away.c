#include "call/call_rules_away.h"

#include "base/json.h"

/* {outer: {role: value}}; the value becomes the patch's. */
static cJSON *patch_of(const char *outer, enum call_role role, cJSON *value)
{
    cJSON *patch = cJSON_CreateObject();
    cJSON *inner = patch == NULL ? NULL : json_add_object(patch, outer);
    if (inner != NULL && value != NULL &&
        cJSON_AddItemToObject(inner, call_rules_role_name(role), value)) {
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
