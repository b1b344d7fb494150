#include "auth/token.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/random.h"
#include "base/utf8.h"

/* Random bytes at the end of a "jti": two tokens may be made in one second. */
enum { JTI_RANDOM_BYTES = 8 };

/* One member of a payload of ours, and the field of the struct that it stands for. */
struct claim {
    const char *key;
    size_t at;
    enum {
        CLAIM_WORKER,
        CLAIM_TASK_OR_NONE,
        CLAIM_URI,
        CLAIM_NAME,
        CLAIM_NAME_OR_NONE,
        CLAIM_KEY_OR_NONE,
        CLAIM_MODE_OR_NONE
    } kind;
};

static const struct claim session_claims[] = {
    { "sub", offsetof(struct token_agent, worker_sid), CLAIM_WORKER },
    { "contactUri", offsetof(struct token_agent, contact_uri), CLAIM_URI },
    { "name", offsetof(struct token_agent, name), CLAIM_NAME },
};

static const struct claim statement_claims[] = {
    { "caller", offsetof(struct token_statement, party[0].worker_sid), CLAIM_WORKER },
    { "callee", offsetof(struct token_statement, party[1].worker_sid), CLAIM_WORKER },
    { "from", offsetof(struct token_statement, party[0].contact_uri), CLAIM_URI },
    { "to", offsetof(struct token_statement, party[1].contact_uri), CLAIM_URI },
    { "callerName", offsetof(struct token_statement, party[0].name), CLAIM_NAME },
    { "calleeName", offsetof(struct token_statement, party[1].name), CLAIM_NAME },
    { "callerFriendlyName", offsetof(struct token_statement, party[0].friendly_name),
      CLAIM_NAME_OR_NONE },
    { "calleeFriendlyName", offsetof(struct token_statement, party[1].friendly_name),
      CLAIM_NAME_OR_NONE },
    { "t1", offsetof(struct token_statement, t1_sid), CLAIM_TASK_OR_NONE },
    { "of", offsetof(struct token_statement, of_sid), CLAIM_TASK_OR_NONE },
    { "key", offsetof(struct token_statement, key), CLAIM_KEY_OR_NONE },
    { "mode", offsetof(struct token_statement, mode), CLAIM_MODE_OR_NONE },
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A token of ours: what it calls itself, and what it says. */
struct kind {
    const char *typ;
    const struct claim *claims;
    size_t count;
};

static const struct kind session_kind = { "dialpad-session+jwt", session_claims,
                                          COUNT(session_claims) };
static const struct kind statement_kind = { "dialpad-call+jwt", statement_claims,
                                            COUNT(statement_claims) };

enum err token_derive_key(const char *api_secret, const char *workspace_sid,
                          unsigned char key[JWT_KEY_SIZE])
{
    char label[sizeof "dialpad session " + SID_LEN];
    snprintf(label, sizeof label, "dialpad session %s", workspace_sid);
    return jwt_derive_key(api_secret, label, key);
}

void token_set_name(char field[TOKEN_TEXT_SIZE], const char *name)
{
    size_t len = utf8_cut(name, strlen(name), TOKEN_TEXT_SIZE - 1);
    memmove(field, name, len);
    field[len] = '\0';
}

enum err token_set_contact_uri(char field[TOKEN_TEXT_SIZE], const char *contact_uri)
{
    size_t len = strlen(contact_uri);
    if (len >= TOKEN_TEXT_SIZE) return ERR_UNPROCESSABLE;
    memmove(field, contact_uri, len + 1);
    return ERR_OK;
}

/* Is it nothing but these characters? */
static bool is_made_of(const char *value, const char *characters)
{
    return strspn(value, characters) == strlen(value);
}

/* A value that passes also fits its field. */
static bool claim_valid(const struct claim *claim, const char *value)
{
    switch (claim->kind) {
    case CLAIM_WORKER:
        return sid_is_worker(value);
    case CLAIM_TASK_OR_NONE:
        return value[0] == '\0' || sid_is_task(value);
    case CLAIM_URI:
        return value[0] != '\0' && strlen(value) < TOKEN_TEXT_SIZE;
    case CLAIM_NAME:
    case CLAIM_NAME_OR_NONE:
        return strlen(value) < TOKEN_TEXT_SIZE;
    case CLAIM_KEY_OR_NONE:
        return (value[0] == '\0' || strlen(value) == TOKEN_KEY_SIZE - 1) &&
               is_made_of(value, "0123456789abcdef");
    case CLAIM_MODE_OR_NONE:
        return strlen(value) < TOKEN_MODE_SIZE && is_made_of(value, "abcdefghijklmnopqrstuvwxyz");
    }
    return false;
}

static bool is_optional(const struct claim *claim)
{
    return claim->kind == CLAIM_TASK_OR_NONE || claim->kind == CLAIM_NAME_OR_NONE ||
           claim->kind == CLAIM_KEY_OR_NONE || claim->kind == CLAIM_MODE_OR_NONE;
}

static enum err claim_write(cJSON *payload, const struct claim *claim, const char *value)
{
    char name[TOKEN_TEXT_SIZE];
    if (!claim_valid(claim, value)) return ERR_INTERNAL;
    if (is_optional(claim) && value[0] == '\0') return ERR_OK;
    if (claim->kind == CLAIM_NAME || claim->kind == CLAIM_NAME_OR_NONE) {
        /* A careless copy may have left the beginning of a character at its end. */
        token_set_name(name, value);
        value = name;
    }
    return json_set_string(payload, claim->key, value);
}

static bool claim_read(const cJSON *payload, const struct claim *claim, char *field)
{
    const char *value = json_get_string(payload, claim->key);
    if (value == NULL && is_optional(claim)) value = "";
    if (value == NULL || !claim_valid(claim, value)) return false;
    memcpy(field, value, strlen(value) + 1);
    return true;
}

static enum err set_times(cJSON *payload, int64_t now_s, int ttl_s)
{
    enum err rc = json_set_number(payload, "iat", (double)now_s);
    if (rc == ERR_OK) rc = json_set_number(payload, "exp", (double)(now_s + ttl_s));
    return rc;
}

/* Signs what `fields` holds; without times if ttl_s is 0. */
static enum err sign_own(struct strbuf *out, const unsigned char key[JWT_KEY_SIZE],
                         const struct kind *kind, const void *fields, int64_t now_s, int ttl_s)
{
    enum err rc = ERR_MEMORY;
    cJSON *header = cJSON_CreateObject();
    cJSON *payload = cJSON_CreateObject();
    if (header == NULL || payload == NULL) goto out;
    rc = json_set_string(header, "alg", "HS256");
    if (rc == ERR_OK) rc = json_set_string(header, "typ", kind->typ);
    for (size_t i = 0; rc == ERR_OK && i < kind->count; i++) {
        const struct claim *claim = &kind->claims[i];
        rc = claim_write(payload, claim, (const char *)fields + claim->at);
    }
    if (rc == ERR_OK && ttl_s != 0) rc = set_times(payload, now_s, ttl_s);
    if (rc == ERR_OK) rc = jwt_sign_hs256(out, key, JWT_KEY_SIZE, header, payload);
out:
    cJSON_Delete(header);
    cJSON_Delete(payload);
    return rc;
}

static bool read_claims(const cJSON *payload, const struct kind *kind, void *fields)
{
    for (size_t i = 0; i < kind->count; i++) {
        const struct claim *claim = &kind->claims[i];
        if (!claim_read(payload, claim, (char *)fields + claim->at)) return false;
    }
    return true;
}

enum err token_session_sign(struct strbuf *out, const unsigned char key[JWT_KEY_SIZE],
                            const struct token_agent *agent, int64_t now_s, int ttl_s)
{
    return sign_own(out, key, &session_kind, agent, now_s, ttl_s);
}

enum err token_session_verify(const char *token, const unsigned char key[JWT_KEY_SIZE],
                              int64_t now_s, struct token_agent *agent)
{
    struct token_agent read = { .name = "" };
    cJSON *payload = NULL;
    enum err rc = jwt_verify_hs256(token, key, JWT_KEY_SIZE, session_kind.typ, now_s, &payload);
    if (rc != ERR_OK) return rc;
    /* A session without an end would be a password. */
    if (json_get_number(payload, "exp", 0) > 0 && read_claims(payload, &session_kind, &read))
        *agent = read;
    else
        rc = ERR_AUTH;
    cJSON_Delete(payload);
    return rc;
}

enum err token_statement_sign(struct strbuf *out, const unsigned char key[JWT_KEY_SIZE],
                              const struct token_statement *statement)
{
    return sign_own(out, key, &statement_kind, statement, 0, 0);
}

enum err token_statement_verify(const char *token, const unsigned char key[JWT_KEY_SIZE],
                                struct token_statement *statement)
{
    struct token_statement read = { .t1_sid = "" };
    cJSON *payload = NULL;
    enum err rc = jwt_verify_hs256(token, key, JWT_KEY_SIZE, statement_kind.typ, 0, &payload);
    if (rc != ERR_OK) return rc;
    if (read_claims(payload, &statement_kind, &read))
        *statement = read;
    else
        rc = ERR_AUTH;
    cJSON_Delete(payload);
    return rc;
}

static enum err set_jti(cJSON *payload, const char *api_key, int64_t now_s)
{
    char tail[2 * JTI_RANDOM_BYTES + 1];
    struct strbuf jti;
    strbuf_init(&jti, STRBUF_MAX_TOKEN);
    enum err rc = random_hex(tail, JTI_RANDOM_BYTES);
    if (rc == ERR_OK) {
        strbuf_addf(&jti, "%s-%lld-%s", api_key, (long long)now_s, tail);
        rc = strbuf_failed(&jti) ? ERR_MEMORY : json_set_string(payload, "jti", jti.buf);
    }
    strbuf_free(&jti);
    return rc;
}

static enum err twilio_header(cJSON *header, const char *region)
{
    enum err rc = json_set_string(header, "alg", "HS256");
    if (rc == ERR_OK) rc = json_set_string(header, "typ", "JWT");
    if (rc == ERR_OK) rc = json_set_string(header, "cty", "twilio-fpa;v=1");
    if (rc == ERR_OK && region != NULL && strcmp(region, "us1") != 0)
        rc = json_set_string(header, "twr", region);
    return rc;
}

/* "nbf" is left out: a clock that is a little fast would make the token "not yet valid". */
static enum err twilio_claims(cJSON *payload, const struct token_account *account, int64_t now_s,
                              int ttl_s)
{
    enum err rc = set_jti(payload, account->api_key, now_s);
    if (rc == ERR_OK) rc = json_set_string(payload, "iss", account->api_key);
    if (rc == ERR_OK) rc = json_set_string(payload, "sub", account->account_sid);
    if (rc == ERR_OK) rc = set_times(payload, now_s, ttl_s);
    return rc;
}

/* Signs an access token with `grants`, to which it adds nothing. */
static enum err sign_twilio(struct strbuf *out, const struct token_account *account,
                            const cJSON *grants, int64_t now_s, int ttl_s)
{
    enum err rc = ERR_MEMORY;
    cJSON *header = cJSON_CreateObject();
    cJSON *payload = cJSON_CreateObject();
    if (header == NULL || payload == NULL) goto out;
    rc = twilio_header(header, account->region);
    if (rc == ERR_OK) rc = twilio_claims(payload, account, now_s, ttl_s);
    if (rc == ERR_OK) {
        cJSON *member = json_add_object(payload, "grants");
        rc = member != NULL ? json_merge(member, grants) : ERR_MEMORY;
    }
    if (rc == ERR_OK)
        rc = jwt_sign_hs256(out, account->api_secret, strlen(account->api_secret), header, payload);
out:
    cJSON_Delete(header);
    cJSON_Delete(payload);
    return rc;
}

enum err token_voice(struct strbuf *out, const struct token_account *account, const char *identity,
                     int64_t now_s, int ttl_s)
{
    enum err rc = ERR_MEMORY;
    cJSON *grants = cJSON_CreateObject();
    cJSON *voice = json_add_object(grants, "voice");
    cJSON *incoming = json_add_object(voice, "incoming");
    if (incoming == NULL) goto out;
    rc = json_set_string(grants, "identity", identity);
    if (rc == ERR_OK) rc = json_set_bool(incoming, "allow", true);
    if (rc == ERR_OK) rc = sign_twilio(out, account, grants, now_s, ttl_s);
out:
    cJSON_Delete(grants);
    return rc;
}

enum err token_taskrouter(struct strbuf *out, const struct token_account *account,
                          const char *worker_sid, const char *identity, int64_t now_s, int ttl_s)
{
    enum err rc = ERR_MEMORY;
    cJSON *grants = cJSON_CreateObject();
    cJSON *task_router = json_add_object(grants, "task_router");
    if (task_router == NULL) goto out;
    rc = json_set_string(grants, "identity", identity);
    if (rc == ERR_OK) rc = json_set_string(task_router, "workspace_sid", account->workspace_sid);
    if (rc == ERR_OK) rc = json_set_string(task_router, "worker_sid", worker_sid);
    if (rc == ERR_OK) rc = json_set_string(task_router, "role", "worker");
    if (rc == ERR_OK) rc = sign_twilio(out, account, grants, now_s, ttl_s);
out:
    cJSON_Delete(grants);
    return rc;
}
