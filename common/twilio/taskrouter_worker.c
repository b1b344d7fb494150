#include "twilio/taskrouter_worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_lenient.h"
#include "base/names.h"
#include "base/utf8.h"
#include "twilio/taskrouter.h"
#include "twilio/twilio_resource.h"
#include "twilio/worker_faults.h"

void worker_clear(struct worker *worker)
{
    cJSON_Delete(worker->attributes);
    memset(worker, 0, sizeof *worker);
}

const char *worker_display_name(const struct worker *worker)
{
    return names_of_agent(worker->full_name, worker->friendly_name, worker->contact_uri);
}

/* A name is for people to read: the beginning of a long one is better than none. */
static void read_full_name(const cJSON *attributes, char full_name[WORKER_TEXT_SIZE])
{
    const char *value = json_get_string(attributes, "full_name");
    size_t len = value != NULL ? utf8_cut(value, strlen(value), WORKER_TEXT_SIZE - 1) : 0;
    if (len > 0) memcpy(full_name, value, len);
    full_name[len] = '\0';
}

/* From one element of Twilio's "workers": all that can be read of it, if only it has a SID. */
static enum err worker_from_json(const cJSON *json, struct worker *worker)
{
    struct worker fresh = { 0 };
    if (!twilio_resource_sid(json, "sid", "WK", fresh.sid)) return ERR_UPSTREAM;
    fresh.attributes = twilio_resource_attributes(json, "attributes");
    if (fresh.attributes == NULL) return ERR_MEMORY;
    twilio_resource_text(json, "friendly_name", fresh.friendly_name, WORKER_TEXT_SIZE);
    twilio_resource_text(json, "activity_name", fresh.activity, WORKER_TEXT_SIZE);
    read_full_name(fresh.attributes, fresh.full_name);
    twilio_resource_text(fresh.attributes, "contact_uri", fresh.contact_uri, WORKER_TEXT_SIZE);
    fresh.available = json_get_bool(json, "available", false);
    worker_faults_log(fresh.sid, json, fresh.attributes);
    *worker = fresh;
    return ERR_OK;
}

void taskrouter_worker_ahead(struct twilio_client *client, const char *worker_sid)
{
    char path[TASKROUTER_PATH_SIZE];
    if (taskrouter_path(client, "Workers", worker_sid, "WK", "", path) == ERR_OK)
        twilio_client_ahead(client, TWILIO_TASKROUTER, path, NULL);
}

enum err taskrouter_worker_fetch(struct twilio_client *client, const char *worker_sid,
                                 struct worker *worker)
{
    char path[TASKROUTER_PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = taskrouter_path(client, "Workers", worker_sid, "WK", "", path);
    if (rc == ERR_OK) rc = twilio_client_get(client, TWILIO_TASKROUTER, path, NULL, &reply);
    if (rc == ERR_OK) rc = worker_from_json(reply.json, worker);
    twilio_reply_free(&reply);
    return rc;
}

struct worker_search {
    const char *friendly_name;
    struct worker found;
    size_t count;
};

static enum err match_worker(void *context, const cJSON *json)
{
    struct worker_search *search = context;
    const char *name = json_get_string(json, "friendly_name");
    /* Twilio's own comparison is not ours to rely on: this name decides who an agent is. */
    if (name == NULL || strcmp(name, search->friendly_name) != 0) return ERR_OK;
    search->count++;
    return search->count == 1 ? worker_from_json(json, &search->found) : ERR_OK;
}

enum err taskrouter_worker_find(struct twilio_client *client, const char *friendly_name,
                                struct worker *worker)
{
    struct worker_search search = { .friendly_name = friendly_name };
    const struct taskrouter_list list = {
        .collection = "Workers",
        .key = "workers",
        .filters = { { "FriendlyName", friendly_name } },
        .each = match_worker,
    };
    enum err rc = taskrouter_each(client, &list, &search);
    if (rc == ERR_OK && search.count != 1) rc = search.count == 0 ? ERR_NOT_FOUND : ERR_CONFLICT;
    if (rc == ERR_OK)
        *worker = search.found;
    else
        worker_clear(&search.found);
    return rc;
}

struct worker_visit {
    enum err (*each)(void *context, const struct worker *worker);
    void *context;
};

static enum err visit_worker(void *context, const cJSON *json)
{
    const struct worker_visit *visit = context;
    struct worker worker = { 0 };
    enum err rc = worker_from_json(json, &worker);
    if (rc == ERR_UPSTREAM) { /* that is no reason to leave out the others */
        worker_faults_log_nameless();
        return ERR_OK;
    }
    if (rc == ERR_OK) rc = visit->each(visit->context, &worker);
    worker_clear(&worker);
    return rc;
}

enum err taskrouter_workers_each(struct twilio_client *client,
                                 enum err (*each)(void *context, const struct worker *worker),
                                 void *context)
{
    struct worker_visit visit = { each, context };
    const struct taskrouter_list list = {
        .collection = "Workers",
        .key = "workers",
        .filters = { { "PageSize", "1000" } },
        .each = visit_worker,
    };
    return taskrouter_each(client, &list, &visit);
}

struct channel_search {
    struct worker_channel channel;
    bool found;
};

static enum err match_voice_channel(void *context, const cJSON *json)
{
    struct channel_search *search = context;
    const char *name = json_get_string(json, "task_channel_unique_name");
    if (name == NULL || strcmp(name, "voice") != 0) return ERR_OK;
    search->found = true;
    search->channel.capacity = json_get_int(json, "configured_capacity", 0);
    search->channel.assigned = json_get_int(json, "assigned_tasks", 0);
    search->channel.has_room = json_get_bool(json, "available", true) &&
                               json_get_number(json, "available_capacity_percentage", 100) > 0 &&
                               search->channel.assigned < search->channel.capacity;
    return ERR_OK;
}

void taskrouter_worker_voice_channel_ahead(struct twilio_client *client, const char *worker_sid)
{
    char path[TASKROUTER_PATH_SIZE];
    if (taskrouter_path(client, "Workers", worker_sid, "WK", "/Channels", path) == ERR_OK)
        twilio_client_ahead(client, TWILIO_TASKROUTER, path, NULL);
}

enum err taskrouter_worker_voice_channel(struct twilio_client *client, const char *worker_sid,
                                         struct worker_channel *channel)
{
    struct channel_search search = { .found = false };
    const struct taskrouter_list list = {
        .collection = "Workers",
        .sid = worker_sid,
        .prefix = "WK",
        .below = "/Channels",
        .key = "channels",
        .each = match_voice_channel,
    };
    enum err rc = taskrouter_each(client, &list, &search);
    if (rc == ERR_OK && !search.found) rc = ERR_NOT_FOUND;
    if (rc == ERR_OK) *channel = search.channel;
    return rc;
}

void workflow_clear(struct workflow *workflow)
{
    cJSON_Delete(workflow->configuration);
    memset(workflow, 0, sizeof *workflow);
}

enum err workflow_fetch(struct twilio_client *client, struct workflow *workflow)
{
    char path[TASKROUTER_PATH_SIZE];
    struct workflow fresh = { 0 };
    struct twilio_reply reply = { 0 };
    enum err rc = taskrouter_path(client, "Workflows", twilio_client_config(client)->workflow_sid,
                                  "WW", "", path);
    if (rc == ERR_OK) rc = twilio_client_get(client, TWILIO_TASKROUTER, path, NULL, &reply);
    if (rc != ERR_OK) goto out;
    const char *text = json_get_string(reply.json, "configuration");
    if (text == NULL || json_lenient_read(text, strlen(text), &fresh.configuration) != ERR_OK)
        fresh.configuration = NULL;
    twilio_resource_text(reply.json, "friendly_name", fresh.friendly_name, WORKER_TEXT_SIZE);
    fresh.reservation_timeout_s = json_get_int(reply.json, "task_reservation_timeout", 0);
    *workflow = fresh;
out:
    twilio_reply_free(&reply);
    return rc;
}
