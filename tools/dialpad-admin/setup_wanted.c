#include "setup_wanted.h"

#include <string.h>

#include "base/json.h"
#include "base/json_lenient.h"

enum { RESERVATION_MARGIN_S = 30, PRIORITY = 1000 };

cJSON *setup_wanted_queue(const char *name)
{
    cJSON *wanted = cJSON_CreateObject();
    if (wanted == NULL || json_set_string(wanted, "friendly_name", name) != ERR_OK ||
        json_set_string(wanted, "target_workers", "1==1") != ERR_OK) {
        cJSON_Delete(wanted);
        return NULL;
    }
    return wanted;
}

cJSON *setup_wanted_filter(const char *queue_sid)
{
    struct strbuf text;
    cJSON *filter = NULL;
    strbuf_init(&text, STRBUF_MAX_FORM);
    strbuf_addf(&text,
                "{\"filter_friendly_name\":\"Dialpad\",\"expression\":\"dialpad != null\","
                "\"targets\":[{\"queue\":\"%s\",\"expression\":"
                "\"task.targetWorker==worker.contact_uri\",\"priority\":%d}]}",
                queue_sid, PRIORITY);
    if (strbuf_failed(&text) || json_parse_object(text.buf, text.len, &filter) != ERR_OK)
        filter = NULL;
    strbuf_free(&text);
    return filter;
}

static cJSON *make_configuration(const char *queue_sid)
{
    cJSON *configuration = cJSON_CreateObject();
    cJSON *routing = configuration != NULL ? json_add_object(configuration, "task_routing") : NULL;
    cJSON *filters = routing != NULL ? cJSON_AddArrayToObject(routing, "filters") : NULL;
    cJSON *filter = filters != NULL ? setup_wanted_filter(queue_sid) : NULL;
    if (filter != NULL && cJSON_AddItemToArray(filters, filter)) return configuration;
    cJSON_Delete(filter);
    cJSON_Delete(configuration);
    return NULL;
}

int setup_wanted_reservation_s(const struct setup *setup)
{
    return setup->draft.ring_seconds + RESERVATION_MARGIN_S;
}

cJSON *setup_wanted_workflow(const struct setup *setup, const char *name)
{
    cJSON *wanted = cJSON_CreateObject();
    cJSON *configuration = make_configuration(setup->queue_sid);
    if (wanted == NULL || configuration == NULL ||
        json_set_string(wanted, "friendly_name", name) != ERR_OK ||
        json_set_number(wanted, "task_reservation_timeout", setup_wanted_reservation_s(setup)) !=
            ERR_OK ||
        !cJSON_AddItemToObject(wanted, "configuration", configuration)) {
        cJSON_Delete(configuration);
        cJSON_Delete(wanted);
        return NULL;
    }
    return wanted;
}

/* Everything that `wanted` says holds in `found`, which may say more. */
static bool holds(const cJSON *wanted, const cJSON *found)
{
    if (found == NULL) return false;
    if (!cJSON_IsObject(wanted) && !cJSON_IsArray(wanted))
        return cJSON_Compare(wanted, found, true);
    if (cJSON_IsArray(wanted) && cJSON_GetArraySize(wanted) != cJSON_GetArraySize(found))
        return false;
    int index = 0;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, wanted)
    {
        const cJSON *other = cJSON_IsArray(wanted)
                                 ? cJSON_GetArrayItem(found, index++)
                                 : cJSON_GetObjectItemCaseSensitive(found, member->string);
        if (!holds(member, other)) return false;
    }
    return true;
}

bool setup_wanted_is(const cJSON *wanted, const cJSON *found)
{
    bool as_wanted = false;
    cJSON *copy = cJSON_Duplicate(found, true);
    const char *text = copy != NULL ? json_get_string(copy, "configuration") : NULL;
    cJSON *configuration = NULL;
    if (text != NULL && json_lenient_read(text, strlen(text), &configuration) == ERR_OK &&
        !cJSON_ReplaceItemInObjectCaseSensitive(copy, "configuration", configuration)) {
        cJSON_Delete(configuration);
    }
    if (copy != NULL) as_wanted = holds(wanted, copy);
    cJSON_Delete(copy);
    return as_wanted;
}
