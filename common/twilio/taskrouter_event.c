#include "twilio/taskrouter_event.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "twilio/taskrouter.h"
#include "twilio/twilio_resource.h"

static const char *const types[END__MAX] = {
    [END_COMPLETED] = "reservation.completed",
    [END_CANCELED] = "reservation.canceled",
    [END_TIMEOUT] = "reservation.timeout",
};

#define ALL_MINUTES "43200"
#define ALL_EVENTS  "200"

_Static_assert(TASKROUTER_EVENTS_DAYS * 24 * 60 == 43200, "ALL_MINUTES");
_Static_assert(TASKROUTER_EVENTS_MAX == 200, "ALL_EVENTS");

static void add_query(struct strbuf *query, const struct twilio_client *client,
                      const char *worker_sid, enum reservation_end end)
{
    encode_form_pair(query, "WorkerSid", worker_sid);
    encode_form_pair(query, "WorkflowSid", twilio_client_config(client)->workflow_sid);
    encode_form_pair(query, "EventType", types[end]);
    encode_form_pair(query, "Minutes", ALL_MINUTES);
    encode_form_pair(query, "PageSize", ALL_EVENTS);
}

/* Event data has numbers as such or as text. */
static int64_t number_of(const cJSON *data, const char *key)
{
    const char *text = json_get_string(data, key);
    return text != NULL ? strtoll(text, NULL, 10) : json_get_int64(data, key, 0);
}

static const char *reason_of(const cJSON *data)
{
    const char *reason = json_get_string(data, "task_canceled_reason");
    return reason != NULL ? reason : json_get_string(data, "task_completed_reason");
}

/* What isn't about a Task of this Worker's is left out. */
static enum err read_event(const cJSON *json, const char *worker_sid, enum reservation_end end,
                           struct reservation_events *events, int64_t *at_s)
{
    struct reservation_event event = { .end = end };
    const cJSON *data = json_get_object(json, "event_data");
    const char *owner = json_get_string(data, "worker_sid");
    event.at_s = *at_s = twilio_resource_time(json, "event_date");
    if (owner == NULL || strcmp(owner, worker_sid) != 0 || event.at_s == 0 ||
        !twilio_resource_sid(data, "task_sid", "WT", event.task_sid)) {
        return ERR_OK;
    }
    event.task_age_s = number_of(data, "task_age");
    event.reason = reason_of(data);
    event.attributes = twilio_resource_attributes(data, "task_attributes");
    if (event.attributes == NULL) return ERR_MEMORY;
    enum err rc = events->each(events->context, &event);
    cJSON_Delete(event.attributes);
    return rc;
}

static enum err read_events(const cJSON *page, const char *worker_sid, enum reservation_end end,
                            struct reservation_events *events)
{
    int64_t oldest_s = INT64_MAX;
    size_t count = 0;
    const cJSON *list = json_get_array(page, "events");
    if (list == NULL) return ERR_UPSTREAM;
    const cJSON *json;
    cJSON_ArrayForEach(json, list)
    {
        int64_t at_s;
        enum err rc = read_event(json, worker_sid, end, events, &at_s);
        if (rc != ERR_OK) return rc;
        if (at_s < oldest_s) oldest_s = at_s;
        count++;
    }
    if (count >= TASKROUTER_EVENTS_MAX && oldest_s > events->known_since_s)
        events->known_since_s = oldest_s;
    return ERR_OK;
}

static enum err ask(struct twilio_client *client, const char *path, const struct strbuf *query,
                    const char *worker_sid, enum reservation_end end,
                    struct reservation_events *events)
{
    struct twilio_reply reply = { 0 };
    enum err rc = twilio_client_get(client, TWILIO_TASKROUTER, path, query->buf, &reply);
    if (rc == ERR_OK) rc = read_events(reply.json, worker_sid, end, events);
    twilio_reply_free(&reply);
    return rc;
}

enum err taskrouter_events_of_worker(struct twilio_client *client, const char *worker_sid,
                                     struct reservation_events *events)
{
    char path[TASKROUTER_PATH_SIZE];
    struct strbuf queries[END__MAX];
    events->known_since_s = 0;
    enum err rc = taskrouter_path(client, "Events", NULL, NULL, "", path);
    for (enum reservation_end end = 0; end < END__MAX; end++) {
        strbuf_init(&queries[end], STRBUF_MAX_URL);
        add_query(&queries[end], client, worker_sid, end);
        if (rc == ERR_OK && strbuf_failed(&queries[end])) rc = ERR_MEMORY;
    }
    for (enum reservation_end end = 1; rc == ERR_OK && end < END__MAX; end++)
        twilio_client_ahead(client, TWILIO_TASKROUTER, path, queries[end].buf);
    for (enum reservation_end end = 0; rc == ERR_OK && end < END__MAX; end++)
        rc = ask(client, path, &queries[end], worker_sid, end, events);
    twilio_client_ahead_end(client);
    for (enum reservation_end end = 0; end < END__MAX; end++)
        strbuf_free(&queries[end]);
    return rc;
}
