#include "twilio/voice.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "twilio/twilio_resource.h"

enum { PATH_SIZE = 192 };

/* Conferences and Participants that are over say so in several ways besides a 404. */
enum { CODE_UNKNOWN_CONFERENCE = 16003, CODE_CONFERENCE_OVER = 16022 };

static bool is_over(const struct twilio_reply *reply)
{
    return reply->status == 404 || reply->code == TWILIO_CODE_CALL_NOT_LIVE ||
           reply->code == CODE_UNKNOWN_CONFERENCE || reply->code == CODE_CONFERENCE_OVER;
}

/* Without ".json" this API answers in XML. */
static enum err account_path(const struct twilio_client *client, char path[PATH_SIZE],
                             const char *resource)
{
    int len = snprintf(path, PATH_SIZE, "/2010-04-01/Accounts/%s/%s.json",
                       twilio_client_config(client)->account_sid, resource);
    return len > 0 && len < PATH_SIZE ? ERR_OK : ERR_INTERNAL;
}

static enum err call_path(const struct twilio_client *client, const char *call_sid,
                          char path[PATH_SIZE])
{
    char resource[64];
    if (!sid_is_call(call_sid)) return ERR_INPUT;
    snprintf(resource, sizeof resource, "Calls/%s", call_sid);
    return account_path(client, path, resource);
}

static enum err conference_path(const struct twilio_client *client, const char *conference_sid,
                                const char *below, char path[PATH_SIZE])
{
    char resource[64];
    if (!sid_is_conference(conference_sid)) return ERR_INPUT;
    snprintf(resource, sizeof resource, "Conferences/%s%s", conference_sid, below);
    return account_path(client, path, resource);
}

static enum err participant_path(const struct twilio_client *client, const char *conference_sid,
                                 const char *call_sid, char path[PATH_SIZE])
{
    char resource[128];
    if (!sid_is_conference(conference_sid) || !sid_is_call(call_sid)) return ERR_INPUT;
    snprintf(resource, sizeof resource, "Conferences/%s/Participants/%s", conference_sid, call_sid);
    return account_path(client, path, resource);
}

static bool text_is(const cJSON *json, const char *key, const char *wanted)
{
    const char *text = json_get_string(json, key);
    return text != NULL && strcmp(text, wanted) == 0;
}

/*
 * An account places so many calls a second, and the others wait: the log says for how long.
 * https://www.twilio.com/docs/voice/api/call-resource, QueueTime: milliseconds, as text.
 */
static void note_queue_time(const cJSON *json)
{
    const char *queue_time = json_get_string(json, "queue_time");
    if (queue_time != NULL && strcmp(queue_time, "0") != 0 &&
        strspn(queue_time, "0123456789") == strlen(queue_time)) {
        log_note(LOG_QUEUED_MS, queue_time);
    }
}

enum err voice_call_fetch(struct twilio_client *client, const char *call_sid,
                          struct voice_call *call)
{
    char path[PATH_SIZE];
    struct voice_call fresh;
    struct twilio_reply reply = { 0 };
    enum err rc = call_path(client, call_sid, path);
    if (rc == ERR_OK) rc = twilio_client_get(client, TWILIO_API, path, NULL, &reply);
    if (rc != ERR_OK) goto out;
    rc = ERR_UPSTREAM;
    if (!twilio_resource_sid(reply.json, "sid", "CA", fresh.sid)) goto out;
    note_queue_time(reply.json);
    twilio_resource_text(reply.json, "to", fresh.to, sizeof fresh.to);
    twilio_resource_text(reply.json, "from", fresh.from, sizeof fresh.from);
    fresh.waiting =
        text_is(reply.json, "status", "queued") || text_is(reply.json, "status", "ringing");
    fresh.live = fresh.waiting || text_is(reply.json, "status", "in-progress");
    *call = fresh;
    rc = ERR_OK;
out:
    twilio_reply_free(&reply);
    return rc;
}

enum err voice_call_complete(struct twilio_client *client, const char *call_sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = call_path(client, call_sid, path);
    if (rc == ERR_OK)
        rc = twilio_client_post(client, TWILIO_API, path, "Status=completed", NULL, &reply);
    if ((rc == ERR_REFUSED || rc == ERR_NOT_FOUND) && is_over(&reply)) rc = ERR_OK;
    twilio_reply_free(&reply);
    return rc;
}

static bool conference_status_parse(const char *text, enum conference_status *status)
{
    static const char *const names[] = {
        [CONFERENCE_INIT] = "init",
        [CONFERENCE_IN_PROGRESS] = "in-progress",
        [CONFERENCE_COMPLETED] = "completed",
    };
    for (size_t i = 0; text != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *status = (enum conference_status)i;
            return true;
        }
    }
    return false;
}

static enum err conference_from_json(const cJSON *json, struct conference *conference)
{
    struct conference fresh;
    if (!twilio_resource_sid(json, "sid", "CF", fresh.sid) ||
        !conference_status_parse(json_get_string(json, "status"), &fresh.status)) {
        return ERR_UPSTREAM;
    }
    twilio_resource_text(json, "friendly_name", fresh.friendly_name, sizeof fresh.friendly_name);
    *conference = fresh;
    return ERR_OK;
}

struct conference_search {
    const char *friendly_name;
    struct conference newest;
    int64_t created_s;
    bool found;
};

static enum err match_conference(void *context, const cJSON *json)
{
    struct conference_search *search = context;
    struct conference conference;
    enum err rc = conference_from_json(json, &conference);
    if (rc != ERR_OK) return rc;
    if (conference.status == CONFERENCE_COMPLETED ||
        strcmp(conference.friendly_name, search->friendly_name) != 0) {
        return ERR_OK;
    }
    /* Lists begin with the newest: of two made in one second the first one counts. */
    int64_t created_s = twilio_resource_time(json, "date_created");
    if (!search->found || created_s > search->created_s) {
        search->newest = conference;
        search->created_s = created_s;
        search->found = true;
    }
    return ERR_OK;
}

enum err voice_conference_find(struct twilio_client *client, const char *friendly_name,
                               struct conference *conference)
{
    char path[PATH_SIZE];
    struct strbuf query;
    struct conference_search search = { .friendly_name = friendly_name };

    strbuf_init(&query, STRBUF_MAX_URL);
    encode_form_pair(&query, "FriendlyName", friendly_name);
    encode_form_pair(&query, "PageSize", "20");
    const struct twilio_resource_list list = {
        .host = TWILIO_API,
        .path = path,
        .query = &query,
        .key = "conferences",
        .each = match_conference,
    };
    enum err rc = account_path(client, path, "Conferences");
    if (rc == ERR_OK) rc = twilio_resource_each(client, &list, &search);
    if (rc == ERR_OK && !search.found) rc = ERR_NOT_FOUND;
    if (rc == ERR_OK) *conference = search.newest;
    strbuf_free(&query);
    return rc;
}

/* ERR_OK if it is over, ERR_REFUSED if it isn't. */
static enum err conference_is_over(struct twilio_client *client, const char *path)
{
    struct twilio_reply reply = { 0 };
    struct conference conference;
    enum err rc = twilio_client_get(client, TWILIO_API, path, NULL, &reply);
    if (rc == ERR_OK) rc = conference_from_json(reply.json, &conference);
    if (rc == ERR_OK && conference.status != CONFERENCE_COMPLETED) rc = ERR_REFUSED;
    if (rc == ERR_NOT_FOUND) rc = ERR_OK;
    twilio_reply_free(&reply);
    return rc;
}

enum err voice_conference_complete(struct twilio_client *client, const char *conference_sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = conference_path(client, conference_sid, "", path);
    if (rc == ERR_OK)
        rc = twilio_client_post(client, TWILIO_API, path, "Status=completed", NULL, &reply);
    /* Twilio has answered 400 for Conferences in odd states: what counts is how it is now. */
    if (rc == ERR_REFUSED || rc == ERR_CONFLICT) rc = conference_is_over(client, path);
    if (rc == ERR_NOT_FOUND) rc = ERR_OK;
    twilio_reply_free(&reply);
    return rc;
}

static enum err participant_from_json(const cJSON *json, struct participant *participant)
{
    struct participant fresh;
    const char *status = json_get_string(json, "status");
    if (!twilio_resource_sid(json, "call_sid", "CA", fresh.call_sid)) return ERR_UPSTREAM;
    fresh.hold = json_get_bool(json, "hold", false);
    fresh.muted = json_get_bool(json, "muted", false);
    fresh.connected = status == NULL || strcmp(status, "connected") == 0;
    twilio_resource_text(json, "label", fresh.label, sizeof fresh.label);
    *participant = fresh;
    return ERR_OK;
}

static enum err add_participant(void *context, const cJSON *json)
{
    struct participants *participants = context;
    if (participants->count == VOICE_PARTICIPANTS_MAX) return ERR_OK;
    enum err rc = participant_from_json(json, &participants->list[participants->count]);
    if (rc == ERR_OK) participants->count++;
    return rc;
}

enum err voice_participants_list(struct twilio_client *client, const char *conference_sid,
                                 struct participants *participants)
{
    char path[PATH_SIZE];
    struct participants found = { .count = 0 };
    const struct twilio_resource_list list = {
        .host = TWILIO_API,
        .path = path,
        .key = "participants",
        .each = add_participant,
    };
    enum err rc = conference_path(client, conference_sid, "/Participants", path);
    if (rc == ERR_OK) rc = twilio_resource_each(client, &list, &found);
    if (rc == ERR_NOT_FOUND) rc = ERR_OK;
    if (rc == ERR_OK) *participants = found;
    return rc;
}

enum err voice_participant_fetch(struct twilio_client *client, const char *conference_sid,
                                 const char *call_sid, struct participant *participant)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = participant_path(client, conference_sid, call_sid, path);
    if (rc == ERR_OK) rc = twilio_client_get(client, TWILIO_API, path, NULL, &reply);
    if (rc == ERR_OK) rc = participant_from_json(reply.json, participant);
    if (rc == ERR_REFUSED && is_over(&reply)) rc = ERR_NOT_FOUND;
    twilio_reply_free(&reply);
    return rc;
}

enum err voice_participant_hold(struct twilio_client *client, const char *conference_sid,
                                const char *call_sid, bool hold, const char *hold_url)
{
    char path[PATH_SIZE];
    struct strbuf form;
    struct twilio_reply reply = { 0 };

    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "Hold", hold ? "true" : "false");
    if (hold && hold_url != NULL) {
        encode_form_pair(&form, "HoldUrl", hold_url);
        encode_form_pair(&form, "HoldMethod", "POST");
    }
    enum err rc = participant_path(client, conference_sid, call_sid, path);
    if (rc == ERR_OK) rc = twilio_resource_post(client, TWILIO_API, path, &form, NULL, &reply);
    if (rc == ERR_REFUSED && is_over(&reply)) rc = ERR_NOT_FOUND;
    strbuf_free(&form);
    twilio_reply_free(&reply);
    return rc;
}

/* What the new leg is to be: it comes into a call that is under way and changes nothing there. */
static void participant_form(struct strbuf *form, const char *to, const char *from, int timeout_s)
{
    encode_form_pair(form, "To", to);
    encode_form_pair(form, "From", from);
    encode_form_pair(form, "Beep", "false");
    encode_form_pair(form, "EndConferenceOnExit", "false");
    strbuf_addf(form, "&Timeout=%d", timeout_s);
}

enum err voice_participant_dial(struct twilio_client *client, const char *conference_sid,
                                const char *to, const char *from, int timeout_s,
                                char call_sid[SID_SIZE])
{
    char path[PATH_SIZE];
    struct strbuf form;
    struct twilio_reply reply = { 0 };

    strbuf_init(&form, STRBUF_MAX_FORM);
    participant_form(&form, to, from, timeout_s);
    enum err rc = conference_path(client, conference_sid, "/Participants", path);
    if (rc == ERR_OK) rc = twilio_resource_post(client, TWILIO_API, path, &form, NULL, &reply);
    if (rc == ERR_REFUSED && is_over(&reply)) rc = ERR_NOT_FOUND;
    if (rc == ERR_OK && !twilio_resource_sid(reply.json, "call_sid", "CA", call_sid))
        rc = ERR_UPSTREAM;
    strbuf_free(&form);
    twilio_reply_free(&reply);
    return rc;
}

enum err voice_participant_kick(struct twilio_client *client, const char *conference_sid,
                                const char *call_sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = participant_path(client, conference_sid, call_sid, path);
    if (rc == ERR_OK) rc = twilio_client_delete(client, TWILIO_API, path, &reply);
    if (rc == ERR_REFUSED && is_over(&reply)) rc = ERR_OK;
    twilio_reply_free(&reply);
    return rc;
}

enum err voice_participant_put_out(struct twilio_client *client, const char *conference_sid,
                                   const char *call_sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    enum err rc = participant_path(client, conference_sid, call_sid, path);
    if (rc == ERR_OK) {
        rc = twilio_client_post(client, TWILIO_API, path, "Hold=false&EndConferenceOnExit=false",
                                NULL, &reply);
    }
    bool gone = (rc == ERR_REFUSED && is_over(&reply)) || rc == ERR_NOT_FOUND;
    twilio_reply_free(&reply);
    if (gone) return ERR_OK;
    return rc == ERR_OK ? voice_participant_kick(client, conference_sid, call_sid) : rc;
}
