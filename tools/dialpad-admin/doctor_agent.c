#include "doctor_agent.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keys.h"
#include "auth/token.h"
#include "base/encode.h"
#include "base/json.h"
#include "call/call_url.h"
#include "directory/agent_address.h"
#include "doctor_signal.h"
#include "twilio/taskrouter_task.h"

enum {
    TOKEN_S = 5 * 60,
    INSIST_MS = 10 * 1000,
    RESERVATION_MS = 10 * 1000,
    POLL_MS = 250,
    BODY_SIZE = 192,
    PATH_SIZE = 256,
    QUERY_SIZE = 256
};

static bool sign_in(const struct config *config, struct doctor_agent *agent)
{
    struct keys keys;
    struct strbuf token;
    struct token_agent who = { .name = "" };
    sid_copy(who.worker_sid, agent->worker.sid);
    token_set_name(who.name, worker_display_name(&agent->worker));
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    enum err rc = token_set_contact_uri(who.contact_uri, agent->worker.contact_uri);
    if (rc == ERR_OK) rc = keys_derive(config, &keys);
    if (rc == ERR_OK) rc = token_session_sign(&token, keys.list[0], &who, clock_wall_s(), TOKEN_S);
    bool good = rc == ERR_OK && !strbuf_failed(&token);
    if (good) {
        snprintf(agent->header, sizeof agent->header, "X-Dialpad-Token: %s", token.buf);
        explicit_bzero(token.buf, token.len);
    }
    explicit_bzero(&keys, sizeof keys);
    strbuf_free(&token);
    return good;
}

bool doctor_agent_find(struct doctor *doctor, const char *name, struct doctor_agent *agent,
                       const char **why)
{
    struct worker *worker = &agent->worker;
    doctor_ask(doctor);
    enum err rc = sid_is_worker(name) ? taskrouter_worker_fetch(doctor->client, name, worker)
                                      : taskrouter_worker_find(doctor->client, name, worker);
    *why = NULL;
    if (rc == ERR_NOT_FOUND)
        *why = "no Worker has that friendly name";
    else if (rc == ERR_CONFLICT)
        *why = "several Workers have that friendly name";
    else if (rc != ERR_OK)
        *why = err_name(rc);
    else if (agent_address_settle(&doctor->config, worker) != ADDRESS_OK)
        *why = "this Worker has no address that may be called";
    else if (!sign_in(&doctor->config, agent))
        *why = "no session token can be signed";
    return *why == NULL;
}

void doctor_agent_clear(struct doctor_agent *agent)
{
    worker_clear(&agent->worker);
    explicit_bzero(agent->header, sizeof agent->header);
    explicit_bzero(agent->pass, sizeof agent->pass);
}

/* ---- our programs */

void doctor_answer_clear(struct doctor_answer *answer)
{
    cJSON_Delete(answer->json);
    answer->json = NULL;
}

static void say_why(struct doctor_answer *answer, const char *program,
                    const struct http_reply *reply)
{
    const cJSON *error = json_get_object(answer->json, "error");
    const char *code = json_get_string(error, "code");
    const char *message = json_get_string(error, "message");
    const int len = (int)strcspn(program, "?");
    if (answer->status == 0) {
        snprintf(answer->said, sizeof answer->said, "%.*s: %s", len, program, reply->problem);
    } else {
        snprintf(answer->said, sizeof answer->said, "%.*s answers %d %s: %s", len, program,
                 answer->status, code != NULL ? code : "", message != NULL ? message : "");
    }
}

void doctor_agent_ask(struct doctor *doctor, const struct doctor_agent *agent, const char *program,
                      const char *json, struct doctor_answer *answer)
{
    char url[DOCTOR_URL_SIZE];
    struct http_reply reply;
    doctor_program_url(doctor, program, url);
    const struct doctor_request request = { .url = url, .json = json, .header = agent->header };
    enum err rc = doctor_fetch(doctor, &request, &reply);
    *answer = (struct doctor_answer){ .status = rc == ERR_OK ? reply.status : 0 };
    if (json_parse_object(reply.body.buf, reply.body.len, &answer->json) != ERR_OK)
        answer->json = NULL;
    if (answer->status < 200 || answer->status > 299) say_why(answer, program, &reply);
    http_reply_free(&reply);
}

void doctor_agent_tell(struct doctor *doctor, const struct doctor_agent *agent, const char *program,
                       const char *more, struct doctor_answer *answer)
{
    char text[BODY_SIZE];
    const int64_t since_ms = clock_ms() - agent->heard_ms;
    if (more != NULL) {
        snprintf(text, sizeof text, "{\"taskSid\":\"%s\",\"heard\":\"%" PRId64 "\",%s}",
                 agent->task_sid, since_ms, more);
        doctor_agent_ask(doctor, agent, program, text, answer);
    } else if (agent->task_sid[0] != '\0') {
        snprintf(text, sizeof text, "%s?taskSid=%s&heard=%" PRId64, program, agent->task_sid,
                 since_ms);
        doctor_agent_ask(doctor, agent, text, NULL, answer);
    } else {
        doctor_agent_ask(doctor, agent, program, NULL, answer);
    }
}

void doctor_agent_insist(struct doctor *doctor, const struct doctor_agent *agent,
                         const char *program, const char *more, struct doctor_answer *answer)
{
    const int64_t by_ms = clock_ms() + INSIST_MS;
    doctor_agent_tell(doctor, agent, program, more, answer);
    while (answer->status == 503 && clock_ms() < by_ms && !doctor_signal_came()) {
        doctor_answer_clear(answer);
        clock_pause(POLL_MS);
        doctor_agent_tell(doctor, agent, program, more, answer);
    }
}

/* ---- TaskRouter */

static bool find_pending(struct doctor *doctor, const char *reservations, char sid[SID_SIZE])
{
    const cJSON *one = NULL;
    struct twilio_reply reply = { 0 };
    doctor_ask(doctor);
    sid[0] = '\0';
    if (twilio_client_get(doctor->client, TWILIO_TASKROUTER, reservations, NULL, &reply) ==
        ERR_OK) {
        cJSON_ArrayForEach(one, json_get_array(reply.json, "reservations"))
        {
            const char *status = json_get_string(one, "reservation_status");
            const char *found = json_get_string(one, "sid");
            if (status != NULL && strcmp(status, "pending") == 0 && sid_is_reservation(found))
                sid_copy(sid, found);
        }
    }
    twilio_reply_free(&reply);
    return sid[0] != '\0';
}

/* Parameters stand before the fragment, which is for Twilio alone. */
static void add_url(struct strbuf *form, const char *name, const struct config *config,
                    const char *program, const char *query)
{
    struct strbuf base;
    struct strbuf url;
    strbuf_init(&base, STRBUF_MAX_URL);
    strbuf_init(&url, STRBUF_MAX_URL);
    call_url(&base, config, program);
    const size_t end = strcspn(base.buf, "#");
    strbuf_add(&url, base.buf, end);
    strbuf_addf(&url, "?%s%s", query, base.buf + end);
    encode_form_pair(form, name, url.buf);
    strbuf_free(&url);
    strbuf_free(&base);
}

static void write_instruction(struct strbuf *form, const struct config *config,
                              const struct doctor_agent *agent, const char *twiml, const char *from)
{
    char program[PATH_SIZE];
    char query[QUERY_SIZE];
    const size_t len = strcspn(twiml, "?");
    snprintf(program, sizeof program, "%.*s", (int)len, twiml);
    encode_form_pair(form, "Instruction", "call");
    encode_form_pair(form, "CallFrom", from);
    /* Not what TaskRouter would dial, where the administrator's file gives another address. */
    encode_form_pair(form, "CallTo", agent->worker.contact_uri);
    encode_form_pair(form, "CallAccept", "true");
    encode_form_pair(form, "CallTimeout", "15");
    snprintf(query, sizeof query, "%s&pass=%s", twiml + len + 1, agent->pass);
    add_url(form, "CallUrl", config, program, query);
    snprintf(query, sizeof query, "taskSid=%s&pass=%s", agent->task_sid, agent->pass);
    add_url(form, "CallStatusCallbackUrl", config, "status-callback", query);
}

bool doctor_agent_dial(struct doctor *doctor, const struct doctor_agent *agent, const char *twiml,
                       const char *from, const char **why)
{
    char path[PATH_SIZE];
    char sid[SID_SIZE];
    struct strbuf form;
    struct twilio_reply reply = { 0 };
    const int64_t by_ms = clock_ms() + RESERVATION_MS;
    const size_t len =
        (size_t)snprintf(path, sizeof path, "/v1/Workspaces/%s/Tasks/%s/Reservations",
                         doctor->config.workspace_sid, agent->task_sid);
    while (!find_pending(doctor, path, sid)) {
        *why = "Twilio has reserved the Task for nobody within 10 s";
        if (clock_ms() > by_ms || doctor_signal_came()) return false;
        clock_pause(POLL_MS);
    }
    snprintf(path + len, sizeof path - len, "/%s", sid);
    strbuf_init(&form, STRBUF_MAX_FORM);
    write_instruction(&form, &doctor->config, agent, twiml, from);
    doctor_ask(doctor);
    enum err rc = strbuf_failed(&form) ? ERR_MEMORY
                                       : twilio_client_post(doctor->client, TWILIO_TASKROUTER, path,
                                                            form.buf, NULL, &reply);
    *why = "Twilio refuses to ring the softphone";
    twilio_reply_free(&reply);
    strbuf_free(&form);
    return rc == ERR_OK;
}

void doctor_agent_wrap_up(struct doctor *doctor, const struct doctor_agent *agent)
{
    if (agent->task_sid[0] == '\0') return;
    doctor_ask(doctor);
    /* A refusal is as good: the agent's own page, or one of our programs, was faster. */
    enum err rc = taskrouter_task_update_status(doctor->client, agent->task_sid, TASK_COMPLETED,
                                                "dialpad-admin doctor");
    (void)rc;
}
