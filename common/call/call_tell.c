#include "call/call_tell.h"

#include "base/json.h"
#include "base/log.h"

/* Of T1's Attributes. */
static const char *const told[] = { "outcome", "endedAt", "connectedAt", "hold", "away" };

static bool is_told_already(const struct call *call)
{
    bool same = true;
    for (size_t i = 0; same && i < sizeof told / sizeof *told; i++) {
        const cJSON *ours = cJSON_GetObjectItemCaseSensitive(call->t1.attributes, told[i]);
        const cJSON *theirs = cJSON_GetObjectItemCaseSensitive(call->k.attributes, told[i]);
        same = ours == NULL || cJSON_Compare(ours, theirs, true);
    }
    return same;
}

cJSON *call_tell_attributes(const struct call *call)
{
    cJSON *attributes = cJSON_Duplicate(call->k.attributes, true);
    for (size_t i = 0; attributes != NULL && i < sizeof told / sizeof *told; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(call->t1.attributes, told[i]);
        cJSON *copy = value != NULL ? cJSON_Duplicate(value, true) : NULL;
        cJSON_DeleteItemFromObjectCaseSensitive(attributes, told[i]);
        if (copy == NULL || cJSON_AddItemToObject(attributes, told[i], copy)) continue;
        cJSON_Delete(copy);
        cJSON_Delete(attributes);
        attributes = NULL;
    }
    return attributes;
}

void call_tell_callee(const struct call_context *context, struct call *call)
{
    enum err rc = call_load_k(context, call);
    if (rc != ERR_OK || !call->k_found || is_told_already(call)) return;
    cJSON *attributes = call_tell_attributes(call);
    if (attributes == NULL) return;
    rc = taskrouter_task_update_attributes(context->twilio, &call->k, attributes);
    if (rc != ERR_OK) log_info("%s: the callee isn't told: %s", call->k.sid, err_name(rc));
    cJSON_Delete(attributes);
}
