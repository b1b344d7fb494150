#include "doctor_experiment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/pass.h"
#include "base/encode.h"
#include "base/json.h"
#include "doctor_signal.h"
#include "twilio/twilio_resource.h"

enum { PATIENCE_MS = 8 * 1000, POLL_MS = 100, PATH_SIZE = 192, TEXT_SIZE = 256 };
enum { ETAG_SIZE = 64 }; /* as in struct twilio_reply */

static enum err get(struct doctor *doctor, enum twilio_host host, const char *path,
                    const char *query, struct twilio_reply *reply)
{
    doctor_ask(doctor);
    return twilio_client_get(doctor->client, host, path, query, reply);
}

static void task_path(const struct doctor *doctor, const char *t1_sid, char path[PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "/v1/Workspaces/%s/Tasks/%s", doctor->config.workspace_sid, t1_sid);
}

/* "" where it can't be read. */
static void text_of(const struct twilio_reply *reply, const char *key, char text[TEXT_SIZE])
{
    text[0] = '\0';
    if (reply->json != NULL) twilio_resource_text(reply->json, key, text, TEXT_SIZE);
}

/* ---- Tasks: how late, which form of ETag, what a list holds */

/* Writing over what isn't known would erase the statement that the call rests on. */
static bool may_change(const struct twilio_reply *task)
{
    return task->etag[0] != '\0' && json_get_string(task->json, "attributes") != NULL;
}

/* One of the forms of If-Match, with the Attributes as they are; `etag` becomes the new one. */
static int change_if(struct doctor *doctor, const char *path, const struct twilio_reply *task,
                     bool quoted, char etag[ETAG_SIZE])
{
    char bare[ETAG_SIZE];
    char if_match[ETAG_SIZE + 2];
    struct strbuf form;
    struct twilio_reply reply = { 0 };
    size_t len = 0;
    for (const char *p = task->etag; *p != '\0'; p++)
        if (*p != '"') bare[len++] = *p;
    bare[len] = '\0';
    snprintf(if_match, sizeof if_match, quoted ? "\"%s\"" : "%s", bare);
    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "Attributes", json_get_string(task->json, "attributes"));
    doctor_ask(doctor);
    enum err rc =
        twilio_resource_post(doctor->client, TWILIO_TASKROUTER, path, &form, if_match, &reply);
    snprintf(etag, ETAG_SIZE, "%s", rc == ERR_OK ? reply.etag : task->etag);
    const int status = reply.status;
    twilio_reply_free(&reply);
    strbuf_free(&form);
    return status;
}

/* As it is now: REST may show the version of before for a while. */
static void read_again(struct doctor *doctor, const char *path, const char *etag,
                       struct twilio_reply *task)
{
    const int64_t by_ms = clock_ms() + PATIENCE_MS;
    for (;;) {
        twilio_reply_free(task);
        if (get(doctor, TWILIO_TASKROUTER, path, NULL, task) == ERR_OK &&
            strcmp(task->etag, etag) == 0) {
            return;
        }
        if (clock_ms() > by_ms || doctor_signal_came()) return;
        clock_pause(POLL_MS);
    }
}

static void look_at_etag(struct doctor *doctor, const char *path, struct twilio_reply *task)
{
    char etag[ETAG_SIZE];
    const bool comes_quoted = strchr(task->etag, '"') != NULL;
    int quoted = 0; /* not tried */
    if (!may_change(task)) {
        doctor_note(doctor, DOCTOR_OK, "experiment.etag", "",
                    "the Task comes with no ETag or no attributes: nothing was tried");
        return;
    }
    const int bare = change_if(doctor, path, task, false, etag);
    read_again(doctor, path, etag, task);
    if (may_change(task)) quoted = change_if(doctor, path, task, true, etag);
    doctor_note(doctor, DOCTOR_OK, "experiment.etag", "",
                "an ETag comes %s; If-Match bare: %d, quoted: %d", comes_quoted ? "quoted" : "bare",
                bare, quoted);
}

static const cJSON *find_task(const cJSON *list, const char *sid)
{
    const cJSON *task = NULL;
    cJSON_ArrayForEach(task, json_get_array(list, "tasks"))
    {
        const char *found = json_get_string(task, "sid");
        if (found != NULL && strcmp(found, sid) == 0) return task;
    }
    return NULL;
}

static void look_at_list(struct doctor *doctor, const char *t1_sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    snprintf(path, sizeof path, "/v1/Workspaces/%s/Tasks", doctor->config.workspace_sid);
    enum err rc =
        get(doctor, TWILIO_TASKROUTER, path,
            "AssignmentStatus=pending%2Creserved%2Cassigned%2Cwrapping&PageSize=1000", &reply);
    const cJSON *task = rc == ERR_OK ? find_task(reply.json, t1_sid) : NULL;
    const char *attributes = task != NULL ? json_get_string(task, "attributes") : NULL;
    doctor_note(doctor, DOCTOR_OK, "experiment.list", "",
                "several states in one list: status %d, our Task %s in it, its attributes %s",
                reply.status, task != NULL ? "is" : "isn't", attributes != NULL ? "too" : "aren't");
    twilio_reply_free(&reply);
}

void doctor_experiment_task(struct doctor *doctor, const char *t1_sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    const int64_t began_ms = clock_ms();
    if (!doctor->experiment) return;
    task_path(doctor, t1_sid, path);
    enum err rc = get(doctor, TWILIO_TASKROUTER, path, NULL, &reply);
    while (rc != ERR_OK && clock_ms() - began_ms < PATIENCE_MS && !doctor_signal_came()) {
        twilio_reply_free(&reply);
        clock_pause(POLL_MS);
        rc = get(doctor, TWILIO_TASKROUTER, path, NULL, &reply);
    }
    const int64_t after_ms = clock_ms() - began_ms;
    if (rc == ERR_OK) {
        doctor_note(doctor, DOCTOR_OK, "experiment.task", "",
                    "REST knows a Task %" PRId64 " ms after it was made: status %d", after_ms,
                    reply.status);
        look_at_etag(doctor, path, &reply);
    } else {
        doctor_note(doctor, DOCTOR_OK, "experiment.task", "",
                    "REST doesn't know a Task within %" PRId64 " ms: status %d", after_ms,
                    reply.status);
    }
    twilio_reply_free(&reply);
    look_at_list(doctor, t1_sid);
}

/* ---- the leg that reservation.call places */

static bool read_leg(struct doctor *doctor, const char *t1_sid, char call_sid[SID_SIZE])
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    bool known = false;
    task_path(doctor, t1_sid, path);
    if (get(doctor, TWILIO_TASKROUTER, path, NULL, &reply) == ERR_OK) {
        cJSON *attributes = twilio_resource_attributes(reply.json, "attributes");
        known = twilio_resource_sid(attributes, "worker_call_sid", "CA", call_sid);
        cJSON_Delete(attributes);
    }
    twilio_reply_free(&reply);
    return known;
}

/* What follows a '?' in a softphone's address is for the softphone. */
static bool is_to(const char *to, const char *address)
{
    const size_t len = strcspn(to, "?");
    return strlen(address) == len && strncmp(to, address, len) == 0;
}

static void look_at_leg(struct doctor *doctor, const char *call_sid, const char *address,
                        int64_t known_ms)
{
    char path[PATH_SIZE];
    char to[TEXT_SIZE];
    char direction[TEXT_SIZE];
    char queue_time[TEXT_SIZE];
    struct twilio_reply reply = { 0 };
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/Calls/%s.json", doctor->config.account_sid,
             call_sid);
    enum err rc = get(doctor, TWILIO_API, path, NULL, &reply);
    (void)rc; /* a refusal is an answer, too */
    text_of(&reply, "to", to);
    text_of(&reply, "direction", direction);
    text_of(&reply, "queue_time", queue_time);
    doctor_note(doctor, DOCTOR_OK, "experiment.leg", "",
                "T1 has its worker_call_sid %" PRId64 " ms after the instruction; the Call: status "
                "%d, to %s address, direction %s, queue_time %s",
                known_ms, reply.status, is_to(to, address) ? "the caller's" : "another", direction,
                queue_time);
    twilio_reply_free(&reply);
}

void doctor_experiment_leg(struct doctor *doctor, const char *t1_sid, const char *address)
{
    char call_sid[SID_SIZE];
    const int64_t began_ms = clock_ms();
    if (!doctor->experiment) return;
    while (!read_leg(doctor, t1_sid, call_sid)) {
        if (clock_ms() - began_ms > PATIENCE_MS || doctor_signal_came()) {
            doctor_note(doctor, DOCTOR_OK, "experiment.leg", "",
                        "T1 has no worker_call_sid within %" PRId64 " ms", clock_ms() - began_ms);
            return;
        }
        clock_pause(POLL_MS);
    }
    look_at_leg(doctor, call_sid, address, clock_ms() - began_ms);
}

/* ---- the Conference */

static bool write_room(struct doctor *doctor, const char *t1_sid, struct strbuf *query)
{
    char room[PASS_NAME_SIZE];
    struct keys keys;
    struct pass_keys *passes = NULL;
    enum err rc = keys_derive(&doctor->config, &keys);
    if (rc == ERR_OK) rc = pass_keys_new(&keys, &passes);
    if (rc == ERR_OK) rc = pass_room(passes, 0, t1_sid, room);
    if (rc == ERR_OK) encode_form_pair(query, "FriendlyName", room);
    pass_keys_free(passes);
    explicit_bzero(&keys, sizeof keys);
    return rc == ERR_OK && !strbuf_failed(query);
}

static int count_participants(struct doctor *doctor, const char *conference_sid, int *labeled)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    const cJSON *one = NULL;
    int count = 0;
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/Conferences/%s/Participants.json",
             doctor->config.account_sid, conference_sid);
    *labeled = 0;
    if (get(doctor, TWILIO_API, path, NULL, &reply) == ERR_OK) {
        cJSON_ArrayForEach(one, json_get_array(reply.json, "participants"))
        {
            count++;
            if (json_get_string(one, "label") != NULL) (*labeled)++;
        }
    }
    twilio_reply_free(&reply);
    return count;
}

void doctor_experiment_room(struct doctor *doctor, const char *t1_sid, int legs)
{
    char path[PATH_SIZE];
    char sid[SID_SIZE] = "";
    char status[128] = "";
    int labeled = 0;
    struct strbuf query;
    struct twilio_reply reply = { 0 };
    if (!doctor->experiment) return;
    strbuf_init(&query, STRBUF_MAX_URL);
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/Conferences.json",
             doctor->config.account_sid);
    if (write_room(doctor, t1_sid, &query) &&
        get(doctor, TWILIO_API, path, query.buf, &reply) == ERR_OK) {
        const cJSON *first = cJSON_GetArrayItem(json_get_array(reply.json, "conferences"), 0);
        twilio_resource_text(first, "status", status, sizeof status);
        twilio_resource_sid(first, "sid", "CF", sid);
    }
    const int count = sid[0] != '\0' ? count_participants(doctor, sid, &labeled) : 0;
    doctor_note(doctor, DOCTOR_OK, legs == 1 ? "experiment.lone" : "experiment.both", "",
                "with %d in the Conference REST says: status %s, %d participants, %d with a label",
                legs, status[0] != '\0' ? status : "unknown", count, labeled);
    twilio_reply_free(&reply);
    strbuf_free(&query);
}
