#include "call/call_capacity.h"

#include <string.h>

enum err call_complete_wrapping(const struct call_context *context, const char *task_sid,
                                int64_t min_age_s, bool *completed)
{
    struct task task = { 0 };
    struct token_statement who;
    *completed = false;
    enum err rc = taskrouter_task_fetch(context->twilio, task_sid, &task);
    if (rc == ERR_OK) rc = call_statement(context, &task, &who);
    int64_t age_s = twilio_client_now_s(context->twilio) - task.updated_s;
    if (rc == ERR_OK && task.status == TASK_WRAPPING && age_s >= min_age_s) {
        rc = taskrouter_task_update_status(context->twilio, task_sid, TASK_COMPLETED, "wrapped up");
        *completed = rc == ERR_OK;
    }
    task_clear(&task);
    /* Somebody else's, gone, or completed by its page just now: nothing is left to do. */
    if (rc == ERR_FORBIDDEN || rc == ERR_NOT_FOUND || rc == ERR_REFUSED) rc = ERR_OK;
    return rc;
}

/* Completes the Worker's wrapping Tasks of ours that are old enough; counts them. */
static enum err complete_wrapping_of(const struct call_context *context, const char *worker_sid,
                                     int64_t min_age_s, int *count)
{
    struct task_sids tasks = { 0 };
    *count = 0;
    enum err rc = taskrouter_tasks_of_worker(context->twilio, worker_sid, "wrapping", &tasks);
    for (size_t i = 0; rc == ERR_OK && i < tasks.count; i++) {
        bool completed;
        rc = call_complete_wrapping(context, tasks.list[i], min_age_s, &completed);
        if (rc == ERR_OK && completed) (*count)++;
    }
    task_sids_free(&tasks);
    return rc;
}

enum err call_tidy_worker(const struct call_context *context, const char *worker_sid)
{
    int count;
    return complete_wrapping_of(context, worker_sid, CALL_WRAP_UP_S, &count);
}

/* Is there a live T1 from this Worker to the other among these Reservations' Tasks? */
static enum err find_opposite(const struct call_context *context, const char *worker_sid,
                              const char *other_sid, const char *reservation_status,
                              char t1_sid[SID_SIZE])
{
    struct task_sids tasks = { 0 };
    enum err rc =
        taskrouter_tasks_of_worker(context->twilio, worker_sid, reservation_status, &tasks);
    for (size_t i = 0; rc == ERR_OK && i < tasks.count && t1_sid[0] == '\0'; i++) {
        struct call call = { 0 };
        rc = call_load_t1(context, tasks.list[i], &call);
        bool opposite = rc == ERR_OK &&
                        strcmp(call.who.party[ROLE_CALLER].worker_sid, worker_sid) == 0 &&
                        strcmp(call.who.party[ROLE_CALLEE].worker_sid, other_sid) == 0 &&
                        task_status_is_live(call.t1.status) && call.facts.outcome == OUTCOME_NONE;
        if (opposite) sid_copy(t1_sid, call.t1_sid);
        if (rc == ERR_FORBIDDEN || rc == ERR_NOT_FOUND) rc = ERR_OK;
        call_clear(&call);
    }
    task_sids_free(&tasks);
    return rc;
}

enum err call_room(const struct call_context *context, const char *worker_sid,
                   const char *other_sid, enum room *room, char other_t1[SID_SIZE])
{
    struct worker_channel channel;
    enum err rc = taskrouter_worker_voice_channel(context->twilio, worker_sid, &channel);
    if (rc != ERR_OK) return rc;
    if (channel.has_room) {
        *room = ROOM_FREE;
        return ERR_OK;
    }
    int completed;
    rc = complete_wrapping_of(context, worker_sid, 0, &completed);
    if (rc != ERR_OK) return rc;
    if (completed > 0 && channel.assigned - completed < channel.capacity) {
        *room = ROOM_FREE;
        return ERR_OK;
    }
    char t1_sid[SID_SIZE] = "";
    if (other_sid != NULL) {
        rc = find_opposite(context, worker_sid, other_sid, "accepted", t1_sid);
        if (rc == ERR_OK && t1_sid[0] == '\0') {
            rc = find_opposite(context, worker_sid, other_sid, "pending", t1_sid);
        }
        if (rc != ERR_OK) return rc;
    }
    *room = t1_sid[0] != '\0' ? ROOM_GLARE : ROOM_TAKEN;
    if (other_t1 != NULL) memcpy(other_t1, t1_sid, SID_SIZE);
    return ERR_OK;
}
