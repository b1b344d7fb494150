/*
 * The states of a TaskRouter Task
 * (https://www.twilio.com/docs/taskrouter/lifecycle-task-state).
 */
#ifndef DIALPAD_TASK_STATUS_H
#define DIALPAD_TASK_STATUS_H

#include <stdbool.h>

enum task_status {
    TASK_PENDING,
    TASK_RESERVED,
    TASK_ASSIGNED,
    TASK_WRAPPING,
    TASK_COMPLETED,
    TASK_CANCELED,
    TASK__MAX
};

/* "pending", "reserved", ... */
const char *task_status_name(enum task_status status);

/* False for a word that is none of them. */
bool task_status_parse(const char *text, enum task_status *status);

/* The call that this Task stands for may still go on: pending, reserved or assigned. */
bool task_status_is_live(enum task_status status);

#endif
