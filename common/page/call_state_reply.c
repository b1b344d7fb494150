#include "page/call_state_reply.h"

#include "base/json.h"

enum err call_state_reply_none(struct response *response)
{
    strbuf_addstr(&response->body, "{\"taskSid\":null,\"role\":null,\"state\":\"none\","
                                   "\"outcome\":null,\"other\":null,"
                                   "\"hold\":{\"me\":false,\"other\":false},"
                                   "\"connectedAt\":null}");
    return response_json_body(response, 200);
}

static enum err set_text(cJSON *object, const char *key, const char *text)
{
    return text != NULL && *text != '\0' ? json_set_string(object, key, text)
                                         : json_set_null(object, key);
}

static enum err set_other(cJSON *answer, const struct token_statement *who, enum call_role role)
{
    const struct token_agent *agent = &who->party[call_rules_other(role)];
    cJSON *other = json_add_object(answer, "other");
    if (other == NULL) return ERR_MEMORY;
    enum err rc = json_set_string(other, "sid", agent->worker_sid);
    if (rc == ERR_OK) rc = json_set_string(other, "name", agent->name);
    if (rc == ERR_OK && agent->friendly_name[0] != '\0')
        rc = json_set_string(other, "friendlyName", agent->friendly_name);
    return rc;
}

static enum err set_hold(cJSON *answer, const struct call_report *report)
{
    cJSON *hold = json_add_object(answer, "hold");
    if (hold == NULL) return ERR_MEMORY;
    enum err rc = json_set_bool(hold, "me", report->my_leg_held);
    if (rc == ERR_OK) rc = json_set_bool(hold, "other", report->others_leg_held);
    return rc;
}

/* What the two have sent each other beside the call. */
static enum err set_lines(cJSON *answer, const struct call_facts *facts)
{
    enum err rc = ERR_OK;
    if (facts->note[0] != '\0') rc = json_set_string(answer, "note", facts->note);
    if (rc == ERR_OK && facts->reply[0] != '\0')
        rc = json_set_string(answer, "reply", facts->reply);
    return rc;
}

static enum err set_legs(cJSON *answer, const struct call_report *report)
{
    cJSON *legs = cJSON_AddArrayToObject(answer, "legs");
    if (legs == NULL) return ERR_MEMORY;
    for (size_t i = 0; i < report->my_leg_count; i++) {
        cJSON *leg = cJSON_CreateString(report->my_legs[i]);
        if (!cJSON_AddItemToArray(legs, leg)) {
            cJSON_Delete(leg);
            return ERR_MEMORY;
        }
    }
    return ERR_OK;
}

enum err call_state_reply(struct response *response, const char *task_sid, const struct call *call,
                          enum call_role role, const struct call_report *report, bool with_legs)
{
    enum err rc = ERR_MEMORY;
    cJSON *answer = cJSON_CreateObject();
    if (answer == NULL) goto out;
    rc = json_set_string(answer, "taskSid", task_sid);
    if (rc == ERR_OK) rc = json_set_string(answer, "role", call_rules_role_name(role));
    if (rc == ERR_OK) rc = json_set_string(answer, "state", call_rules_state_name(report->state));
    if (rc == ERR_OK) rc = set_text(answer, "outcome", call_rules_outcome_name(report->outcome));
    if (rc == ERR_OK) rc = set_other(answer, &call->who, role);
    if (rc == ERR_OK) rc = set_hold(answer, report);
    if (rc == ERR_OK && report->pass[0] != '\0') rc = json_set_string(answer, "pass", report->pass);
    if (rc == ERR_OK) rc = set_lines(answer, &call->facts);
    if (rc == ERR_OK && with_legs) rc = set_legs(answer, report);
    if (rc == ERR_OK) rc = set_text(answer, "connectedAt", report->connected_at);
    if (rc == ERR_OK) rc = response_json(response, 200, answer);
out:
    cJSON_Delete(answer);
    return rc;
}
