#include "twilio/taskrouter_path.h"

#include <stdio.h>

#include "base/sid.h"
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

enum err taskrouter_each(struct twilio_client *client, const char *path, const struct strbuf *query,
                         const char *key, enum err (*each)(void *context, const cJSON *json),
                         void *context)
{
    if (query != NULL && strbuf_failed(query)) return ERR_MEMORY;
    return twilio_resource_each(client, TWILIO_TASKROUTER, path, query != NULL ? query->buf : NULL,
                                key, each, context);
}
