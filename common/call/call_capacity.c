#include "call/call_capacity.h"

#include <string.h>

#include "call/call_wrap_up.h"

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
        bool opposite =
            rc == ERR_OK && strcmp(call.who.party[ROLE_CALLER].worker_sid, worker_sid) == 0 &&
            strcmp(call.who.party[ROLE_CALLEE].worker_sid, other_sid) == 0 && !call_is_over(&call);
        if (opposite) sid_copy(t1_sid, call.t1_sid);
        rc = call_ignore_strangers(rc);
        call_clear(&call);
    }
    task_sids_free(&tasks);
    return rc;
}

/* The channel counts as free once enough of what takes it up has been wrapped up. */
static enum err has_capacity(const struct call_context *context, const char *worker_sid, bool *has)
{
    struct worker_channel channel;
    int completed;
    enum err rc = taskrouter_worker_voice_channel(context->twilio, worker_sid, &channel);
    if (rc != ERR_OK) return rc;
    *has = channel.has_room;
    if (*has) return ERR_OK;
    rc = call_wrap_up_worker(context, worker_sid, 0, &completed);
    if (rc == ERR_OK) *has = completed > 0 && channel.assigned - completed < channel.capacity;
    return rc;
}

enum err call_capacity(const struct call_context *context, const char *worker_sid,
                       const char *other_sid, enum call_capacity *capacity, char other_t1[SID_SIZE])
{
    char t1_sid[SID_SIZE] = "";
    bool has;
    *capacity = CAPACITY_FREE;
    enum err rc = has_capacity(context, worker_sid, &has);
    if (rc != ERR_OK || has) return rc;
    if (other_sid != NULL) {
        rc = find_opposite(context, worker_sid, other_sid, "accepted", t1_sid);
        if (rc == ERR_OK && t1_sid[0] == '\0')
            rc = find_opposite(context, worker_sid, other_sid, "pending", t1_sid);
    }
    *capacity = t1_sid[0] != '\0' ? CAPACITY_GLARE : CAPACITY_TAKEN;
    if (other_t1 != NULL) memcpy(other_t1, t1_sid, SID_SIZE);
    return rc;
}

enum err call_capacity_in_call(const struct call_context *context, const char *worker_sid,
                               bool *in_call)
{
    struct worker_channel channel;
    struct call call = { 0 };
    char task_sid[SID_SIZE];
    int completed;
    *in_call = false;
    enum err rc = taskrouter_worker_voice_channel(context->twilio, worker_sid, &channel);
    if (rc != ERR_OK || channel.assigned == 0) return rc;
    rc = call_find_open(context, worker_sid, &call, task_sid);
    *in_call = rc == ERR_OK;
    call_clear(&call);
    if (rc != ERR_NOT_FOUND) return rc;
    return call_wrap_up_worker(context, worker_sid, 0, &completed);
}
