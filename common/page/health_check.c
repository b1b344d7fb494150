#include "page/health_check.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "call/call_route.h"
#include "directory/directory_file.h"
#include "directory/directory_search.h"
#include "twilio/taskrouter_worker.h"
#include "web/webhook_record.h"

/* K's Reservation must not time out while K may still be answered: ring time, and then some. */
enum { RESERVATION_MARGIN_S = 15 };

/* Tokens and passes are valid for minutes, and from now on: more than this costs calls. */
enum { CLOCK_SKEW_MAX_S = 60 };

void health_check_add_finding(struct health_findings *findings, const char *text)
{
    if (findings->count == HEALTH_FINDINGS_MAX) return;
    snprintf(findings->list[findings->count], HEALTH_TEXT_SIZE, "%s", text);
    findings->count++;
}

static void check_filters(const struct workflow *workflow, struct health_findings *findings)
{
    int position = call_route_filter(workflow);
    if (position == 0) {
        health_check_add_finding(findings,
                                 "workflow_filter: no filter of the Workflow has the matching "
                                 "worker expression task.targetWorker==worker.contact_uri");
    }
    if (position > 1) {
        health_check_add_finding(findings,
                                 "workflow_filter_order: another filter stands above the one with "
                                 "task.targetWorker==worker.contact_uri and may take its Tasks");
    }
}

static void check_workflow(const struct config *config, const struct workflow *workflow,
                           struct health_findings *findings)
{
    int ring_seconds = config->ring_seconds;
    char text[HEALTH_TEXT_SIZE];
    if (workflow->reservation_timeout_s <= ring_seconds + RESERVATION_MARGIN_S) {
        snprintf(text, sizeof text,
                 "workflow_reservation_timeout: it is %d s and must exceed %d s, the ring time "
                 "and %d more",
                 workflow->reservation_timeout_s, ring_seconds + RESERVATION_MARGIN_S,
                 RESERVATION_MARGIN_S);
        health_check_add_finding(findings, text);
    }
    if (config->routing == CONFIG_ROUTING_FILTER) check_filters(workflow, findings);
}

static void check_clock(int64_t twilio_s, struct health_findings *findings)
{
    char text[HEALTH_TEXT_SIZE];
    int64_t ahead_s = clock_wall_s() - twilio_s;
    if (ahead_s >= -CLOCK_SKEW_MAX_S && ahead_s <= CLOCK_SKEW_MAX_S) return;
    snprintf(text, sizeof text,
             "clock: this host's is %lld s %s Twilio's, and tokens are refused (timedatectl "
             "set-ntp true)",
             (long long)(ahead_s < 0 ? -ahead_s : ahead_s), ahead_s < 0 ? "behind" : "ahead of");
    health_check_add_finding(findings, text);
}

static void ask_twilio(const struct config *config, struct twilio_client *client,
                       struct health_findings *findings)
{
    struct workflow workflow = { 0 };
    enum err rc = workflow_fetch(client, &workflow);
    switch (rc) {
    case ERR_OK:
        check_workflow(config, &workflow, findings);
        break;
    case ERR_NOT_FOUND:
        health_check_add_finding(findings,
                                 "workflow: Twilio knows no such Workspace or Workflow; see "
                                 "TWILIO_FLEX_WORKSPACE_SID and "
                                 "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID");
        break;
    case ERR_NO_REPLY:
        health_check_add_finding(findings,
                                 "twilio: it can't be reached (a name server, a firewall, "
                                 "DIALPAD_PROXY?); the log says why");
        break;
    case ERR_TIMEOUT:
        health_check_add_finding(findings, "twilio: no answer in time");
        break;
    default:
        health_check_add_finding(findings,
                                 "twilio: the request was refused; TWILIO_API_KEY and "
                                 "TWILIO_API_SECRET belong together and to TWILIO_ACCOUNT_SID, and "
                                 "the log has Twilio's code");
        break;
    }
    workflow_clear(&workflow);
    check_clock(twilio_client_now_s(client), findings);
}

/* What no load balancer should act on, since any stranger can bring it about. */
static void check_signatures(const struct config *config, struct health_findings *warnings)
{
    char text[HEALTH_TEXT_SIZE];
    char since[sizeof "2026-11-23 06:10:07"] = "";
    struct tm utc;
    struct webhook_record record;
    webhook_record_read(config, &record);
    const time_t since_s = (time_t)record.refused_since_s;
    if (record.refused == 0 || gmtime_r(&since_s, &utc) == NULL) return;
    strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S", &utc);
    snprintf(text, sizeof text,
             "signatures: %lld were refused since %s UTC, and none was genuine; if they are "
             "Twilio's, TWILIO_AUTH_TOKEN or DIALPAD_PUBLIC_URL is wrong",
             (long long)record.refused, since);
    health_check_add_finding(warnings, text);
}

static void check_state(const struct config *config, struct health_findings *warnings)
{
    char text[HEALTH_TEXT_SIZE];
    struct stat status;
    int problem = 0;
    if (stat(config->state_dir, &status) != 0 || access(config->state_dir, W_OK | X_OK) != 0)
        problem = errno;
    else if (!S_ISDIR(status.st_mode))
        problem = ENOTDIR;
    if (problem == 0) return;
    snprintf(text, sizeof text,
             "state: DIALPAD_STATE_DIR can't be used (%s): each process reads the agents for "
             "itself, and calls are not counted (install -d -o dialpad -g dialpad -m 750)",
             strerror(problem));
    health_check_add_finding(warnings, text);
}

void health_check_host(const struct config *config, const struct config_watch *watch,
                       struct health_findings *warnings)
{
    check_state(config, warnings);
    check_signatures(config, warnings);
    if (!config_watch_is_outdated(watch)) return;
    health_check_add_finding(warnings, "configuration: it has changed since this process has read "
                                       "it; restart to use it (systemctl reload dialpad.target)");
}

bool health_check_deep(const struct config *config, struct twilio_client *client,
                       struct health_findings *findings)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct health_findings kept;
    static int64_t kept_until_ms; /* 0: nothing has been kept yet */
    static bool asking;
    struct health_findings fresh = { 0 };
    pthread_mutex_lock(&lock);
    bool known = kept_until_ms > 0;
    bool mine = !asking && clock_ms() >= kept_until_ms;
    if (mine) asking = true;
    *findings = kept;
    pthread_mutex_unlock(&lock);
    if (!mine) return known;

    ask_twilio(config, client, &fresh);
    *findings = fresh;
    pthread_mutex_lock(&lock);
    kept = fresh;
    kept_until_ms = clock_ms() + HEALTH_KEPT_MS;
    asking = false;
    pthread_mutex_unlock(&lock);
    return true;
}

bool health_check_workers(const struct config *config, size_t *fit, size_t *of)
{
    struct directory *directory = NULL;
    if (directory_file_open(config, &directory) != ERR_OK) return false;
    *fit = directory_search_fitting(directory, config, of);
    directory_close(directory);
    return true;
}
