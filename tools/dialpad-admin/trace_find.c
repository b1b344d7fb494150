/* Which call is meant: T1's SID from whatever is known of it. */
#include "trace.h"

#include <string.h>

#include "base/json.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/twilio_resource.h"

enum {
    DAY_S = 24 * 60 * 60,
    EVENTS_S = 30 * DAY_S,
    LEG_BEFORE_S = 120,  /* a leg is placed so long after its Task's creation at most */
    BEFORE_S = 4 * 3600, /* so long a call may have been going on */
    LATEST_S = 60        /* and so late a clock on the wall may be */
};

/* T1 of a Task's Attributes: K names it, T1 is it. */
static bool t1_of(const cJSON *attributes, const char *task_sid, char t1_sid[SID_SIZE])
{
    const char *named = json_get_string(attributes, "conferenceSid");
    if (json_get_string(attributes, "dialpad") == NULL) return false;
    sid_copy(t1_sid, sid_is_task(named) ? named : task_sid);
    return true;
}

/* ---- by a Task, a Call: the Events that name it */

struct search {
    struct trace *trace;
    const char *leg; /* NULL: any Task will do */
};

static enum err match(void *context, const cJSON *event)
{
    struct search *search = context;
    const cJSON *data = json_get_object(event, "event_data");
    const char *task_sid = json_get_string(data, "task_sid");
    if (search->trace->t1_sid[0] != '\0' || !sid_is_task(task_sid)) return ERR_OK;
    cJSON *attributes = twilio_resource_attributes(data, "task_attributes");
    if (attributes == NULL) return ERR_MEMORY;
    const char *leg = json_get_string(attributes, "worker_call_sid");
    if (search->leg == NULL || (leg != NULL && strcmp(leg, search->leg) == 0))
        t1_of(attributes, task_sid, search->trace->t1_sid);
    cJSON_Delete(attributes);
    return ERR_OK;
}

static enum err find_by_task(struct trace *trace, const char *task_sid)
{
    struct search search = { .trace = trace };
    const struct trace_events wanted = {
        .task_sid = task_sid,
        .from_s = twilio_client_now_s(trace->client) - EVENTS_S,
    };
    return trace_each_event(trace, &wanted, match, &search);
}

static enum err find_by_call(struct trace *trace, const char *call_sid)
{
    struct twilio_reply reply = { 0 };
    struct search search = { .trace = trace, .leg = call_sid };
    enum err rc = trace_fetch(trace, "Calls", call_sid, &reply);
    int64_t began_s = rc == ERR_OK ? twilio_resource_time(reply.json, "date_created") : 0;
    if (rc == ERR_OK && began_s == 0) began_s = twilio_resource_time(reply.json, "start_time");
    twilio_reply_free(&reply);
    if (rc != ERR_OK || began_s == 0) return rc;
    const struct trace_events wanted = { .from_s = began_s - LEG_BEFORE_S,
                                         .to_s = began_s + LEG_BEFORE_S };
    return trace_each_event(trace, &wanted, match, &search);
}

/* The Conference's name begins with T1's SID. */
static enum err find_by_conference(struct trace *trace, const char *conference_sid)
{
    char name[PASS_NAME_SIZE] = "";
    struct twilio_reply reply = { 0 };
    enum err rc = trace_fetch(trace, "Conferences", conference_sid, &reply);
    if (rc == ERR_OK) twilio_resource_text(reply.json, "friendly_name", name, sizeof name);
    twilio_reply_free(&reply);
    if (name[0] != '\0') name[SID_LEN] = '\0';
    if (rc != ERR_OK || !sid_is_task(name)) return rc;
    sid_copy(trace->t1_sid, name);
    sid_copy(trace->conference_sid, conference_sid);
    return ERR_OK;
}

enum err trace_find(struct trace *trace, const char *sid)
{
    enum err rc = sid_is_task(sid)         ? find_by_task(trace, sid)
                  : sid_is_conference(sid) ? find_by_conference(trace, sid)
                                           : find_by_call(trace, sid);
    return rc == ERR_OK && trace->t1_sid[0] == '\0' ? ERR_NOT_FOUND : rc;
}

/* ---- by an agent and a time */

struct nearest {
    struct trace *trace;
    int64_t at_ms;
    int64_t best_ms; /* when the best one so far was first heard of */
};

/* The newest come first: what is met later of the same call is earlier. */
static enum err match_time(void *context, const cJSON *event)
{
    struct nearest *nearest = context;
    char t1_sid[SID_SIZE];
    const cJSON *data = json_get_object(event, "event_data");
    const char *task_sid = json_get_string(data, "task_sid");
    const char *type = json_get_string(event, "event_type");
    int64_t at_ms = twilio_resource_time(event, "event_date") * 1000;
    if (!sid_is_task(task_sid) || type == NULL || strcmp(type, "reservation.created") != 0)
        return ERR_OK;
    if (at_ms > nearest->at_ms + (int64_t)LATEST_S * 1000 || at_ms <= nearest->best_ms)
        return ERR_OK;
    cJSON *attributes = twilio_resource_attributes(data, "task_attributes");
    if (attributes == NULL) return ERR_MEMORY;
    if (t1_of(attributes, task_sid, t1_sid)) {
        sid_copy(nearest->trace->t1_sid, t1_sid);
        nearest->best_ms = at_ms;
    }
    cJSON_Delete(attributes);
    return ERR_OK;
}

enum err trace_find_at(struct trace *trace, const char *agent, int64_t at_s)
{
    struct worker worker = { 0 };
    struct nearest nearest = { .trace = trace, .at_ms = at_s * 1000 };
    trace_ask(trace);
    enum err rc = sid_is_worker(agent) ? taskrouter_worker_fetch(trace->client, agent, &worker)
                                       : taskrouter_worker_find(trace->client, agent, &worker);
    if (rc != ERR_OK) return rc;
    const struct trace_events wanted = { .worker_sid = worker.sid,
                                         .from_s = at_s - BEFORE_S,
                                         .to_s = at_s + LATEST_S };
    rc = trace_each_event(trace, &wanted, match_time, &nearest);
    worker_clear(&worker);
    return rc == ERR_OK && trace->t1_sid[0] == '\0' ? ERR_NOT_FOUND : rc;
}
