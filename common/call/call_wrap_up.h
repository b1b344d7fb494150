/*
 * Tasks of ours that are only wrapping up: the call is over, but they still take up their agent's
 * channel until they are completed, normally by the agent's page.
 */
#ifndef DIALPAD_CALL_WRAP_UP_H
#define DIALPAD_CALL_WRAP_UP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/call.h"

/*
 * Completes this Task if it is one of ours and has been wrapping for at least `min_age_s`;
 * otherwise does nothing. *completed says which.
 */
enum err call_wrap_up_task(const struct call_context *context, const char *task_sid,
                           int64_t min_age_s, bool *completed) MUST_CHECK;

/* The same for every Task of this Worker; *count says how many were completed. */
enum err call_wrap_up_worker(const struct call_context *context, const char *worker_sid,
                             int64_t min_age_s, int *count) MUST_CHECK;

#endif
