#include "directory/directory_fetch.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/names.h"
#include "directory/directory_draft.h"
#include "directory/directory_file.h"
#include "twilio/taskrouter_task.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/worker_fields.h"

enum {
    /*
     * Asking who holds a Task costs a request for each Task that is new since the last refresh.
     * After a long pause these can be many; the Workers must not grow old meanwhile.
     */
    HOLDERS_MS = 20 * 1000,
    WRAPPING_S = 15 /* how long a page may take to complete its own wrapping Task */
};

struct gathering {
    struct directory_draft *draft;
    const char *user_attribute;
    struct strbuf fields; /* of one Worker, each ended by a NUL */
};

static const char *user_of(const struct worker *worker, const char *attribute)
{
    if (strcmp(attribute, "friendly_name") == 0) return worker->friendly_name;
    const char *value = json_get_string(worker->attributes, attribute);
    return value != NULL ? value : "";
}

static enum err read_fields(struct gathering *gathering, const struct worker *worker,
                            const char *fields[LIST_FIELDS_MAX])
{
    const struct list_fields *wanted = &gathering->draft->fields;
    struct strbuf *texts = &gathering->fields;
    strbuf_reset(texts);
    for (size_t i = 0; i < wanted->count; i++) {
        worker_fields_read(texts, worker->attributes, wanted->names[i]);
        strbuf_addch(texts, '\0');
    }
    if (strbuf_failed(texts)) return ERR_MEMORY;
    const char *at = texts->buf;
    for (size_t i = 0; i < wanted->count; i++, at += strlen(at) + 1)
        fields[i] = at;
    return ERR_OK;
}

static enum err gather_worker(void *context, const struct worker *worker)
{
    struct gathering *gathering = context;
    const char *fields[LIST_FIELDS_MAX];
    enum err rc = read_fields(gathering, worker, fields);
    if (rc != ERR_OK) return rc;
    const struct draft_agent agent = {
        .sid = worker->sid,
        .name = worker_display_name(worker),
        .friendly_name = names_of_agent(worker->friendly_name, worker->contact_uri, ""),
        .contact_uri = worker->contact_uri,
        .activity = worker->activity,
        .user = user_of(worker, gathering->user_attribute),
        .available = worker->available,
        .fields = fields,
    };
    return directory_draft_add(gathering->draft, &agent);
}

static enum err gather_workers(const struct config *config, struct twilio_client *client,
                               struct directory_draft *draft)
{
    struct gathering gathering = {
        .draft = draft,
        .user_attribute = config->user_attribute,
    };
    if (!list_fields_read(&draft->fields, config->list_fields)) return ERR_INTERNAL;
    strbuf_init(&gathering.fields, LIST_FIELDS_MAX * (WORKER_FIELD_VALUE_MAX + 1));
    draft->created_s = clock_wall_s();
    enum err rc = taskrouter_workers_each(client, gather_worker, &gathering);
    strbuf_free(&gathering.fields);
    return rc;
}

/* A Task of these states occupies the Worker whose Reservation it is. */
static bool is_held(const struct task_summary *task)
{
    return task->voice && (task->status == TASK_RESERVED || task->status == TASK_ASSIGNED ||
                           task->status == TASK_WRAPPING);
}

/*
 * The holder as the last refresh knew it. A Reservation that is only offered changes hands without
 * the Task showing it, so reserved Tasks are always asked for.
 */
static const struct directory_holder *remembered(const struct directory *previous,
                                                 const struct task_summary *task)
{
    if (previous == NULL || task->status == TASK_RESERVED) return NULL;
    for (size_t i = 0; i < previous->header->holder_count; i++) {
        const struct directory_holder *holder = &previous->holders[i];
        if (holder->updated_s == task->updated_s && strcmp(holder->task_sid, task->sid) == 0)
            return holder;
    }
    return NULL;
}

static enum err hold(struct directory_draft *draft, const struct task_summary *task,
                     const char *worker_sid)
{
    return directory_draft_hold(draft, task->sid, worker_sid, task->updated_s,
                                task->status != TASK_RESERVED);
}

/* ERR_OK also when the Task has ended meanwhile: then no agent holds it. */
static enum err ask_holder(struct twilio_client *client, const struct task_summary *task,
                           struct directory_draft *draft)
{
    char worker_sid[SID_SIZE];
    enum err rc = taskrouter_task_worker(client, task->sid, worker_sid);
    if (rc == ERR_NOT_FOUND) return ERR_OK;
    return rc == ERR_OK ? hold(draft, task, worker_sid) : rc;
}

/*
 * Whatever is known without asking comes first: so it is remembered again even when there is no
 * time for the rest, and the next refresh begins where this one ended.
 */
static enum err gather_holders(struct twilio_client *client, const struct directory *previous,
                               const struct task_summaries *tasks, struct directory_draft *draft)
{
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < tasks->count; i++) {
        const struct task_summary *task = &tasks->list[i];
        const struct directory_holder *holder = is_held(task) ? remembered(previous, task) : NULL;
        if (holder != NULL) rc = hold(draft, task, holder->worker_sid);
    }
    int64_t until_ms = clock_ms() + HOLDERS_MS;
    for (size_t i = 0; rc == ERR_OK && i < tasks->count; i++) {
        const struct task_summary *task = &tasks->list[i];
        if (!is_held(task) || remembered(previous, task) != NULL) continue;
        rc = clock_ms() < until_ms ? ask_holder(client, task, draft) : ERR_TIMEOUT;
    }
    return rc;
}

/*
 * A call has a Task for each of its ends, and for a moment only the caller's: half of them, rounded
 * up. A Workflow that others use as well counts theirs, too.
 */
static void count_calls(const char *workflow_sid, const struct task_summaries *tasks)
{
    int64_t ends = 0;
    for (size_t i = 0; i < tasks->count; i++) {
        const struct task_summary *task = &tasks->list[i];
        if (task->status != TASK_WRAPPING && strcmp(task->workflow_sid, workflow_sid) == 0) ends++;
    }
    metrics_set(METRIC_CALLS_LIVE, (ends + 1) / 2);
}

/* Fills the draft and lays it out; `tasks` is what Twilio said of live Tasks, if it did. */
static enum err gather(const struct config *config, struct twilio_client *client,
                       const struct directory *previous, bool part_will_do,
                       struct task_summaries *tasks, struct strbuf *image)
{
    struct directory_draft draft;
    directory_draft_init(&draft);
    enum err rc = gather_workers(config, client, &draft);
    if (rc != ERR_OK && rc != ERR_MEMORY && draft.count > 0 && part_will_do) {
        draft.incomplete = true;
        rc = ERR_OK;
    }
    if (rc != ERR_OK) goto out;
    metrics_set(METRIC_DIRECTORY, draft.created_s);
    enum err busy = taskrouter_tasks_live(client, NULL, tasks);
    if (busy == ERR_OK) count_calls(config->workflow_sid, tasks);
    if (busy == ERR_OK) busy = gather_holders(client, previous, tasks, &draft);
    draft.busy_known = busy == ERR_OK;
    if (busy != ERR_OK) log_warn("who is on a call could not be found out: %s", err_name(busy));
    rc = directory_draft_write(&draft, config->workspace_sid, config->user_attribute, image);
out:
    directory_draft_free(&draft);
    malloc_trim(0); /* Twilio's pages were megabytes that are not needed until the next time */
    return rc;
}

enum err directory_fetch(const struct config *config, struct twilio_client *client,
                         const struct directory *previous, struct directory **directory)
{
    char *data = NULL;
    struct task_summaries tasks = { 0 };
    struct strbuf image;
    strbuf_init(&image, DIRECTORY_IMAGE_MAX);
    enum err rc = gather(config, client, previous, true, &tasks, &image);
    if (rc != ERR_OK) goto out;
    size_t size = image.len;
    rc = ERR_MEMORY;
    data = strbuf_detach(&image);
    if (data == NULL) goto out;
    rc = directory_image_open(data, size, false, directory);
    if (rc == ERR_OK) data = NULL;
out:
    free(data);
    strbuf_free(&image);
    task_summaries_free(&tasks);
    return rc;
}

static void report_wrapping(const char *workflow_sid, int64_t now_s,
                            const struct task_summaries *tasks,
                            void (*on_wrapping)(void *context, const char *task_sid), void *context)
{
    for (size_t i = 0; i < tasks->count; i++) {
        const struct task_summary *task = &tasks->list[i];
        if (task->status == TASK_WRAPPING && strcmp(task->workflow_sid, workflow_sid) == 0 &&
            now_s - task->updated_s > WRAPPING_S) {
            on_wrapping(context, task->sid);
        }
    }
}

enum err directory_fetch_into_file(const struct config *config, struct twilio_client *client,
                                   int lock,
                                   void (*on_wrapping)(void *context, const char *task_sid),
                                   void *context)
{
    struct directory *previous = NULL;
    struct task_summaries tasks = { 0 };
    struct strbuf image;
    strbuf_init(&image, DIRECTORY_IMAGE_MAX);
    if (directory_file_open(config, &previous) != ERR_OK) previous = NULL;
    enum err rc = gather(config, client, previous, false, &tasks, &image);
    if (rc == ERR_OK) rc = directory_file_replace(config, image.buf, image.len);
    directory_file_note_attempt(lock, rc != ERR_OK);
    if (rc == ERR_OK && on_wrapping != NULL) {
        report_wrapping(config->workflow_sid, twilio_client_now_s(client), &tasks, on_wrapping,
                        context);
    }
    directory_close(previous);
    strbuf_free(&image);
    task_summaries_free(&tasks);
    return rc;
}
