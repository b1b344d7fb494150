#include "page/health_check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "call/call_rules.h"
#include "twilio/taskrouter_worker.h"

/* K's Reservation must not time out while K may still be answered: ring time, and then some. */
enum { RESERVATION_MARGIN_S = 15 };

void health_check_add_finding(struct health_findings *findings, const char *text)
{
    if (findings->count == HEALTH_FINDINGS_MAX) return;
    snprintf(findings->list[findings->count], HEALTH_TEXT_SIZE, "%s", text);
    findings->count++;
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

static void check_filters(const struct workflow *workflow, struct health_findings *findings)
{
    const cJSON *routing = json_get_object(workflow->configuration, "task_routing");
    const cJSON *filters = json_get_array(routing, "filters");
    const cJSON *filter = NULL;
    int position = 0;
    cJSON_ArrayForEach(filter, filters)
    {
        position++;
        if (!filter_routes_by_contact(filter)) continue;
        if (position > 1) {
            health_check_add_finding(
                findings, "workflow_filter_order: another filter stands above the one with "
                          "task.targetWorker==worker.contact_uri and may take its Tasks");
        }
        return;
    }
    health_check_add_finding(findings,
                             "workflow_filter: no filter of the Workflow has the matching worker "
                             "expression task.targetWorker==worker.contact_uri");
}

static void check_workflow(const struct workflow *workflow, int ring_seconds,
                           struct health_findings *findings)
{
    char text[HEALTH_TEXT_SIZE];
    if (workflow->reservation_timeout_s <= ring_seconds + RESERVATION_MARGIN_S) {
        snprintf(text, sizeof text,
                 "workflow_reservation_timeout: it is %d s and must exceed %d s, the ring time "
                 "and %d more",
                 workflow->reservation_timeout_s, ring_seconds + RESERVATION_MARGIN_S,
                 RESERVATION_MARGIN_S);
        health_check_add_finding(findings, text);
    }
    check_filters(workflow, findings);
}

static void ask_twilio(const struct config *config, struct twilio_client *client,
                       struct health_findings *findings)
{
    struct workflow workflow = { 0 };
    enum err rc = workflow_fetch(client, &workflow);
    switch (rc) {
    case ERR_OK:
        check_workflow(&workflow, config->ring_seconds, findings);
        break;
    case ERR_NOT_FOUND:
        health_check_add_finding(findings, "workflow: Twilio knows no such Workspace or Workflow");
        break;
    case ERR_NO_REPLY:
        health_check_add_finding(findings, "twilio: it can't be reached; the log says why");
        break;
    case ERR_TIMEOUT:
        health_check_add_finding(findings, "twilio: no answer in time");
        break;
    default:
        health_check_add_finding(findings, "twilio: the request was refused; the log says why");
        break;
    }
    workflow_clear(&workflow);
}

void health_check_deep(const struct config *config, struct twilio_client *client,
                       struct health_findings *findings)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct health_findings kept;
    static int64_t kept_until_ms;
    pthread_mutex_lock(&lock);
    int64_t now_ms = clock_ms();
    if (now_ms >= kept_until_ms) {
        memset(&kept, 0, sizeof kept);
        ask_twilio(config, client, &kept);
        kept_until_ms = clock_ms() + HEALTH_KEPT_MS;
    }
    *findings = kept;
    pthread_mutex_unlock(&lock);
}
