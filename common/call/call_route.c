#include "call/call_route.h"

#include <stdatomic.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "call/call_close.h"

/* Twilio has ignored a RoutingTarget; an account doesn't learn it while a process lives. */
static atomic_bool target_is_ignored;

bool call_route_by_filter(const struct config *config)
{
    return config->routing == CONFIG_ROUTING_FILTER || atomic_load(&target_is_ignored);
}

/* Whether an expression is the one that the product needs, however its blanks are set. */
static bool routes_by_contact(const char *expression)
{
    static const char wanted[] = "task.targetWorker==worker.contact_uri";
    char squeezed[sizeof wanted];
    size_t len = 0;
    if (expression == NULL) return false;
    for (const char *p = expression; *p != '\0'; p++) {
        if (*p == ' ' || *p == '\t') continue;
        if (len == sizeof squeezed - 1) return false;
        squeezed[len++] = *p;
    }
    squeezed[len] = '\0';
    return strcmp(squeezed, wanted) == 0;
}

static bool filter_routes_by_contact(const cJSON *filter)
{
    const cJSON *target = NULL;
    cJSON_ArrayForEach(target, json_get_array(filter, "targets"))
    {
        if (routes_by_contact(json_get_string(target, "expression"))) return true;
    }
    return false;
}

int call_route_filter(const struct workflow *workflow)
{
    const cJSON *routing = json_get_object(workflow->configuration, "task_routing");
    const cJSON *filter = NULL;
    int position = 0;
    cJSON_ArrayForEach(filter, json_get_array(routing, "filters"))
    {
        position++;
        if (filter_routes_by_contact(filter)) return position;
    }
    return 0;
}

static enum err set_direction(cJSON *attributes, bool by_filter)
{
    if (!by_filter || json_get_string(attributes, "direction") == NULL) return ERR_OK;
    return json_set_string(attributes, "direction", "outbound");
}

/* Does Twilio's answer say what was asked for? */
static bool is_honored(const struct task_draft *draft, const struct task *task)
{
    return strcmp(task->routing_target, draft->worker_sid) == 0 &&
           (draft->ignore_capacity || !task->ignore_capacity);
}

/* The Task went wherever the Workflow sent it: it goes at once, and the filter has to do. */
static enum err fall_back(const struct call_context *context, struct task *task,
                          enum call_route_result *result)
{
    struct workflow workflow = { 0 };
    enum err rc = call_close_task(context, task, OUTCOME_FAILED);
    if (rc == ERR_OK) rc = workflow_fetch(context->twilio, &workflow);
    if (rc != ERR_OK) return rc;
    bool has_filter = call_route_filter(&workflow) > 0;
    workflow_clear(&workflow);
    *result = has_filter ? ROUTE_AGAIN : ROUTE_UNSUPPORTED;
    if (!has_filter) {
        log_error("Twilio doesn't do what RoutingTarget and IgnoreCapacity say, and the Workflow "
                  "has no filter task.targetWorker==worker.contact_uri: no call can be made");
    } else if (!atomic_exchange(&target_is_ignored, true)) {
        log_warn("Twilio doesn't do what RoutingTarget and IgnoreCapacity say: this process goes "
                 "on with DIALPAD_ROUTING=filter");
    }
    return ERR_OK;
}

enum err call_route_create(const struct call_context *context, const struct task_draft *draft,
                           struct task *task, bool *unknown, enum call_route_result *result)
{
    struct task_draft sent = *draft;
    bool by_filter = call_route_by_filter(context->config);
    *unknown = false;
    *result = ROUTE_DONE;
    enum err rc = set_direction(draft->attributes, by_filter);
    if (rc != ERR_OK) return rc;
    if (by_filter) sent.worker_sid = NULL;
    rc = taskrouter_task_create(context->twilio, &sent, task, unknown);
    if (rc != ERR_OK || by_filter || is_honored(draft, task)) return rc;
    rc = fall_back(context, task, result);
    task_clear(task);
    return rc;
}
