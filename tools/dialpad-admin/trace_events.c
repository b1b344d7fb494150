/* What TaskRouter has to say: its Events of the last 30 days, which hold the Attributes of then. */
#include "trace.h"

#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/json.h"
#include "call/call.h"
#include "twilio/twilio_resource.h"

enum { PATH_SIZE = 128, EVENTS_DAYS = 30, DAY_S = 24 * 60 * 60 };

/* ---- the list */

static void add_date(struct strbuf *query, const char *name, int64_t at_s)
{
    char text[sizeof "2026-11-23T06:10:07Z"] = "";
    struct tm utc;
    const time_t seconds = (time_t)at_s;
    if (gmtime_r(&seconds, &utc) != NULL) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    encode_form_pair(query, name, text);
}

enum err trace_each_event(struct trace *trace, const struct trace_events *wanted,
                          enum err (*each)(void *context, const cJSON *event), void *context)
{
    char path[PATH_SIZE];
    struct strbuf query;
    strbuf_init(&query, STRBUF_MAX_URL);
    snprintf(path, sizeof path, "/v1/Workspaces/%s/Events", trace->config->workspace_sid);
    if (wanted->task_sid != NULL) encode_form_pair(&query, "TaskSid", wanted->task_sid);
    if (wanted->worker_sid != NULL) encode_form_pair(&query, "WorkerSid", wanted->worker_sid);
    add_date(&query, "StartDate", wanted->from_s);
    if (wanted->to_s > 0) add_date(&query, "EndDate", wanted->to_s);
    encode_form_pair(&query, "PageSize", "1000");
    const struct twilio_resource_list list = {
        .host = TWILIO_TASKROUTER, .path = path, .query = &query, .key = "events", .each = each
    };
    trace_ask(trace);
    enum err rc = twilio_resource_each(trace->client, &list, context);
    strbuf_free(&query);
    return rc;
}

/* ---- one Task's */

/* Twilio lists the newest first, and what follows from one Event is told in their order. */
struct pile {
    struct trace *trace;
    cJSON *events; /* an array, newest first */
};

static enum err keep(void *context, const cJSON *event)
{
    struct pile *pile = context;
    cJSON *copy = cJSON_Duplicate(event, true);
    if (copy == NULL) return ERR_MEMORY;
    cJSON_AddItemToArray(pile->events, copy);
    return ERR_OK;
}

static int64_t time_of(const cJSON *event)
{
    int64_t at_ms = json_get_int64(event, "event_date_ms", 0);
    return at_ms > 0 ? at_ms : twilio_resource_time(event, "event_date") * 1000;
}

/* Who is who, as our own statement says it; else as the Attributes do. */
static void read_who(struct trace *trace, cJSON *attributes)
{
    struct token_statement who;
    size_t key;
    const struct task task = { .attributes = attributes };
    const struct call_context context =
        call_context(trace->config, trace->client, &trace->keys, trace->passes);
    if (trace->proved) return;
    if (call_statement(&context, &task, &who, &key) == ERR_OK) {
        trace->proved = true;
        for (enum call_role role = 0; role < ROLE__MAX; role++) {
            struct trace_party *party = &trace->party[role];
            sid_copy(party->worker_sid, who.party[role].worker_sid);
            snprintf(party->name, sizeof party->name, "%s", who.party[role].name);
        }
        return;
    }
    twilio_resource_text(attributes, "fromName", trace->party[ROLE_CALLER].name, TOKEN_TEXT_SIZE);
    twilio_resource_text(attributes, "name", trace->party[ROLE_CALLEE].name, TOKEN_TEXT_SIZE);
}

static void tell_party(struct trace *trace, const struct call_facts *now, int64_t at_ms,
                       enum call_role role)
{
    const struct call_party *before = &trace->facts.party[role];
    const struct call_party *after = &now->party[role];
    const char *name = trace_name(trace, role);
    struct trace_party *party = &trace->party[role];
    if (before->holds != after->holds) {
        trace_add(trace, TRACE_TASKROUTER, at_ms, "%s %s", name,
                  after->holds ? "puts the other on hold" : "takes the other off hold");
    }
    if (before->away_since_s == 0 && after->away_since_s != 0) {
        party->away_since_ms = at_ms;
        trace_add(trace, TRACE_TASKROUTER, at_ms, "%s has dropped out", name);
    }
    if (before->away_since_s != 0 && after->away_since_s == 0) {
        party->away_since_ms = 0;
        trace_add(trace, TRACE_TASKROUTER, at_ms, "%s is back", name);
    }
}

/* What T1's Attributes say now that they didn't before. */
static void tell_facts(struct trace *trace, const cJSON *attributes, int64_t at_ms)
{
    struct call_facts now;
    call_rules_read(attributes, &now);
    if (now.k_sid[0] != '\0') sid_copy(trace->k_sid, now.k_sid);
    if (trace->facts.connected_at[0] == '\0' && now.connected_at[0] != '\0') {
        trace->connected_ms = at_ms;
        trace_add(trace, TRACE_TASKROUTER, at_ms, "both are in the call");
    }
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        tell_party(trace, &now, at_ms, role);
    if (trace->facts.outcome == OUTCOME_NONE && now.outcome != OUTCOME_NONE) {
        trace->ended_ms = at_ms;
        trace_add(trace, TRACE_TASKROUTER, at_ms, "the outcome is written: %s",
                  call_rules_outcome_name(now.outcome));
    }
    trace->facts = now;
}

static void read_leg(const cJSON *attributes, struct trace_party *party)
{
    const char *leg = json_get_string(attributes, "worker_call_sid");
    if (sid_is_call(leg)) sid_copy(party->leg, leg);
}

static bool is_type(const char *type, const char *wanted)
{
    return strcmp(type, wanted) == 0;
}

/* How a Task ended, with the reason where Twilio gives one. */
static void describe_end(const char *type, const cJSON *data, char *text, size_t size)
{
    const char *status = is_type(type, "task.wrapup") ? "wrapping" : type + strlen("task.");
    const char *reason = json_get_string(data, "task_completed_reason");
    if (reason == NULL) reason = json_get_string(data, "task_canceled_reason");
    snprintf(text, size, "%s%s%s%s", status, reason != NULL ? " (" : "",
             reason != NULL ? reason : "", reason != NULL ? ")" : "");
}

/* What happened to the Task as such, T1 (the caller's) or K. */
static void tell_task(struct trace *trace, enum call_role role, const char *type, const cJSON *data,
                      int64_t at_ms)
{
    char end[TRACE_TEXT_SIZE];
    const char *which = role == ROLE_CALLER ? "T1" : "K";
    if (is_type(type, "task.created")) {
        if (role == ROLE_CALLER) trace->created_ms = at_ms;
        if (role == ROLE_CALLER) {
            trace_add(trace, TRACE_TASKROUTER, at_ms, "%s calls %s: T1 is created",
                      trace_name(trace, ROLE_CALLER), trace_name(trace, ROLE_CALLEE));
        } else {
            trace_add(trace, TRACE_TASKROUTER, at_ms, "K is created for %s",
                      trace_name(trace, ROLE_CALLEE));
        }
    } else if (is_type(type, "task.canceled") || is_type(type, "task.completed") ||
               is_type(type, "task.wrapup") || is_type(type, "task.deleted")) {
        describe_end(type, data, end, sizeof end);
        trace_add(trace, TRACE_TASKROUTER, at_ms, "%s is %s", which, end);
        if (role == ROLE_CALLER && trace->t1_end[0] == '\0')
            snprintf(trace->t1_end, sizeof trace->t1_end, "%s", end);
    }
}

static void tell_reservation(struct trace *trace, enum call_role role, const char *type,
                             int64_t at_ms)
{
    const char *name = trace_name(trace, role);
    const char *state = type + strlen("reservation.");
    if (is_type(type, "reservation.created") && role == ROLE_CALLEE) {
        trace->ringing_ms = at_ms;
        trace_add(trace, TRACE_TASKROUTER, at_ms, "it rings at %s's page", name);
    } else if (!is_type(type, "reservation.wrapup") && !is_type(type, "reservation.completed")) {
        trace_add(trace, TRACE_TASKROUTER, at_ms, "the Reservation of %s is %s", name, state);
    }
}

static void tell_event(struct trace *trace, enum call_role role, const cJSON *event)
{
    const char *type = json_get_string(event, "event_type");
    const cJSON *data = json_get_object(event, "event_data");
    int64_t at_ms = time_of(event);
    cJSON *attributes = twilio_resource_attributes(data, "task_attributes");
    if (type == NULL || attributes == NULL) goto out;
    read_who(trace, attributes);
    read_leg(attributes, &trace->party[role]);
    if (strncmp(type, "task.", 5) == 0) tell_task(trace, role, type, data, at_ms);
    if (strncmp(type, "reservation.", 12) == 0) tell_reservation(trace, role, type, at_ms);
    if (role == ROLE_CALLER) tell_facts(trace, attributes, at_ms);
out:
    cJSON_Delete(attributes);
}

/* How many Events there were of this Task; an error is said. */
static int read_task(struct trace *trace, enum call_role role, const char *task_sid)
{
    struct pile pile = { trace, cJSON_CreateArray() };
    const struct trace_events wanted = {
        .task_sid = task_sid,
        .from_s = twilio_client_now_s(trace->client) - (int64_t)EVENTS_DAYS * DAY_S,
    };
    enum err rc = pile.events == NULL ? ERR_MEMORY : trace_each_event(trace, &wanted, keep, &pile);
    int count = rc == ERR_OK ? cJSON_GetArraySize(pile.events) : 0;
    for (int i = count; i > 0; i--)
        tell_event(trace, role, cJSON_GetArrayItem(pile.events, i - 1));
    cJSON_Delete(pile.events);
    if (rc != ERR_OK)
        trace_say(trace, TRACE_TASKROUTER, "its Events can't be read: %s", err_name(rc));
    return count;
}

void trace_read_taskrouter(struct trace *trace)
{
    int of_t1 = read_task(trace, ROLE_CALLER, trace->t1_sid);
    int of_k = trace->k_sid[0] != '\0' ? read_task(trace, ROLE_CALLEE, trace->k_sid) : 0;
    if (trace->said[TRACE_TASKROUTER][0] != '\0') return;
    if (of_t1 + of_k == 0) {
        trace_say(trace, TRACE_TASKROUTER, "gone: no Events, which it keeps for %d days",
                  EVENTS_DAYS);
    } else {
        trace_say(trace, TRACE_TASKROUTER, "%d Events of T1, %d of K", of_t1, of_k);
    }
}
