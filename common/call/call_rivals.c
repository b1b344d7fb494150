#include "call/call_rivals.h"

#include <string.h>

/* Is this Task another T1 of the same caller that outlives the call's? */
static enum err is_elder(const struct call_context *context, const struct call *call,
                         const char *task_sid, bool *elder)
{
    struct call other = { 0 };
    if (strcmp(task_sid, call->t1_sid) == 0) return ERR_OK;
    enum err rc = call_load_t1(context, task_sid, &other);
    if (rc == ERR_OK) {
        bool same_caller = strcmp(other.who.party[ROLE_CALLER].worker_sid,
                                  call->who.party[ROLE_CALLER].worker_sid) == 0;
        *elder =
            same_caller && !call_is_over(&other) &&
            call_rules_is_older(other.t1.created_s, other.t1_sid, call->t1.created_s, call->t1_sid);
    }
    call_clear(&other);
    call_note(call, ROLE_NONE);
    return call_ignore_strangers(rc);
}

enum err call_rivals_find(const struct call_context *context, const struct call *call, bool *elder)
{
    static const char *const open_states[] = { "accepted", "pending" };
    const char *caller_sid = call->who.party[ROLE_CALLER].worker_sid;
    struct worker_channel channel;
    *elder = false;
    enum err rc = taskrouter_worker_voice_channel(context->twilio, caller_sid, &channel);
    if (rc != ERR_OK || channel.assigned <= 1) return rc;
    for (size_t s = 0; rc == ERR_OK && s < sizeof open_states / sizeof *open_states; s++) {
        struct task_sids tasks = { 0 };
        rc = taskrouter_tasks_of_worker(context->twilio, caller_sid, open_states[s], &tasks);
        for (size_t i = 0; rc == ERR_OK && i < tasks.count && !*elder; i++)
            rc = is_elder(context, call, tasks.list[i], elder);
        task_sids_free(&tasks);
    }
    return rc;
}
