/*
 * How the Tasks of a call reach their agents: straight, by TaskRouter's RoutingTarget, or by the
 * Workflow's own filter (DIALPAD_ROUTING).
 */
#ifndef DIALPAD_CALL_ROUTE_H
#define DIALPAD_CALL_ROUTE_H

#include "call/call.h"

/*
 * Does the Workflow's filter route? It does where the configuration says so, and in a process that
 * has seen Twilio ignore a RoutingTarget. A filter reserves a Task only for a Worker who is
 * Available and has room.
 */
bool call_route_by_filter(const struct config *config);

/* The position of the Workflow's filter that routes as we need it, from 1; 0: it has none. */
int call_route_filter(const struct workflow *workflow);

enum call_route_result {
    ROUTE_DONE,
    ROUTE_AGAIN, /* RoutingTarget was ignored: from now on by filter, decide and create again */
    ROUTE_UNSUPPORTED /* it was ignored, and the Workflow has no filter of ours */
};

/*
 * Creates the Task that `draft` describes; its `worker_sid` is the agent whom it must reach.
 * By the filter a `direction` becomes "outbound". Routed straight it stays: Flex accepts by itself
 * what is routed so and "outbound", which only a caller who sits in Flex wants.
 *
 * ERR_OK with ROUTE_DONE and the Task, or with another *result and nothing left behind; ROUTE_AGAIN
 * comes once in a process. *unknown as in taskrouter_task_create.
 */
enum err call_route_create(const struct call_context *context, const struct task_draft *draft,
                           struct task *task, bool *unknown,
                           enum call_route_result *result) MUST_CHECK;

#endif
