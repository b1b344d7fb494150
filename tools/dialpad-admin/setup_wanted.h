/*
 * The queue and the Workflow as setup wants them, in the members that we say something of.
 */
#ifndef DIALPAD_SETUP_WANTED_H
#define DIALPAD_SETUP_WANTED_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "setup.h"

/* Each is a new tree; NULL: no memory. */
cJSON *setup_wanted_queue(const char *name);
cJSON *setup_wanted_workflow(const struct setup *setup, const char *name);

/*
 * The Workflow's filter. Which Tasks it takes: only ours have the attribute `dialpad`. For whom:
 * the agent whose address the Task names. The queue must be one that everybody is in.
 */
cJSON *setup_wanted_filter(const char *queue_sid);

/* The reservation time-out: the ring time, and then some. */
int setup_wanted_reservation_s(const struct setup *setup);

/*
 * Is it so in what Twilio has, which may say more? A Workflow's configuration is JSON inside a
 * string there.
 */
bool setup_wanted_is(const cJSON *wanted, const cJSON *found);

#endif
