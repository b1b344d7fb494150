#include "twilio/flex_token.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "twilio/twilio_resource.h"

/* How one may ask. A plausible token needs no escaping in either body. */
static const struct way {
    enum twilio_host host;
    const char *name; /* the last part of the path */
    bool json;
    const char *before; /* the token in the body, */
    const char *behind; /* and after it */
} ways[] = {
    { TWILIO_IAM, "validate", true, "{\"token\":\"", "\"}" },
    /* Where an API key isn't let in there: what Flex's own functions ask. */
    { TWILIO_FLEX, "Info", false, "Token=", "" },
};
enum { WAYS = sizeof ways / sizeof ways[0] };

bool flex_token_is_plausible(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_.";
    size_t len = strspn(text, letters);
    return text[len] == '\0' && len >= FLEX_TOKEN_MIN && len <= FLEX_TOKEN_MAX;
}

static enum err ask(struct twilio_client *client, const struct way *way, const char *token,
                    struct twilio_reply *reply)
{
    char path[sizeof "/v1/Accounts//Tokens/validate" + SID_LEN];
    struct strbuf body;
    strbuf_init(&body, STRBUF_MAX_TOKEN);
    /* In one piece: a text that grows leaves what it was behind. */
    strbuf_addf(&body, "%s%s%s", way->before, token, way->behind);
    snprintf(path, sizeof path, "/v1/Accounts/%s/Tokens/%s",
             twilio_client_config(client)->account_sid, way->name);
    enum err rc = ERR_MEMORY;
    if (!strbuf_failed(&body))
        rc = twilio_client_ask(client, way->host, path, body.buf, way->json, reply);
    explicit_bzero(body.buf, body.len);
    strbuf_free(&body);
    return rc;
}

/* Is it the way that is refused, rather than the token? */
static bool is_closed(const struct twilio_reply *reply)
{
    return reply->status == 401 || reply->status == 403 || reply->status == 404 ||
           reply->status == 405;
}

static enum err read_answer(const struct twilio_client *client, const struct twilio_reply *reply,
                            struct flex_token *found)
{
    struct flex_token fresh = { .worker_sid = "" };
    int64_t until_s = twilio_resource_time(reply->json, "expiration");
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply->json, "valid")) || until_s == 0) {
        log_warn("twilio doesn't say whether, or until when, a token of Flex holds");
        return ERR_UPSTREAM;
    }
    fresh.left_s = until_s - twilio_client_now_s(client);
    if (fresh.left_s <= 0) return ERR_AUTH;
    twilio_resource_sid(reply->json, "worker_sid", "WK", fresh.worker_sid);
    *found = fresh;
    return ERR_OK;
}

static enum err judge(const struct twilio_client *client, enum err asked,
                      const struct twilio_reply *reply, struct flex_token *found)
{
    const cJSON *valid = cJSON_GetObjectItemCaseSensitive(reply->json, "valid");
    /* It may say no by either; nothing else in the request can be wrong. */
    if (cJSON_IsFalse(valid) || reply->status == 400) return ERR_AUTH;
    if (asked == ERR_OK) return read_answer(client, reply, found);
    bool refused = asked == ERR_NOT_FOUND || asked == ERR_CONFLICT || asked == ERR_REFUSED;
    return refused ? ERR_UPSTREAM : asked;
}

enum err flex_token_validate(struct twilio_client *client, const char *token,
                             struct flex_token *found)
{
    enum err rc = ERR_UPSTREAM;
    bool closed = true;
    for (size_t i = 0; closed && i < WAYS; i++) {
        struct twilio_reply reply = { 0 };
        rc = ask(client, &ways[i], token, &reply);
        rc = judge(client, rc, &reply, found);
        closed = rc == ERR_UPSTREAM && is_closed(&reply);
        twilio_reply_free(&reply);
    }
    return rc;
}
