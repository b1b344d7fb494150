/*
 * Checks of the Workflow: does it take our Tasks, to whom, and for how long. With DIALPAD_ROUTING
 * direct Twilio is told the Worker, and the filter is only what calls fall back to.
 */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "call/call_route.h"
#include "call/call_rules.h"
#include "twilio/task_expression.h"
#include "twilio/taskrouter_resource.h"

/* K's Reservation must not time out while K may still be answered: ring time, and then some. */
enum { RESERVATION_MARGIN_S = 15 };

static const char print_filter[] =
    "dialpad-admin setup --into %s prints the filter: put it first in the Workflow";

static enum doctor_result severity(const struct doctor *doctor)
{
    return doctor->config.routing == CONFIG_ROUTING_FILTER ? DOCTOR_FAIL : DOCTOR_WARN;
}

static void PRINTF_LIKE(4, 5)
    note(struct doctor *doctor, const char *id, enum doctor_result result, const char *format, ...)
{
    char repair[DOCTOR_TEXT_SIZE];
    char text[DOCTOR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(repair, sizeof repair, print_filter, doctor->config.workflow_sid);
    doctor_note(doctor, result, id, result == DOCTOR_OK ? "" : repair, "%s", text);
}

void doctor_workflow_fetch(struct doctor *doctor)
{
    if (!doctor->twilio_answers) return;
    doctor_ask(doctor);
    enum err rc = workflow_fetch(doctor->client, &doctor->workflow);
    doctor->has_workflow = rc == ERR_OK;
    if (rc == ERR_OK) {
        doctor_note(doctor, DOCTOR_OK, "workflow", "", "%s \"%s\"", doctor->config.workflow_sid,
                    doctor->workflow.friendly_name);
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "workflow",
                    "take TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID out of dialpad.conf, then "
                    "dialpad-admin setup",
                    "%s can't be read in this workspace: %s", doctor->config.workflow_sid,
                    rc == ERR_NOT_FOUND ? "Twilio knows no such Workflow" : err_name(rc));
    }
}

void doctor_workflow_timeout(struct doctor *doctor)
{
    const int least_s = doctor->config.ring_seconds + RESERVATION_MARGIN_S;
    if (!doctor->has_workflow) return;
    if (doctor->workflow.reservation_timeout_s > least_s) {
        doctor_note(doctor, DOCTOR_OK, "workflow.timeout", "", "%d s",
                    doctor->workflow.reservation_timeout_s);
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "workflow.timeout",
                    "dialpad-admin setup, if the Workflow is its own; else raise the Task "
                    "Reservation Timeout in Twilio's console",
                    "a Reservation times out after %d s, which must be more than %d s "
                    "(DIALPAD_RING_SECONDS and %d)",
                    doctor->workflow.reservation_timeout_s, least_s, RESERVATION_MARGIN_S);
    }
}

/* ---- the filter */

static const cJSON *filter_at(const struct workflow *workflow, int position)
{
    const cJSON *routing = json_get_object(workflow->configuration, "task_routing");
    return cJSON_GetArrayItem(json_get_array(routing, "filters"), position - 1);
}

/* Of both Tasks of a call, as they are made. */
static enum task_expression judge(const char *expression)
{
    const struct token_statement who = {
        .party = { { .contact_uri = "client:alice", .name = "Alice" },
                   { .contact_uri = "client:bob", .name = "Bob" } },
    };
    static const char t1[] = "WT00000000000000000000000000000000";
    cJSON *caller = call_rules_caller_attributes(&who, "statement", t1);
    cJSON *callee = call_rules_callee_attributes(&who, "statement", t1, t1);
    enum task_expression of_caller = task_expression_judge(expression, caller);
    enum task_expression of_callee = task_expression_judge(expression, callee);
    cJSON_Delete(caller);
    cJSON_Delete(callee);
    if (of_caller == TASK_EXPRESSION_UNKNOWN || of_callee == TASK_EXPRESSION_UNKNOWN)
        return TASK_EXPRESSION_UNKNOWN;
    return of_caller == of_callee ? of_caller : TASK_EXPRESSION_MISSES;
}

/* The first filter above ours that takes our Tasks, 0: none. */
static int taker_above(const struct workflow *workflow, int position)
{
    for (int above = 1; above < position; above++) {
        const cJSON *filter = filter_at(workflow, above);
        if (judge(json_get_string(filter, "expression")) != TASK_EXPRESSION_MISSES) return above;
    }
    return 0;
}

static void check_takes(struct doctor *doctor, const cJSON *filter)
{
    const char *expression = json_get_string(filter, "expression");
    const char *shown = expression != NULL ? expression : "none";
    switch (judge(expression)) {
    case TASK_EXPRESSION_MEETS:
        note(doctor, "workflow.filter", DOCTOR_OK, "it takes our Tasks (%.200s)", shown);
        break;
    case TASK_EXPRESSION_MISSES:
        note(doctor, "workflow.filter", severity(doctor),
             "its task expression doesn't hold for our Tasks: %.200s", shown);
        break;
    default:
        note(doctor, "workflow.filter", DOCTOR_WARN,
             "it can't be told whether its task expression holds for our Tasks: %.200s", shown);
    }
}

void doctor_workflow_filter(struct doctor *doctor)
{
    if (!doctor->has_workflow) return;
    int position = call_route_filter(&doctor->workflow);
    if (position == 0) {
        note(doctor, "workflow.filter", severity(doctor),
             "no filter has the matching worker expression task.targetWorker==worker.contact_uri");
        return;
    }
    int above = taker_above(&doctor->workflow, position);
    if (above > 0) {
        note(doctor, "workflow.filter", severity(doctor),
             "filter %d takes our Tasks before filter %d, which is ours", above, position);
    } else {
        check_takes(doctor, filter_at(&doctor->workflow, position));
    }
}

/* ---- its target */

static bool is_everybody(const char *expression)
{
    char squeezed[8];
    size_t len = 0;
    for (const char *p = expression != NULL ? expression : ""; *p != '\0'; p++) {
        if (*p == ' ') continue;
        if (len == sizeof squeezed - 1) return false;
        squeezed[len++] = *p;
    }
    squeezed[len] = '\0';
    return strcmp(squeezed, "1==1") == 0;
}

static void check_queue(struct doctor *doctor, const char *sid)
{
    static const struct taskrouter_kind queues = { "TaskQueues", "task_queues", "WQ" };
    struct twilio_reply reply = { 0 };
    char repair[DOCTOR_TEXT_SIZE];
    doctor_ask(doctor);
    enum err rc = taskrouter_resource_fetch(doctor->client, &queues, sid, &reply);
    const char *target = rc == ERR_OK ? json_get_string(reply.json, "target_workers") : NULL;
    if (is_everybody(target)) {
        doctor_note(doctor, DOCTOR_OK, "workflow.queue", "", "everybody is in %s", sid);
    } else {
        snprintf(repair, sizeof repair,
                 "set the queue expression of %.40s to 1==1, or lead the filter to such a queue",
                 sid != NULL ? sid : "the target's queue");
        doctor_note(doctor, severity(doctor), "workflow.queue", repair,
                    rc == ERR_OK ? "not everybody is in %s (%.200s)" : "%s can't be read (%.200s)",
                    sid != NULL ? sid : "its queue",
                    rc == ERR_OK && target != NULL ? target : err_name(rc));
    }
    twilio_reply_free(&reply);
}

/* A time-out of the target itself takes the Task away while it rings. */
void doctor_workflow_queue(struct doctor *doctor)
{
    int position = doctor->has_workflow ? call_route_filter(&doctor->workflow) : 0;
    if (position == 0) return;
    const cJSON *filter = filter_at(&doctor->workflow, position);
    const cJSON *target = cJSON_GetArrayItem(json_get_array(filter, "targets"), 0);
    const int timeout_s = json_get_int(target, "timeout", 0);
    check_queue(doctor, json_get_string(target, "queue"));
    if (timeout_s > 0 && timeout_s <= doctor->config.ring_seconds) {
        note(doctor, "workflow.target", severity(doctor),
             "the filter's target gives up after %d s, before DIALPAD_RING_SECONDS (%d)", timeout_s,
             doctor->config.ring_seconds);
    }
}
