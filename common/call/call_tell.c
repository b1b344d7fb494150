#include "call/call_tell.h"

#include "base/json.h"
#include "base/log.h"
#include "twilio/taskrouter_task.h"

/* Another program may have told it, or something newer, that knows more. */
static bool is_told_already(const struct call *call)
{
    int ours_no = json_get_int(call->t1.attributes, CALL_CHANGES, 0);
    bool same = true;
    if (json_get_int(call->k.attributes, CALL_CHANGES, 0) > ours_no) return true;
    for (size_t i = 0; same && call_rules_told[i] != NULL; i++) {
        const char *key = call_rules_told[i];
        const cJSON *ours = cJSON_GetObjectItemCaseSensitive(call->t1.attributes, key);
        const cJSON *theirs = cJSON_GetObjectItemCaseSensitive(call->k.attributes, key);
        same = ours == NULL || cJSON_Compare(ours, theirs, true);
    }
    return same;
}

cJSON *call_tell_attributes(const struct call *call)
{
    cJSON *attributes = cJSON_Duplicate(call->k.attributes, true);
    for (size_t i = 0; attributes != NULL && call_rules_told[i] != NULL; i++) {
        const char *key = call_rules_told[i];
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(call->t1.attributes, key);
        cJSON *copy = value != NULL ? cJSON_Duplicate(value, true) : NULL;
        cJSON_DeleteItemFromObjectCaseSensitive(attributes, key);
        if (copy == NULL || cJSON_AddItemToObject(attributes, key, copy)) continue;
        cJSON_Delete(copy);
        cJSON_Delete(attributes);
        attributes = NULL;
    }
    return attributes;
}

static enum err tell(const struct call_context *context, struct call *call)
{
    cJSON *attributes = call_tell_attributes(call);
    if (attributes == NULL) return ERR_MEMORY;
    enum err rc = taskrouter_task_update_attributes(context->twilio, &call->k, attributes);
    cJSON_Delete(attributes);
    return rc;
}

void call_tell_callee(const struct call_context *context, struct call *call)
{
    enum err rc = call_load_k(context, call);
    if (rc != ERR_OK || !call->k_found || is_told_already(call)) return;
    for (int i = 0; i < CALL_TRIES; i++) {
        rc = tell(context, call);
        if (rc != ERR_CONFLICT || (i > 0 && !call_may_look_again(context))) break;
        rc = call_reload_k(context, call);
        if (rc != ERR_OK || is_told_already(call)) break;
    }
    if (rc != ERR_OK) log_info("%s: the callee isn't told: %s", call->k.sid, err_name(rc));
}
