/*
 * dialpad-admin sweep: looks after calls of which nobody has reported anything.
 *
 * It ends by its own clock, before whoever runs it each minute loses patience, and the next one
 * goes on behind the Task where this one stopped: with more Tasks than one can look at, each is
 * still looked at in its turn.
 */
#include "admin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keys.h"
#include "auth/pass.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metrics.h"
#include "call/call_heal.h"
#include "certificate.h"
#include "twilio/taskrouter_task.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/twilio_client.h"

enum {
    SWEEP_S = 45, /* the timer comes each minute, and dialpad-sweep.service gives up after 55 s */
    SWEEP_MAX_S = 3600,
    TASK_DEADLINE_MS = 8 * 1000,
    EXIT_UNFINISHED = 3
};

struct counts {
    size_t looked_at;
    size_t closed;
    size_t wrapped_up;
    size_t unverified;
    size_t failed;
    size_t left;
};

static enum err path_of_mark(const struct config *config, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/sweep-%s", config->state_dir, config->workflow_sid);
    return len > 0 && len < PATH_MAX ? ERR_OK : ERR_INTERNAL;
}

/* The Task that the last sweep looked at when its time was up; "" if it came to the end. */
static void read_mark(const struct config *config, char task_sid[SID_SIZE])
{
    char path[PATH_MAX];
    char text[SID_SIZE] = "";
    task_sid[0] = '\0';
    FILE *file = path_of_mark(config, path) == ERR_OK ? fopen(path, "re") : NULL;
    if (file == NULL) return;
    if (fgets(text, sizeof text, file) != NULL && sid_is_task(text)) sid_copy(task_sid, text);
    fclose(file);
}

/* Without a mark the next sweep begins at the front again: that is worth a warning, no failure. */
static void write_mark(const struct config *config, const char *task_sid)
{
    char path[PATH_MAX];
    FILE *file = path_of_mark(config, path) == ERR_OK ? fopen(path, "we") : NULL;
    bool written = file != NULL && fputs(task_sid, file) >= 0;
    if (file != NULL && fclose(file) != 0) written = false;
    if (!written) log_warn("%s can't be written: %s", path, strerror(errno));
}

static int by_sid(const void *a, const void *b)
{
    const struct task_summary *const left = a;
    const struct task_summary *const right = b;
    return strcmp(left->sid, right->sid);
}

/* Where to begin: in the order of their SIDs, behind the mark, also when that Task is gone. */
static size_t first_behind(const struct task_summaries *tasks, const char *mark)
{
    size_t first = 0;
    while (first < tasks->count && strcmp(tasks->list[first].sid, mark) <= 0)
        first++;
    return first < tasks->count ? first : 0;
}

static enum err sweep_task(const struct call_context *context, const char *task_sid,
                           struct counts *counts)
{
    enum sweep_result result;
    enum err rc = call_heal_sweep(context, task_sid, &result);
    if (rc == ERR_OK && result == SWEEP_CLOSED) {
        counts->closed++;
        log_info("closed");
    }
    if (rc == ERR_OK && result == SWEEP_WRAPPED_UP) counts->wrapped_up++;
    if (rc == ERR_OK && result == SWEEP_UNVERIFIED) {
        counts->unverified++;
        log_warn("ended: no key verifies its statement");
    }
    return rc;
}

/* A Task gets its own time, of which the sweep's end may leave it only a part. */
static int64_t deadline_of_task(int64_t end_ms)
{
    int64_t task_end_ms = clock_ms() + TASK_DEADLINE_MS;
    return task_end_ms < end_ms ? task_end_ms : end_ms;
}

static void sweep_all(const struct call_context *context, struct deadline *deadline,
                      const struct task_summaries *tasks, struct counts *counts)
{
    char mark[SID_SIZE];
    const int64_t end_ms = deadline->at_ms;
    read_mark(context->config, mark);
    const size_t first = first_behind(tasks, mark);
    while (counts->looked_at < tasks->count && clock_ms() < end_ms) {
        const char *task_sid = tasks->list[(first + counts->looked_at) % tasks->count].sid;
        deadline->at_ms = deadline_of_task(end_ms);
        log_about(NULL);
        log_note(LOG_TASK, task_sid);
        enum err rc = sweep_task(context, task_sid, counts);
        /* That was our time, not Twilio's fault: the next sweep begins with this Task. */
        if (rc == ERR_TIMEOUT && deadline->at_ms == end_ms) break;
        if (rc != ERR_OK) {
            counts->failed++;
            log_warn("not looked after: %s", err_name(rc));
        }
        counts->looked_at++;
        sid_copy(mark, task_sid);
    }
    counts->left = tasks->count - counts->looked_at;
    write_mark(context->config, counts->left > 0 ? mark : "");
}

/* Of a Workflow that doesn't exist Twilio lists no Tasks, and doesn't say why. */
static enum err check_workflow(struct twilio_client *client)
{
    struct workflow workflow = { 0 };
    enum err rc = workflow_fetch(client, &workflow);
    workflow_clear(&workflow);
    if (rc == ERR_NOT_FOUND) {
        log_error("Twilio knows no such Workflow: see TWILIO_FLEX_WORKSPACE_SID and "
                  "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID");
    } else if (rc != ERR_OK) {
        log_error("the Workflow can't be read: %s", err_name(rc));
    }
    return rc;
}

static enum err list_tasks(const struct config *config, struct twilio_client *client,
                           struct task_summaries *tasks)
{
    enum err rc = taskrouter_tasks_live(client, config->workflow_sid, tasks);
    if (rc != ERR_OK) {
        log_error("the Workflow's Tasks can't be listed: %s", err_name(rc));
        return rc;
    }
    if (tasks->count == 0) return check_workflow(client);
    qsort(tasks->list, tasks->count, sizeof *tasks->list, by_sid);
    return ERR_OK;
}

static void count(const struct counts *counts)
{
    size_t others = counts->closed + counts->wrapped_up + counts->unverified + counts->failed;
    metrics_set(METRIC_SWEEP, clock_wall_s());
    metrics_count_word(METRIC_SWEEP_TASKS, "alive", (int64_t)(counts->looked_at - others));
    metrics_count_word(METRIC_SWEEP_TASKS, "closed", (int64_t)counts->closed);
    metrics_count_word(METRIC_SWEEP_TASKS, "wrapped-up", (int64_t)counts->wrapped_up);
    metrics_count_word(METRIC_SWEEP_TASKS, "unverified", (int64_t)counts->unverified);
    metrics_count_word(METRIC_SWEEP_TASKS, "failed", (int64_t)counts->failed);
    metrics_count_word(METRIC_SWEEP_TASKS, "left", (int64_t)counts->left);
}

static int sweep(const struct config *config, int seconds)
{
    int status = EXIT_FAILURE;
    struct keys keys = { .count = 0 };
    struct pass_keys *passes = NULL;
    struct deadline deadline = { clock_ms() + seconds * 1000 };
    struct task_summaries tasks = { 0 };
    struct counts counts = { 0 };
    struct twilio_client *client = twilio_client_new(config, &deadline);
    enum err rc = client != NULL ? ERR_OK : ERR_MEMORY;
    if (rc == ERR_OK) rc = keys_derive(config, &keys);
    if (rc == ERR_OK) rc = pass_keys_new(&keys, &passes);
    if (rc == ERR_OK) rc = list_tasks(config, client, &tasks);
    if (rc != ERR_OK) goto out;
    const struct call_context context = call_context(config, client, &keys, passes);
    sweep_all(&context, &deadline, &tasks, &counts);
    printf("%zu looked at, %zu closed, %zu wrapped up, %zu unverified, %zu failed, "
           "%zu left for the next sweep\n",
           counts.looked_at, counts.closed, counts.wrapped_up, counts.unverified, counts.failed,
           counts.left);
    count(&counts);
    status = counts.failed > 0 ? EXIT_FAILURE : counts.left > 0 ? EXIT_UNFINISHED : EXIT_SUCCESS;
out:
    task_summaries_free(&tasks);
    if (client != NULL) twilio_client_free(client);
    pass_keys_free(passes);
    explicit_bzero(&keys, sizeof keys);
    return status;
}

int admin_sweep(int argc, char **argv)
{
    int seconds = SWEEP_S;
    struct config config = { 0 };
    if (argc > 0) {
        char *end;
        long given = strtol(argv[0], &end, 10);
        if (*argv[0] == '\0' || *end != '\0' || given < 1 || given > SWEEP_MAX_S) {
            fprintf(stderr, "dialpad-admin: a sweep takes from 1 to %d seconds\n", SWEEP_MAX_S);
            return EXIT_USAGE;
        }
        seconds = (int)given;
    }
    if (!admin_load(&config)) return EXIT_FAILURE;
    int status = sweep(&config, seconds);
    certificate_note(&config);
    config_free(&config);
    return status;
}
