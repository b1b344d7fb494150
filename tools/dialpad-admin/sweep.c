/*
 * dialpad-admin sweep: looks after calls of which nobody has reported anything.
 */
#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/jwt.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "call/call_heal.h"
#include "twilio/taskrouter_task.h"
#include "twilio/twilio_client.h"

/* A sweep of a busy workspace may take its time; one that hangs must not pile up on the next. */
enum { SWEEP_DEADLINE_MS = 60 * 1000, TASK_DEADLINE_MS = 8 * 1000 };

struct counts {
    size_t looked_at;
    size_t closed;
    size_t wrapped_up;
    size_t failed;
};

static void sweep_all(const struct call_context *context, struct deadline *deadline,
                      const struct task_summaries *tasks, struct counts *counts)
{
    int64_t end_ms = deadline->at_ms;
    for (size_t i = 0; i < tasks->count; i++) {
        int64_t now_ms = clock_ms();
        if (now_ms >= end_ms) break;
        int64_t task_end_ms = now_ms + TASK_DEADLINE_MS;
        deadline->at_ms = task_end_ms < end_ms ? task_end_ms : end_ms;
        enum sweep_result result;
        enum err rc = call_heal_sweep(context, tasks->list[i].sid, &result);
        counts->looked_at++;
        if (rc != ERR_OK) {
            counts->failed++;
            log_warn("%s: %s", tasks->list[i].sid, err_name(rc));
        } else if (result == SWEEP_CLOSED) {
            counts->closed++;
            log_info("%s: closed", tasks->list[i].sid);
        } else if (result == SWEEP_WRAPPED_UP) {
            counts->wrapped_up++;
        }
    }
}

static int sweep(const struct config *config)
{
    int status = EXIT_FAILURE;
    unsigned char session_key[JWT_KEY_SIZE];
    struct deadline deadline = { clock_ms() + SWEEP_DEADLINE_MS };
    struct task_summaries tasks = { 0 };
    struct counts counts = { 0 };
    struct twilio_client *client = twilio_client_new(config, &deadline);
    enum err rc = client != NULL ? ERR_OK : ERR_MEMORY;
    if (rc == ERR_OK) rc = token_derive_key(config->api_secret, config->workspace_sid, session_key);
    if (rc == ERR_OK) rc = taskrouter_tasks_live(client, config->workflow_sid, &tasks);
    if (rc != ERR_OK) {
        log_error("the Workflow's Tasks can't be listed: %s", err_name(rc));
        goto out;
    }
    const struct call_context context = call_context(config, client, session_key);
    sweep_all(&context, &deadline, &tasks, &counts);
    printf("%zu looked at, %zu closed, %zu wrapped up, %zu failed\n", counts.looked_at,
           counts.closed, counts.wrapped_up, counts.failed);
    status = counts.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
out:
    task_summaries_free(&tasks);
    if (client != NULL) twilio_client_free(client);
    explicit_bzero(session_key, sizeof session_key);
    return status;
}

int admin_sweep(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct config config = { 0 };
    if (!admin_load(&config)) return EXIT_FAILURE;
    int status = sweep(&config);
    config_free(&config);
    return status;
}
