#include "call/call_wrap_up.h"

enum err call_wrap_up_task(const struct call_context *context, const char *task_sid,
                           int64_t min_age_s, bool *completed)
{
    struct task task = { 0 };
    struct token_statement who;
    size_t key;
    *completed = false;
    enum err rc = taskrouter_task_fetch(context->twilio, task_sid, &task);
    if (rc == ERR_OK) rc = call_statement(context, &task, &who, &key);
    int64_t age_s = twilio_client_now_s(context->twilio) - task.updated_s;
    if (rc == ERR_OK && task.status == TASK_WRAPPING && age_s >= min_age_s) {
        rc = taskrouter_task_update_status(context->twilio, task_sid, TASK_COMPLETED, "wrapped up");
        *completed = rc == ERR_OK;
    }
    task_clear(&task);
    /* Refused: its page has completed it just now. */
    return rc == ERR_REFUSED ? ERR_OK : call_ignore_strangers(rc);
}

enum err call_wrap_up_worker(const struct call_context *context, const char *worker_sid,
                             int64_t min_age_s, int *count)
{
    struct task_sids tasks = { 0 };
    *count = 0;
    enum err rc = taskrouter_tasks_of_worker(context->twilio, worker_sid, "wrapping", &tasks);
    for (size_t i = 0; rc == ERR_OK && i < tasks.count; i++) {
        bool completed;
        rc = call_wrap_up_task(context, tasks.list[i], min_age_s, &completed);
        if (rc == ERR_OK && completed) (*count)++;
    }
    task_sids_free(&tasks);
    return rc;
}
