/*
 * call-state: how is my call? The page asks every few seconds while it calls, after each reconnect,
 * and whenever something has moved; it never decides an outcome by itself.
 */
#include "call_report.h"
#include "endpoint.h"
#include "json.h"
#include "page_call.h"
#include "sid.h"

enum { P_TASK_SID, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", false, PARAM_TEXT, sid_is_task },
};

static enum err no_call(struct response *response)
{
    strbuf_addstr(&response->body, "{\"taskSid\":null,\"role\":null,\"state\":\"none\","
                                   "\"outcome\":null,\"other\":null,"
                                   "\"hold\":{\"me\":false,\"other\":false},"
                                   "\"legs\":[],\"connectedAt\":null}");
    return response_body(response, 200, "application/json; charset=utf-8");
}

static enum err set_text(cJSON *object, const char *key, const char *text)
{
    return text != NULL && *text != '\0' ? json_set_string(object, key, text)
                                         : json_set_null(object, key);
}

static enum err set_other(cJSON *answer, const struct token_statement *who, enum call_role role)
{
    bool caller = role == ROLE_CALLER;
    cJSON *other = json_add_object(answer, "other");
    if (other == NULL) return ERR_MEMORY;
    enum err rc = json_set_string(other, "sid", caller ? who->callee_sid : who->caller_sid);
    if (rc == ERR_OK) {
        rc = json_set_string(other, "name", caller ? who->callee_name : who->caller_name);
    }
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

static enum err answer_with(struct response *response, const char *task_sid,
                            const struct call *call, enum call_role role,
                            const struct call_report *report)
{
    enum err rc = ERR_MEMORY;
    cJSON *answer = cJSON_CreateObject();
    if (answer == NULL) goto out;
    rc = json_set_string(answer, "taskSid", task_sid);
    if (rc == ERR_OK) rc = set_text(answer, "role", role == ROLE_CALLER ? "caller" : "callee");
    if (rc == ERR_OK) rc = json_set_string(answer, "state", call_state_name(report->state));
    if (rc == ERR_OK) rc = set_text(answer, "outcome", call_outcome_name(report->outcome));
    if (rc == ERR_OK) rc = set_other(answer, &call->who, role);
    if (rc == ERR_OK) rc = set_hold(answer, report);
    if (rc == ERR_OK) rc = set_legs(answer, report);
    if (rc == ERR_OK) rc = set_text(answer, "connectedAt", report->connected_at);
    if (rc == ERR_OK) rc = response_json(response, 200, answer);
out:
    cJSON_Delete(answer);
    return rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_flow flow = page_flow(service);
    const char *asked = request_param(request, P_TASK_SID);
    const char *worker_sid = request->agent.worker_sid;
    struct call call = { 0 };
    struct call_report report;
    enum call_role role;
    char open_sid[SID_SIZE] = "";
    enum err rc;
    if (asked != NULL) {
        rc = page_call_load(service, request, response, asked, &call, &role);
    } else {
        rc = call_find_open(&flow, worker_sid, &call, open_sid);
        if (rc == ERR_NOT_FOUND) {
            rc = no_call(response);
            goto out;
        }
        role = rc == ERR_OK ? internal_call_role(&call.who, worker_sid) : ROLE_NONE;
    }
    if (rc == ERR_OK) rc = call_report(&flow, &call, role, &report);
    if (rc == ERR_OK) {
        rc = answer_with(response, asked != NULL ? asked : open_sid, &call, role, &report);
    }
out:
    call_clear(&call);
    return rc;
}

static const struct endpoint self = {
    .name = "call-state",
    .methods = METHOD_GET,
    .auth = AUTH_AGENT,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = twilio_client_free,
};

int main(void)
{
    return endpoint_run(&self);
}
