#include "twilio/taskrouter_resource.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "twilio/taskrouter.h"
#include "twilio/twilio_resource.h"

static enum err path_of(const struct twilio_client *client, const struct taskrouter_kind *kind,
                        const char *sid, char path[TASKROUTER_PATH_SIZE])
{
    return taskrouter_path(client, kind->collection, sid, kind->prefix, "", path);
}

enum err taskrouter_resource_workspace(struct twilio_client *client, struct twilio_reply *reply)
{
    char path[TASKROUTER_PATH_SIZE];
    memset(reply, 0, sizeof *reply);
    const char *workspace = twilio_client_config(client)->workspace_sid;
    int len = snprintf(path, sizeof path, "/v1/Workspaces/%s", workspace);
    if (len < 0 || (size_t)len >= sizeof path) return ERR_INTERNAL;
    return twilio_client_get(client, TWILIO_TASKROUTER, path, NULL, reply);
}

struct search {
    const struct taskrouter_kind *kind;
    const char *friendly_name;
    char sid[SID_SIZE];
};

static enum err match_name(void *context, const cJSON *json)
{
    struct search *search = context;
    const char *name = json_get_string(json, "friendly_name");
    if (name == NULL || strcmp(name, search->friendly_name) != 0) return ERR_OK;
    if (search->sid[0] != '\0') return ERR_CONFLICT;
    return twilio_resource_sid(json, "sid", search->kind->prefix, search->sid) ? ERR_OK
                                                                               : ERR_UPSTREAM;
}

enum err taskrouter_resource_find(struct twilio_client *client, const struct taskrouter_kind *kind,
                                  const char *friendly_name, char sid[SID_SIZE])
{
    struct search search = { .kind = kind, .friendly_name = friendly_name };
    const struct taskrouter_list list = {
        .collection = kind->collection,
        .key = kind->key,
        .filters = { { "FriendlyName", friendly_name } },
        .each = match_name,
    };
    enum err rc = taskrouter_each(client, &list, &search);
    if (rc == ERR_OK) memcpy(sid, search.sid, SID_SIZE);
    return rc;
}

enum err taskrouter_resource_fetch(struct twilio_client *client, const struct taskrouter_kind *kind,
                                   const char *sid, struct twilio_reply *reply)
{
    char path[TASKROUTER_PATH_SIZE];
    memset(reply, 0, sizeof *reply);
    enum err rc = path_of(client, kind, sid, path);
    if (rc != ERR_OK) return rc;
    return twilio_client_get(client, TWILIO_TASKROUTER, path, NULL, reply);
}

enum err taskrouter_resource_post(struct twilio_client *client, const struct taskrouter_kind *kind,
                                  const char *sid, const struct strbuf *form,
                                  struct twilio_reply *reply)
{
    char path[TASKROUTER_PATH_SIZE];
    memset(reply, 0, sizeof *reply);
    enum err rc = path_of(client, kind, sid, path);
    if (rc != ERR_OK) return rc;
    return twilio_resource_post(client, TWILIO_TASKROUTER, path, form, NULL, reply);
}

enum err taskrouter_resource_delete(struct twilio_client *client,
                                    const struct taskrouter_kind *kind, const char *sid)
{
    char path[TASKROUTER_PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = path_of(client, kind, sid, path);
    if (rc == ERR_OK) rc = twilio_client_delete(client, TWILIO_TASKROUTER, path, &reply);
    twilio_reply_free(&reply);
    return rc;
}

enum err taskrouter_resource_each(struct twilio_client *client, const struct taskrouter_kind *kind,
                                  enum err (*each)(void *context, const cJSON *json), void *context)
{
    const struct taskrouter_list list = {
        .collection = kind->collection,
        .key = kind->key,
        .filters = { { "PageSize", "100" } },
        .each = each,
    };
    return taskrouter_each(client, &list, context);
}
