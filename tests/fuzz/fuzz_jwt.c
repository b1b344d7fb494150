/*
 * Tokens. The bytes are tried as a whole token, which must never hold, and as a payload that we
 * have signed ourselves, which takes the fuzzer behind the signature.
 */
#include "fuzz.h"

#include "auth/jwt.h"
#include "auth/token.h"
#include "base/encode.h"
#include "base/json.h"

static const unsigned char key[JWT_KEY_SIZE] = "a key that the fuzzer can't know";
static const char *const types[] = { "dialpad-session+jwt", "dialpad-call+jwt", "JWT" };
static const int64_t now_s = 1700000000;

static void check(const char *token, const char *typ)
{
    struct token_agent agent;
    struct token_statement who;
    if (token_session_verify(token, key, now_s, &agent) == ERR_OK) {
        MUST(strcmp(typ, types[0]) == 0 && sid_is_worker(agent.worker_sid));
        MUST(agent.contact_uri[0] != '\0' && memchr(agent.name, '\0', TOKEN_TEXT_SIZE) != NULL);
    }
    if (token_statement_verify(token, key, &who) == ERR_OK) {
        MUST(strcmp(typ, types[1]) == 0);
        for (size_t i = 0; i < TOKEN_PARTIES; i++)
            MUST(sid_is_worker(who.party[i].worker_sid));
        MUST(who.t1_sid[0] == '\0' || sid_is_task(who.t1_sid));
    }
}

static void as_payload(const uint8_t *data, size_t size, const char *typ)
{
    cJSON *payload = NULL;
    cJSON *header = cJSON_CreateObject();
    struct strbuf token;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    if (json_parse_object((const char *)data, size, &payload) == ERR_OK &&
        json_set_string(header, "alg", "HS256") == ERR_OK &&
        json_set_string(header, "typ", typ) == ERR_OK &&
        jwt_sign_hs256(&token, key, sizeof key, header, payload) == ERR_OK) {
        check(token.buf, typ);
    }
    strbuf_free(&token);
    cJSON_Delete(header);
    cJSON_Delete(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *payload = NULL;
    char *text = fuzz_text(data, size);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        MUST(jwt_verify_hs256(text, key, sizeof key, types[i], now_s, &payload) == ERR_AUTH);
        as_payload(data, size, types[i]);
    }
    free(text);
    return 0;
}
