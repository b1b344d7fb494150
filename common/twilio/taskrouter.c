#include "twilio/taskrouter.h"

#include <stdio.h>

#include "base/encode.h"
#include "base/sid.h"
#include "base/strbuf.h"
#include "twilio/twilio_resource.h"

enum err taskrouter_path(const struct twilio_client *client, const char *collection,
                         const char *sid, const char *prefix, const char *below,
                         char path[TASKROUTER_PATH_SIZE])
{
    const char *workspace = twilio_client_config(client)->workspace_sid;
    if (sid != NULL && !sid_valid(sid, prefix)) return ERR_INPUT;
    int len = snprintf(path, TASKROUTER_PATH_SIZE, "/v1/Workspaces/%s/%s%s%s%s", workspace,
                       collection, sid != NULL ? "/" : "", sid != NULL ? sid : "", below);
    return len > 0 && len < TASKROUTER_PATH_SIZE ? ERR_OK : ERR_INTERNAL;
}

enum err taskrouter_each(struct twilio_client *client, const struct taskrouter_list *list,
                         void *context)
{
    char path[TASKROUTER_PATH_SIZE];
    struct strbuf query;
    const char *below = list->below != NULL ? list->below : "";
    enum err rc = taskrouter_path(client, list->collection, list->sid, list->prefix, below, path);
    if (rc != ERR_OK) return rc;
    strbuf_init(&query, STRBUF_MAX_URL);
    for (size_t i = 0; i < TASKROUTER_FILTERS_MAX; i++) {
        const struct taskrouter_filter *filter = &list->filters[i];
        if (filter->value != NULL) encode_form_pair(&query, filter->name, filter->value);
    }
    const struct twilio_resource_list pages = {
        .host = TWILIO_TASKROUTER,
        .path = path,
        .query = query.len > 0 || strbuf_failed(&query) ? &query : NULL,
        .key = list->key,
        .each = list->each,
    };
    rc = twilio_resource_each(client, &pages, context);
    strbuf_free(&query);
    return rc;
}
