#include "twilio/taskrouter_task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "twilio/taskrouter.h"
#include "twilio/twilio_resource.h"

void task_clear(struct task *task)
{
    cJSON_Delete(task->attributes);
    memset(task, 0, sizeof *task);
}

static enum err task_path(const struct twilio_client *client, const char *task_sid,
                          char path[TASKROUTER_PATH_SIZE])
{
    return taskrouter_path(client, "Tasks", task_sid, "WT", "", path);
}

/* Fills `task` anew from an answer; it is untouched unless ERR_OK. */
static enum err task_from_reply(const struct twilio_reply *reply, struct task *task)
{
    struct task fresh = { 0 };
    enum err rc = ERR_UPSTREAM;

    if (!twilio_resource_sid(reply->json, "sid", "WT", fresh.sid) ||
        !task_status_parse(json_get_string(reply->json, "assignment_status"), &fresh.status)) {
        goto out;
    }
    rc = ERR_MEMORY;
    fresh.attributes = twilio_resource_attributes(reply->json, "attributes");
    if (fresh.attributes == NULL) goto out;
    twilio_resource_sid(reply->json, "workflow_sid", "WW", fresh.workflow_sid);
    twilio_resource_sid(reply->json, "routing_target", "WK", fresh.routing_target);
    fresh.ignore_capacity = json_get_bool(reply->json, "ignore_capacity", true);
    memcpy(fresh.etag, reply->etag, sizeof fresh.etag);
    fresh.created_s = twilio_resource_time(reply->json, "date_created");
    fresh.updated_s = twilio_resource_time(reply->json, "date_updated");
    *task = fresh;
    rc = ERR_OK;
out:
    if (rc != ERR_OK) task_clear(&fresh);
    return rc;
}

void taskrouter_task_ahead(struct twilio_client *client, const char *task_sid)
{
    char path[TASKROUTER_PATH_SIZE];
    if (task_path(client, task_sid, path) == ERR_OK)
        twilio_client_ahead(client, TWILIO_TASKROUTER, path, NULL);
}

enum err taskrouter_task_fetch(struct twilio_client *client, const char *task_sid,
                               struct task *task)
{
    char path[TASKROUTER_PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = task_path(client, task_sid, path);
    if (rc == ERR_OK) rc = twilio_client_get(client, TWILIO_TASKROUTER, path, NULL, &reply);
    if (rc == ERR_OK) rc = task_from_reply(&reply, task);
    twilio_reply_free(&reply);
    return rc;
}

/* ERR_TOO_LARGE over TaskRouter's own limit, which would be a refusal without a useful number. */
static enum err add_attributes(struct strbuf *form, const cJSON *attributes)
{
    struct strbuf text;
    enum err rc = ERR_TOO_LARGE;
    strbuf_init(&text, STRBUF_MAX_ATTRIBUTES);
    json_print(&text, attributes);
    if (!strbuf_failed(&text)) {
        encode_form_pair(form, "Attributes", text.buf);
        rc = ERR_OK;
    }
    strbuf_free(&text);
    return rc;
}

enum err taskrouter_task_create(struct twilio_client *client, const struct task_draft *draft,
                                struct task *task, bool *unknown)
{
    char path[TASKROUTER_PATH_SIZE];
    char timeout[16];
    struct strbuf form;
    struct twilio_reply reply = { 0 };

    *unknown = false;
    strbuf_init(&form, STRBUF_MAX_FORM);
    enum err rc = taskrouter_path(client, "Tasks", NULL, NULL, "", path);
    if (rc == ERR_OK) rc = add_attributes(&form, draft->attributes);
    if (rc != ERR_OK) goto out;
    snprintf(timeout, sizeof timeout, "%d", draft->timeout_s);
    encode_form_pair(&form, "WorkflowSid", twilio_client_config(client)->workflow_sid);
    encode_form_pair(&form, "TaskChannel", "voice");
    encode_form_pair(&form, "Timeout", timeout);
    if (draft->worker_sid != NULL) {
        encode_form_pair(&form, "RoutingTarget", draft->worker_sid);
        encode_form_pair(&form, "IgnoreCapacity", draft->ignore_capacity ? "true" : "false");
    }

    rc = twilio_resource_post(client, TWILIO_TASKROUTER, path, &form, NULL, &reply);
    if (rc == ERR_OK) {
        rc = task_from_reply(&reply, task);
        *unknown = rc != ERR_OK;
    } else {
        *unknown = reply.unknown;
    }
out:
    strbuf_free(&form);
    twilio_reply_free(&reply);
    return rc;
}

enum err taskrouter_task_update_attributes(struct twilio_client *client, struct task *task,
                                           const cJSON *attributes)
{
    char path[TASKROUTER_PATH_SIZE];
    struct strbuf form;
    struct task fresh = { 0 };
    struct twilio_reply reply = { 0 };

    strbuf_init(&form, STRBUF_MAX_FORM);
    /* Without a version to name, the last writer would win: the caller has to read it again. */
    enum err rc = task->etag[0] == '\0' ? ERR_CONFLICT : task_path(client, task->sid, path);
    if (rc == ERR_OK) rc = add_attributes(&form, attributes);
    if (rc == ERR_OK)
        rc = twilio_resource_post(client, TWILIO_TASKROUTER, path, &form, task->etag, &reply);
    if (rc == ERR_OK) rc = task_from_reply(&reply, &fresh);
    if (rc == ERR_OK) {
        task_clear(task);
        *task = fresh;
    }
    strbuf_free(&form);
    twilio_reply_free(&reply);
    return rc;
}

enum err taskrouter_task_step(struct twilio_client *client, struct task *task,
                              const struct task_step *step)
{
    char path[TASKROUTER_PATH_SIZE];
    struct strbuf form;
    struct task fresh = { 0 };
    struct twilio_reply reply = { 0 };
    const char *etag = step->attributes != NULL ? task->etag : NULL;

    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "AssignmentStatus", task_status_name(step->status));
    encode_form_pair(&form, "Reason", step->reason);
    enum err rc = etag != NULL && *etag == '\0' ? ERR_CONFLICT : task_path(client, task->sid, path);
    if (rc == ERR_OK && step->attributes != NULL) rc = add_attributes(&form, step->attributes);
    if (rc == ERR_OK)
        rc = twilio_resource_post(client, TWILIO_TASKROUTER, path, &form, etag, &reply);
    if (rc == ERR_OK) {
        task->status = step->status;
        /* It is done; an answer that can't be read takes nothing of that back. */
        if (task_from_reply(&reply, &fresh) == ERR_OK) {
            task_clear(task);
            *task = fresh;
        }
    }
    strbuf_free(&form);
    twilio_reply_free(&reply);
    return rc;
}

enum err taskrouter_task_update_status(struct twilio_client *client, const char *task_sid,
                                       enum task_status status, const char *reason)
{
    struct task task = { 0 };
    const struct task_step step = { .status = status, .reason = reason };
    sid_copy(task.sid, task_sid);
    enum err rc = taskrouter_task_step(client, &task, &step);
    task_clear(&task);
    return rc;
}

void task_sids_free(struct task_sids *sids)
{
    free(sids->list);
    memset(sids, 0, sizeof *sids);
}

void task_summaries_free(struct task_summaries *tasks)
{
    free(tasks->list);
    memset(tasks, 0, sizeof *tasks);
}

/* Room for one more: the size doubles whenever `count` is a power of two. NULL: out of memory. */
static void *grown(void *list, size_t count, size_t element_size)
{
    if ((count & (count - 1)) != 0) return list;
    return realloc(list, (count == 0 ? 1 : 2 * count) * element_size);
}

static enum err add_task_sid(struct task_sids *sids, const cJSON *json, const char *key)
{
    char sid[SID_SIZE];
    if (!twilio_resource_sid(json, key, "WT", sid)) return ERR_UPSTREAM;
    void *list = grown(sids->list, sids->count, sizeof *sids->list);
    if (list == NULL) return ERR_MEMORY;
    sids->list = list;
    sid_copy(sids->list[sids->count++], sid);
    return ERR_OK;
}

static enum err add_task(void *context, const cJSON *json)
{
    return add_task_sid(context, json, "sid");
}

static enum err add_reserved_task(void *context, const cJSON *json)
{
    return add_task_sid(context, json, "task_sid");
}

static enum err add_summary(void *context, const cJSON *json)
{
    struct task_summaries *tasks = context;
    struct task_summary task = { 0 };
    const char *channel = json_get_string(json, "task_channel_unique_name");

    if (!twilio_resource_sid(json, "sid", "WT", task.sid) ||
        !task_status_parse(json_get_string(json, "assignment_status"), &task.status)) {
        return ERR_UPSTREAM;
    }
    twilio_resource_sid(json, "workflow_sid", "WW", task.workflow_sid);
    task.voice = channel != NULL && strcmp(channel, "voice") == 0;
    task.created_s = twilio_resource_time(json, "date_created");
    task.updated_s = twilio_resource_time(json, "date_updated");

    void *list = grown(tasks->list, tasks->count, sizeof *tasks->list);
    if (list == NULL) return ERR_MEMORY;
    tasks->list = list;
    tasks->list[tasks->count++] = task;
    return ERR_OK;
}

enum err taskrouter_tasks_live(struct twilio_client *client, const char *workflow_sid,
                               struct task_summaries *tasks)
{
    struct task_summaries found = { 0 };
    const struct taskrouter_list list = {
        .collection = "Tasks",
        .key = "tasks",
        .filters = { { "AssignmentStatus", "pending,reserved,assigned,wrapping" },
                     { "WorkflowSid", workflow_sid },
                     { "PageSize", "1000" } },
        .each = add_summary,
    };
    enum err rc = taskrouter_each(client, &list, &found);
    if (rc == ERR_OK)
        *tasks = found;
    else
        task_summaries_free(&found);
    return rc;
}

static enum err list_task_sids(struct twilio_client *client, const struct taskrouter_list *list,
                               struct task_sids *sids)
{
    struct task_sids found = { 0 };
    enum err rc = taskrouter_each(client, list, &found);
    if (rc == ERR_OK)
        *sids = found;
    else
        task_sids_free(&found);
    return rc;
}

enum err taskrouter_tasks_of_conference(struct twilio_client *client, const char *task_sid,
                                        struct task_sids *sids)
{
    char expression[64];
    /* A text that isn't a SID could be an expression of its own. */
    if (!sid_is_task(task_sid)) return ERR_INPUT;
    snprintf(expression, sizeof expression, "conferenceSid == '%s'", task_sid);
    const struct taskrouter_list list = {
        .collection = "Tasks",
        .key = "tasks",
        .filters = { { "EvaluateTaskAttributes", expression } },
        .each = add_task,
    };
    return list_task_sids(client, &list, sids);
}

enum err taskrouter_tasks_of_worker(struct twilio_client *client, const char *worker_sid,
                                    const char *reservation_status, struct task_sids *sids)
{
    const struct taskrouter_list list = {
        .collection = "Workers",
        .sid = worker_sid,
        .prefix = "WK",
        .below = "/Reservations",
        .key = "reservations",
        .filters = { { "ReservationStatus", reservation_status } },
        .each = add_reserved_task,
    };
    return list_task_sids(client, &list, sids);
}

static enum err note_holder(void *context, const cJSON *json)
{
    char *worker_sid = context;
    char sid[SID_SIZE];
    const char *status = json_get_string(json, "reservation_status");
    bool open =
        status != NULL && (strcmp(status, "pending") == 0 || strcmp(status, "accepted") == 0 ||
                           strcmp(status, "wrapping") == 0);
    if (open && twilio_resource_sid(json, "worker_sid", "WK", sid)) sid_copy(worker_sid, sid);
    return ERR_OK;
}

enum err taskrouter_task_worker(struct twilio_client *client, const char *task_sid,
                                char worker_sid[SID_SIZE])
{
    char found[SID_SIZE] = "";
    const struct taskrouter_list list = {
        .collection = "Tasks",
        .sid = task_sid,
        .prefix = "WT",
        .below = "/Reservations",
        .key = "reservations",
        .each = note_holder,
    };
    enum err rc = taskrouter_each(client, &list, found);
    if (rc == ERR_OK && found[0] == '\0') rc = ERR_NOT_FOUND;
    if (rc == ERR_OK) sid_copy(worker_sid, found);
    return rc;
}
