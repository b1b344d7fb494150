#include "twilio/task_status.h"

#include <stddef.h>
#include <string.h>

static const char *const names[TASK__MAX] = {
    [TASK_PENDING] = "pending",   [TASK_RESERVED] = "reserved",   [TASK_ASSIGNED] = "assigned",
    [TASK_WRAPPING] = "wrapping", [TASK_COMPLETED] = "completed", [TASK_CANCELED] = "canceled",
};

const char *task_status_name(enum task_status status)
{
    return names[status];
}

bool task_status_parse(const char *text, enum task_status *status)
{
    if (text == NULL) return false;
    for (int i = 0; i < TASK__MAX; i++) {
        if (strcmp(text, names[i]) == 0) {
            *status = (enum task_status)i;
            return true;
        }
    }
    return false;
}

bool task_status_is_live(enum task_status status)
{
    return status == TASK_PENDING || status == TASK_RESERVED || status == TASK_ASSIGNED;
}
