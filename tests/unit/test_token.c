#include "unit.h"

#include "auth/token.h"
#include "base/decode.h"
#include "base/json.h"

#define DIGITS "0123456789abcdef0123456789abcdef"
#define CALLER "WK" DIGITS
#define CALLEE "WKffffffffffffffffffffffffffffffff"
#define T1     "WT" DIGITS

enum { NOW = 1700000000 };

static const unsigned char key[JWT_KEY_SIZE] = "0123456789abcdef0123456789abcde";
static const unsigned char other_key[JWT_KEY_SIZE] = "an entirely different key, 31 b";

static const struct token_agent alice = {
    .worker_sid = CALLER,
    .contact_uri = "client:alice",
    .name = "Alice \xC3\x89\"",
};
static const struct token_statement t1_statement = {
    .party = { { CALLER, "client:alice", "Alice", "" }, { CALLEE, "client:bob", "Bob", "bob.b" } },
};
static const struct token_statement k_statement = {
    .party = { { CALLER, "client:alice", "Alice", "" }, { CALLEE, "client:bob", "", "" } },
    .t1_sid = T1,
};

static const struct token_statement guest_statement = {
    .party = { { CALLEE, "client:bob", "Bob", "" }, { CALLER, "client:carol", "Carol", "" } },
    .t1_sid = T1,
    .of_sid = T1,
    .key = "0123cdef",
    .mode = "consult",
};

/* The payload of a token, without checking it. */
static cJSON *part_of(const char *token, int part)
{
    unsigned char json[STRBUF_MAX_TOKEN];
    size_t len = 0;
    cJSON *object = NULL;
    for (; part > 0; part--)
        token = strchr(token, '.') + 1;
    assert_true(decode_base64url(token, strcspn(token, "."), json, &len));
    assert_int_equal(json_parse_object((const char *)json, len, &object), ERR_OK);
    return object;
}

static void a_session_comes_back_until_it_ends(void **state)
{
    (void)state;
    struct strbuf token;
    struct token_agent agent;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    assert_int_equal(token_session_sign(&token, key, &alice, NOW, 3600), ERR_OK);
    assert_int_equal(token_session_verify(token.buf, key, NOW + 3599, &agent), ERR_OK);
    assert_string_equal(agent.worker_sid, alice.worker_sid);
    assert_string_equal(agent.contact_uri, alice.contact_uri);
    assert_string_equal(agent.name, alice.name);

    struct token_agent untouched = { .name = "nobody" };
    assert_int_equal(token_session_verify(token.buf, key, NOW + 3600, &untouched), ERR_AUTH);
    assert_int_equal(token_session_verify(token.buf, other_key, NOW, &untouched), ERR_AUTH);
    assert_int_equal(token_session_verify("", key, NOW, &untouched), ERR_AUTH);
    assert_string_equal(untouched.name, "nobody");
    strbuf_free(&token);
}

static void check_statement(const struct token_statement *statement)
{
    struct strbuf token;
    struct token_statement read;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    assert_int_equal(token_statement_sign(&token, key, statement), ERR_OK);
    assert_int_equal(token_statement_verify(token.buf, key, &read), ERR_OK);
    for (size_t i = 0; i < TOKEN_PARTIES; i++) {
        assert_string_equal(read.party[i].worker_sid, statement->party[i].worker_sid);
        assert_string_equal(read.party[i].contact_uri, statement->party[i].contact_uri);
        assert_string_equal(read.party[i].name, statement->party[i].name);
    }
    assert_string_equal(read.t1_sid, statement->t1_sid);
    assert_string_equal(read.of_sid, statement->of_sid);
    assert_string_equal(read.key, statement->key);
    assert_string_equal(read.mode, statement->mode);
    assert_int_equal(token_statement_verify(token.buf, other_key, &read), ERR_AUTH);

    cJSON *payload = part_of(token.buf, 1);
    assert_null(json_get_string(payload, "exp"));
    assert_int_equal(cJSON_HasObjectItem(payload, "t1"), statement->t1_sid[0] != '\0');
    assert_int_equal(cJSON_HasObjectItem(payload, "exp"), false);
    cJSON_Delete(payload);
    strbuf_free(&token);
}

static void a_statement_comes_back(void **state)
{
    (void)state;
    check_statement(&t1_statement);
    check_statement(&k_statement);
    check_statement(&guest_statement);
}

static void one_kind_never_passes_for_another(void **state)
{
    (void)state;
    struct strbuf session;
    struct strbuf statement;
    struct token_agent agent;
    struct token_statement read;
    strbuf_init(&session, STRBUF_MAX_TOKEN);
    strbuf_init(&statement, STRBUF_MAX_TOKEN);
    assert_int_equal(token_session_sign(&session, key, &alice, NOW, 3600), ERR_OK);
    assert_int_equal(token_statement_sign(&statement, key, &t1_statement), ERR_OK);
    assert_int_equal(token_session_verify(statement.buf, key, NOW, &agent), ERR_AUTH);
    assert_int_equal(token_statement_verify(session.buf, key, &read), ERR_AUTH);
    strbuf_free(&session);
    strbuf_free(&statement);
}

#define SUB      "\"sub\":\"" CALLER "\","
#define URI      "\"contactUri\":\"client:a\","
#define NAME     "\"name\":\"A\","
#define LONG_4   "aaaa"
#define LONG_16  LONG_4 LONG_4 LONG_4 LONG_4
#define LONG_64  LONG_16 LONG_16 LONG_16 LONG_16
#define LONG_256 LONG_64 LONG_64 LONG_64 LONG_64

/* Signed by us, and still no session. */
static void each_workspace_has_a_key_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *secret;
        const char *workspace;
    } rows[] = {
        { "secret", "WS" DIGITS },
        { "secret", "WSffffffffffffffffffffffffffffffff" },
        { "secreu", "WS" DIGITS },
    };
    unsigned char keys[COUNT(rows)][JWT_KEY_SIZE];
    unsigned char again[JWT_KEY_SIZE];
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(i, token_derive_key(rows[i].secret, rows[i].workspace, keys[i]) == ERR_OK);
    assert_int_equal(token_derive_key(rows[0].secret, rows[0].workspace, again), ERR_OK);
    assert_memory_equal(keys[0], again, sizeof again);
    assert_memory_not_equal(keys[0], keys[1], sizeof again);
    assert_memory_not_equal(keys[0], keys[2], sizeof again);
}

static void a_session_must_be_complete(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        enum err rc;
    } rows[] = {
        { "{" SUB URI NAME "\"exp\":1800000000}", ERR_OK },
        { "{" SUB URI "\"name\":\"\",\"exp\":1800000000}", ERR_OK },
        { "{" SUB URI "\"name\":\"" LONG_256 "\",\"exp\":1800000000}", ERR_OK },
        { "{" SUB URI "\"name\":\"" LONG_256 "a\",\"exp\":1800000000}", ERR_AUTH },
        { "{" SUB NAME "\"contactUri\":\"" LONG_256 "a\",\"exp\":1800000000}", ERR_AUTH },
        { "{" SUB NAME "\"contactUri\":\"\",\"exp\":1800000000}", ERR_AUTH },
        { "{" SUB URI NAME "\"iat\":1}", ERR_AUTH }, /* without an end */
        { "{" URI NAME "\"exp\":1800000000}", ERR_AUTH },
        { "{" SUB NAME "\"exp\":1800000000}", ERR_AUTH },
        { "{" SUB URI "\"exp\":1800000000}", ERR_AUTH },
        { "{\"sub\":\"" T1 "\"," URI NAME "\"exp\":1800000000}", ERR_AUTH },
        { "{\"sub\":1," URI NAME "\"exp\":1800000000}", ERR_AUTH },
    };
    static const char header_text[] = "{\"alg\":\"HS256\",\"typ\":\"dialpad-session+jwt\"}";
    for (size_t i = 0; i < COUNT(rows); i++) {
        cJSON *header = NULL;
        cJSON *payload = NULL;
        struct strbuf token;
        struct token_agent agent;
        strbuf_init(&token, STRBUF_MAX_TOKEN);
        assert_row(i, json_parse_object(header_text, sizeof header_text - 1, &header) == ERR_OK);
        assert_row(i,
                   json_parse_object(rows[i].payload, strlen(rows[i].payload), &payload) == ERR_OK);
        assert_row(i, jwt_sign_hs256(&token, key, sizeof key, header, payload) == ERR_OK);
        assert_row(i, token_session_verify(token.buf, key, NOW, &agent) == rows[i].rc);
        cJSON_Delete(header);
        cJSON_Delete(payload);
        strbuf_free(&token);
    }
}

static void what_would_not_verify_is_not_signed(void **state)
{
    (void)state;
    struct strbuf token;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    struct token_agent agent = alice;
    agent.contact_uri[0] = '\0';
    assert_int_equal(token_session_sign(&token, key, &agent, NOW, 60), ERR_INTERNAL);
    struct token_statement statement = t1_statement;
    memcpy(statement.t1_sid, CALLER, SID_SIZE);
    assert_int_equal(token_statement_sign(&token, key, &statement), ERR_INTERNAL);
    statement = t1_statement;
    statement.party[1].worker_sid[0] = '\0';
    assert_int_equal(token_statement_sign(&token, key, &statement), ERR_INTERNAL);
    assert_string_equal(token.buf, "");
    strbuf_free(&token);
}

static void names_are_cut_between_characters(void **state)
{
    (void)state;
    char name[400];
    struct token_agent agent = alice;
    memset(name, 'a', 255);
    memcpy(name + 255, "\xC3\xA9 and more", sizeof "\xC3\xA9 and more");
    token_set_name(agent.name, name);
    assert_int_equal(strlen(agent.name), 255);

    /* Even a name that something else has cut survives signing and verifying. */
    memset(agent.name, 'a', 256);
    agent.name[255] = '\xC3';
    agent.name[256] = '\0';
    struct strbuf token;
    struct token_agent read;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    assert_int_equal(token_session_sign(&token, key, &agent, NOW, 60), ERR_OK);
    assert_int_equal(token_session_verify(token.buf, key, NOW, &read), ERR_OK);
    assert_int_equal(strlen(read.name), 255);
    strbuf_free(&token);
}

static void a_contact_uri_is_never_cut(void **state)
{
    (void)state;
    char field[TOKEN_TEXT_SIZE] = "before";
    assert_int_equal(token_set_contact_uri(field, LONG_256 "a"), ERR_UNPROCESSABLE);
    assert_string_equal(field, "before");
    assert_int_equal(token_set_contact_uri(field, LONG_256), ERR_OK);
    assert_string_equal(field, LONG_256);
}

static const struct token_account account = {
    .account_sid = "AC" DIGITS,
    .workspace_sid = "WS" DIGITS,
    .api_key = "SK" DIGITS,
    .api_secret = "secret",
};

static void check_twilio_claims(const cJSON *payload)
{
    const char *jti = json_get_string(payload, "jti");
    assert_memory_equal(jti, "SK" DIGITS "-1700000000-", 46);
    assert_int_equal(strspn(jti + 46, "0123456789abcdef"), 16);
    assert_string_equal(json_get_string(payload, "iss"), "SK" DIGITS);
    assert_string_equal(json_get_string(payload, "sub"), "AC" DIGITS);
    assert_true(json_get_number(payload, "iat", 0) == NOW);
    assert_true(json_get_number(payload, "exp", 0) == NOW + 3600);
    assert_false(cJSON_HasObjectItem(payload, "nbf"));
}

static void assert_grants(const char *token, const char *expected)
{
    cJSON *payload = NULL;
    struct strbuf grants;
    strbuf_init(&grants, 1000);
    assert_int_equal(jwt_verify_hs256(token, "secret", 6, "JWT", NOW, &payload), ERR_OK);
    check_twilio_claims(payload);
    json_print(&grants, json_get_object(payload, "grants"));
    assert_string_equal(grants.buf, expected);
    strbuf_free(&grants);
    cJSON_Delete(payload);
}

static void a_voice_token_may_be_called(void **state)
{
    (void)state;
    struct strbuf token;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    assert_int_equal(token_voice(&token, &account, "alice", NOW, 3600), ERR_OK);
    assert_grants(token.buf, "{\"voice\":{\"incoming\":{\"allow\":true}},\"identity\":\"alice\"}");
    strbuf_free(&token);
}

static void a_taskrouter_token_is_one_worker(void **state)
{
    (void)state;
    struct strbuf token;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    assert_int_equal(token_taskrouter(&token, &account, CALLER, "alice", NOW, 3600), ERR_OK);
    assert_grants(token.buf,
                  "{\"task_router\":{\"workspace_sid\":\"WS" DIGITS "\",\"worker_sid\":\"" CALLER
                  "\",\"role\":\"worker\"},\"identity\":\"alice\"}");
    strbuf_free(&token);
}

static void the_region_is_named_unless_it_is_us1(void **state)
{
    (void)state;
    static const struct {
        const char *region;
        const char *twr;
    } rows[] = { { NULL, NULL }, { "us1", NULL }, { "ie1", "ie1" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct token_account there = account;
        struct strbuf token;
        strbuf_init(&token, STRBUF_MAX_TOKEN);
        there.region = rows[i].region;
        assert_row(i, token_voice(&token, &there, "alice", NOW, 60) == ERR_OK);
        cJSON *header = part_of(token.buf, 0);
        const char *twr = json_get_string(header, "twr");
        assert_string_equal(json_get_string(header, "alg"), "HS256");
        assert_string_equal(json_get_string(header, "typ"), "JWT");
        assert_string_equal(json_get_string(header, "cty"), "twilio-fpa;v=1");
        assert_row(i, (twr == NULL) == (rows[i].twr == NULL));
        if (twr != NULL) assert_string_equal(twr, rows[i].twr);
        cJSON_Delete(header);
        strbuf_free(&token);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_comes_back_until_it_ends),
        cmocka_unit_test(a_statement_comes_back),
        cmocka_unit_test(one_kind_never_passes_for_another),
        cmocka_unit_test(each_workspace_has_a_key_of_its_own),
        cmocka_unit_test(a_session_must_be_complete),
        cmocka_unit_test(what_would_not_verify_is_not_signed),
        cmocka_unit_test(names_are_cut_between_characters),
        cmocka_unit_test(a_contact_uri_is_never_cut),
        cmocka_unit_test(a_voice_token_may_be_called),
        cmocka_unit_test(a_taskrouter_token_is_one_worker),
        cmocka_unit_test(the_region_is_named_unless_it_is_us1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
