/* What Voice has to say: the Conference, and the Call of each leg. */
#include "trace.h"

#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "twilio/twilio_resource.h"

enum { PATH_SIZE = 192 };

/* ---- the Conference */

static enum err first_sid(void *context, const cJSON *conference)
{
    struct trace *trace = context;
    if (trace->conference_sid[0] == '\0')
        twilio_resource_sid(conference, "sid", "CF", trace->conference_sid);
    return ERR_OK;
}

/* By its name, which follows from T1's SID and from one of our keys. */
static enum err find_conference(struct trace *trace)
{
    enum err rc = ERR_OK;
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/Conferences.json",
             trace->config->account_sid);
    for (size_t key = 0; key < trace->keys.count && rc == ERR_OK; key++) {
        char room[PASS_NAME_SIZE];
        struct strbuf query;
        if (trace->conference_sid[0] != '\0') break;
        strbuf_init(&query, STRBUF_MAX_URL);
        rc = pass_room(trace->passes, key, trace->t1_sid, room);
        if (rc == ERR_OK) encode_form_pair(&query, "FriendlyName", room);
        const struct twilio_resource_list list = { .host = TWILIO_API,
                                                   .path = path,
                                                   .query = &query,
                                                   .key = "conferences",
                                                   .each = first_sid };
        trace_ask(trace);
        if (rc == ERR_OK) rc = twilio_resource_each(trace->client, &list, trace);
        strbuf_free(&query);
    }
    return rc;
}

/* Whose leg that is: ROLE_NONE when it is neither's first one. */
static enum call_role role_of_leg(const struct trace *trace, const char *call_sid)
{
    enum call_role role = 0;
    while (role < ROLE__MAX && strcmp(trace->party[role].leg, call_sid) != 0)
        role++;
    return role;
}

static void tell_conference(struct trace *trace, const cJSON *conference)
{
    const char *status = json_get_string(conference, "status");
    const char *ended_by = json_get_string(conference, "call_sid_ending_conference");
    int64_t created_s = twilio_resource_time(conference, "date_created");
    int64_t updated_s = twilio_resource_time(conference, "date_updated");
    if (status == NULL) status = "unknown";
    twilio_resource_text(conference, "reason_conference_ended", trace->end_reason,
                         sizeof trace->end_reason);
    trace_add_second(trace, TRACE_CONFERENCE, created_s, false, "the Conference begins");
    if (strcmp(status, "completed") == 0) {
        bool by_leg = sid_is_call(ended_by);
        trace_add_second(trace, TRACE_CONFERENCE, updated_s, true,
                         "the Conference has ended: %s%s%s",
                         trace->end_reason[0] != '\0' ? trace->end_reason : "no reason given",
                         by_leg ? ", by the leg of " : "",
                         by_leg ? trace_name(trace, role_of_leg(trace, ended_by)) : "");
    }
    trace_say(trace, TRACE_CONFERENCE, "%s", status);
}

static void read_conference(struct trace *trace)
{
    struct twilio_reply reply = { 0 };
    enum err rc = find_conference(trace);
    if (rc != ERR_OK) {
        trace_say(trace, TRACE_CONFERENCE, "can't be read: %s", err_name(rc));
        return;
    }
    if (trace->conference_sid[0] == '\0') {
        trace_say(trace, TRACE_CONFERENCE, "none, or no longer kept");
        return;
    }
    rc = trace_fetch(trace, "Conferences", trace->conference_sid, &reply);
    if (rc == ERR_OK)
        tell_conference(trace, reply.json);
    else
        trace_say(trace, TRACE_CONFERENCE, "can't be read: %s", err_name(rc));
    twilio_reply_free(&reply);
}

/* ---- the legs */

static void tell_call(struct trace *trace, enum call_role role, const cJSON *call)
{
    struct trace_party *party = &trace->party[role];
    const char *name = trace_name(trace, role);
    const char *to = json_get_string(call, "to");
    int64_t began_s = twilio_resource_time(call, "start_time");
    if (began_s == 0) began_s = twilio_resource_time(call, "date_created");
    party->leg_ended_s = twilio_resource_time(call, "end_time");
    twilio_resource_text(call, "status", party->leg_status, sizeof party->leg_status);
    trace_add_second(trace, TRACE_CALLS, began_s, false, "the leg of %s begins, to %s", name,
                     to != NULL ? to : "nowhere");
    if (party->leg_ended_s > 0) {
        trace_add_second(trace, TRACE_CALLS, party->leg_ended_s, true,
                         "the leg of %s has ended: %s", name, party->leg_status);
    }
}

static void read_legs(struct trace *trace)
{
    int legs = 0, found = 0;
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        struct twilio_reply reply = { 0 };
        if (trace->party[role].leg[0] == '\0') continue;
        legs++;
        enum err rc = trace_fetch(trace, "Calls", trace->party[role].leg, &reply);
        if (rc == ERR_OK) {
            found++;
            tell_call(trace, role, reply.json);
        }
        twilio_reply_free(&reply);
    }
    trace_say(trace, TRACE_CALLS, "%d of %d legs", found, legs);
}

void trace_read_voice(struct trace *trace)
{
    read_legs(trace);
    read_conference(trace);
}
