#include "page/session_reply.h"

#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "call/call_url.h"
#include "web/endpoint.h"

/* A Voice identity is the contact_uri without its scheme. */
static const char *identity_of(const struct worker *worker)
{
    return strchr(worker->contact_uri, ':') + 1;
}

/* One text that is built in a strbuf and becomes a member. */
static enum err add_built(cJSON *object, const char *key, struct strbuf *text, enum err rc)
{
    if (rc == ERR_OK && strbuf_failed(text)) rc = ERR_MEMORY;
    if (rc == ERR_OK) rc = json_set_string(object, key, text->buf);
    strbuf_reset(text);
    return rc;
}

static enum err add_worker(cJSON *answer, const struct worker *worker)
{
    cJSON *object = json_add_object(answer, "worker");
    if (object == NULL) return ERR_MEMORY;
    enum err rc = json_set_string(object, "sid", worker->sid);
    if (rc == ERR_OK) rc = json_set_string(object, "friendlyName", worker->friendly_name);
    if (rc == ERR_OK) rc = json_set_string(object, "name", worker_display_name(worker));
    if (rc == ERR_OK) rc = json_set_string(object, "contactUri", worker->contact_uri);
    return rc;
}

static bool has_region(const struct config *config)
{
    return config->region != NULL && strcmp(config->region, "us1") != 0;
}

/*
 * Where the TaskRouter SDK connects. It takes both addresses or none, and its own default is us1.
 */
static enum err add_bridge(cJSON *taskrouter, const struct config *config, struct strbuf *text)
{
    struct strbuf http;
    strbuf_init(&http, STRBUF_MAX_URL);
    if (config->event_bridge_url != NULL) {
        strbuf_addstr(&http, config->event_bridge_url);
    } else if (has_region(config)) {
        strbuf_addf(&http, "https://event-bridge.%s.twilio.com/v1/wschannels", config->region);
    }
    enum err rc = ERR_OK;
    if (http.len > 0) {
        rc = json_set_string(taskrouter, "ebServer", http.buf);
        /* http → ws, https → wss */
        strbuf_addf(text, "ws%s", http.buf + strlen("http"));
        rc = add_built(taskrouter, "wsServer", text, rc);
    }
    strbuf_free(&http);
    return rc;
}

static enum err add_signaling(cJSON *voice, const struct config *config, struct strbuf *text)
{
    if (config->voice_signaling_host != NULL) {
        strbuf_addstr(text, config->voice_signaling_host);
    } else if (config->edge != NULL) {
        strbuf_addf(text, "voice-js.%s.twilio.com", config->edge);
    } else {
        return ERR_OK;
    }
    return add_built(voice, "signalingHost", text, ERR_OK);
}

static enum err add_twilio_tokens(cJSON *answer, const struct config *config,
                                  const struct worker *worker, int64_t now_s, struct strbuf *text)
{
    const struct token_account account = {
        .account_sid = config->account_sid,
        .workspace_sid = config->workspace_sid,
        .api_key = config->api_key,
        .api_secret = config->api_secret,
        .region = config->region,
    };
    const char *identity = identity_of(worker);
    cJSON *taskrouter = json_add_object(answer, "taskrouter");
    cJSON *voice = json_add_object(answer, "voice");
    if (taskrouter == NULL || voice == NULL) return ERR_MEMORY;
    enum err rc =
        token_taskrouter(text, &account, worker->sid, identity, now_s, ENDPOINT_SESSION_TTL_S);
    rc = add_built(taskrouter, "token", text, rc);
    if (rc == ERR_OK) rc = add_bridge(taskrouter, config, text);
    if (rc == ERR_OK) rc = token_voice(text, &account, identity, now_s, ENDPOINT_SESSION_TTL_S);
    rc = add_built(voice, "token", text, rc);
    if (rc == ERR_OK) rc = json_set_string(voice, "identity", identity);
    if (rc == ERR_OK) rc = add_signaling(voice, config, text);
    return rc;
}

static enum err add_own_token(cJSON *answer, const struct keys *keys,
                              const struct session_grant *grant, int64_t now_s, struct strbuf *text)
{
    const struct worker *worker = grant->worker;
    struct token_agent agent = { 0 };
    sid_copy(agent.worker_sid, worker->sid);
    token_set_name(agent.name, worker_display_name(worker));
    enum err rc = token_set_contact_uri(agent.contact_uri, worker->contact_uri);
    if (rc == ERR_OK) rc = token_session_sign(text, keys->list[0], &agent, now_s, grant->ttl_s);
    rc = add_built(answer, "token", text, rc);
    if (rc == ERR_OK) rc = json_set_number(answer, "expiresIn", grant->ttl_s);
    return rc;
}

static enum err add_urls(cJSON *answer, const struct config *config, struct strbuf *text)
{
    static const struct {
        const char *key;
        const char *program;
    } urls[] = {
        { "callerTwimlUrl", "caller-twiml" },
        { "calleeTwimlUrl", "callee-twiml" },
        { "legEndedUrl", "status-callback" },
    };
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < sizeof urls / sizeof *urls; i++) {
        call_url(text, config, urls[i].program);
        rc = add_built(answer, urls[i].key, text, rc);
    }
    return rc;
}

/* Cuts the blanks off both ends. */
static char *trim(char *text)
{
    text += strspn(text, " ");
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    return text;
}

/* An array of what the configuration lists; empty where it lists nothing. */
static enum err add_list(cJSON *answer, const char *key, const char *list, const char *separators)
{
    cJSON *array = cJSON_AddArrayToObject(answer, key);
    if (array == NULL) return ERR_MEMORY;
    if (list == NULL) return ERR_OK;
    char *copy = strdup(list);
    if (copy == NULL) return ERR_MEMORY;
    enum err rc = ERR_OK;
    char *rest = NULL;
    for (char *word = strtok_r(copy, separators, &rest); rc == ERR_OK && word != NULL;
         word = strtok_r(NULL, separators, &rest)) {
        word = trim(word);
        if (*word == '\0') continue;
        cJSON *item = cJSON_CreateString(word);
        if (!cJSON_AddItemToArray(array, item)) {
            cJSON_Delete(item);
            rc = ERR_MEMORY;
        }
    }
    free(copy);
    return rc;
}

enum err session_reply(const struct config *config, const struct keys *keys,
                       const struct session_grant *grant, int64_t now_s, struct response *response)
{
    enum err rc = ERR_MEMORY;
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_TOKEN);
    cJSON *answer = cJSON_CreateObject();
    if (answer == NULL) goto out;
    rc = add_own_token(answer, keys, grant, now_s, &text);
    if (rc == ERR_OK) rc = add_worker(answer, grant->worker);
    if (rc == ERR_OK && grant->with_twilio)
        rc = add_twilio_tokens(answer, config, grant->worker, now_s, &text);
    if (rc == ERR_OK) rc = add_urls(answer, config, &text);
    if (rc == ERR_OK) rc = json_set_number(answer, "ringSeconds", config->ring_seconds);
    if (rc == ERR_OK) rc = json_set_string(answer, "workflowSid", config->workflow_sid);
    if (rc == ERR_OK) rc = add_list(answer, "embedOrigins", config->embed_origins, " ,");
    if (rc == ERR_OK) rc = add_list(answer, "dndActivities", config->dnd_activities, ",");
    if (rc == ERR_OK) rc = response_json(response, 200, answer);
out:
    cJSON_Delete(answer);
    strbuf_free(&text);
    return rc;
}
