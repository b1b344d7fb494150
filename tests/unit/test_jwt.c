#include "unit.h"

#include "auth/jwt.h"
#include "base/decode.h"
#include "base/encode.h"
#include "base/json.h"

/* RFC 7515, appendix A.1, the example for HS256. */
static const char rfc_token[] =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    "."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    "."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char rfc_key_text[] =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4h"
    "cgUuTwjAzZr1Z9CAow";

enum { RFC_EXP = 1300819380, RFC_KEY_SIZE = 64 };

static void rfc_key(unsigned char key[RFC_KEY_SIZE])
{
    unsigned char room[RFC_KEY_SIZE + 3];
    size_t len = 0;
    assert_true(decode_base64url(rfc_key_text, strlen(rfc_key_text), room, &len));
    assert_int_equal(len, RFC_KEY_SIZE);
    memcpy(key, room, RFC_KEY_SIZE);
}

static void the_token_of_rfc_7515_holds_until_it_expires(void **state)
{
    (void)state;
    unsigned char key[RFC_KEY_SIZE];
    cJSON *payload = NULL;
    rfc_key(key);
    assert_int_equal(jwt_verify_hs256(rfc_token, key, sizeof key, "JWT", RFC_EXP - 1, &payload),
                     ERR_OK);
    assert_string_equal(json_get_string(payload, "iss"), "joe");
    cJSON_Delete(payload);
    payload = NULL;
    assert_int_equal(jwt_verify_hs256(rfc_token, key, sizeof key, "JWT", RFC_EXP, &payload),
                     ERR_AUTH);
    assert_int_equal(jwt_verify_hs256(rfc_token, key, sizeof key, "jwt", 0, &payload), ERR_AUTH);
    assert_int_equal(jwt_verify_hs256(rfc_token, key, sizeof key - 1, "JWT", 0, &payload),
                     ERR_AUTH);
    assert_null(payload);
}

static void no_character_of_a_token_can_be_changed(void **state)
{
    (void)state;
    unsigned char key[RFC_KEY_SIZE];
    cJSON *payload = NULL;
    rfc_key(key);
    for (size_t at = 0; at < sizeof rfc_token - 1; at++) {
        static const char others[] = "AB._-=0";
        for (size_t k = 0; k < sizeof others; k++) { /* the NUL too: every cut token */
            char token[sizeof rfc_token];
            memcpy(token, rfc_token, sizeof token);
            if (token[at] == others[k]) continue;
            token[at] = others[k];
            assert_row(at,
                       jwt_verify_hs256(token, key, sizeof key, "JWT", 0, &payload) == ERR_AUTH);
        }
    }
    assert_null(payload);
}

/* An access token with a payload of ours, checked with another implementation. */
static void an_access_token_is_what_others_make_of_it(void **state)
{
    (void)state;
    static const char header_text[] =
        "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"cty\":\"twilio-fpa;v=1\"}";
    static const char payload_text[] =
        "{\"jti\":\"SK00000000000000000000000000000000-1700000000\","
        "\"iss\":\"SK00000000000000000000000000000000\","
        "\"sub\":\"AC00000000000000000000000000000000\",\"iat\":1700000000,\"exp\":1700003600,"
        "\"grants\":{\"identity\":\"alice_40example_2Ecom\",\"voice\":{\"incoming\":{\"allow\":"
        "true},\"outgoing\":{\"application_sid\":\"AP00000000000000000000000000000000\"}},"
        "\"task_router\":{\"workspace_sid\":\"WS00000000000000000000000000000000\","
        "\"worker_sid\":\"WK00000000000000000000000000000000\",\"role\":\"worker\"}}}";
    static const char mac[] = ".R89j8_3Wkcbc9TAU_7WAqvl9Q8O_ERgoub9vW6i1flo";
    cJSON *header = NULL;
    cJSON *payload = NULL;
    struct strbuf token;
    strbuf_init(&token, STRBUF_MAX_TOKEN);
    assert_int_equal(json_parse_object(header_text, sizeof header_text - 1, &header), ERR_OK);
    assert_int_equal(json_parse_object(payload_text, sizeof payload_text - 1, &payload), ERR_OK);
    assert_int_equal(jwt_sign_hs256(&token, "secret", 6, header, payload), ERR_OK);
    assert_string_equal(strrchr(token.buf, '.'), mac);

    cJSON *verified = NULL;
    assert_int_equal(jwt_verify_hs256(token.buf, "secret", 6, "JWT", 1700000000, &verified),
                     ERR_OK);
    assert_true(cJSON_Compare(verified, payload, true));
    cJSON_Delete(verified);
    cJSON_Delete(header);
    cJSON_Delete(payload);
    strbuf_free(&token);
}

/* Signs any two texts, so that what is refused is refused in spite of a signature that holds. */
static void sign_texts(struct strbuf *token, const char *header, const char *payload)
{
    struct strbuf parts;
    strbuf_init(&parts, 2 * STRBUF_MAX_TOKEN);
    encode_base64url(&parts, header, strlen(header));
    strbuf_addch(&parts, '.');
    encode_base64url(&parts, payload, strlen(payload));

    unsigned char mac[JWT_KEY_SIZE];
    assert_int_equal(jwt_derive_key("key", parts.buf, mac), ERR_OK);
    strbuf_reset(token);
    strbuf_add(token, parts.buf, parts.len);
    strbuf_addch(token, '.');
    encode_base64url(token, mac, sizeof mac);
    strbuf_free(&parts);
}

#define GOOD_HEADER "{\"alg\":\"HS256\",\"typ\":\"t\"}"

static void a_signature_alone_is_not_enough(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *payload;
        enum err rc;
    } rows[] = {
        { GOOD_HEADER, "{}", ERR_OK },
        { GOOD_HEADER, "{\"exp\":101}", ERR_OK },
        { GOOD_HEADER, "{\"exp\":100.5}", ERR_OK },
        { GOOD_HEADER, "{\"exp\":100}", ERR_AUTH },
        { GOOD_HEADER, "{\"exp\":99}", ERR_AUTH },
        { GOOD_HEADER, "{\"exp\":\"101\"}", ERR_AUTH },
        { GOOD_HEADER, "{\"exp\":null}", ERR_AUTH },
        { GOOD_HEADER, "{\"exp\":101,\"exp\":102}", ERR_AUTH },
        { GOOD_HEADER, "[]", ERR_AUTH },
        { GOOD_HEADER, "", ERR_AUTH },
        { GOOD_HEADER, "{}x", ERR_AUTH },
        { "{\"alg\":\"none\",\"typ\":\"t\"}", "{}", ERR_AUTH },
        { "{\"alg\":\"HS512\",\"typ\":\"t\"}", "{}", ERR_AUTH },
        { "{\"alg\":\"hs256\",\"typ\":\"t\"}", "{}", ERR_AUTH },
        { "{\"Alg\":\"HS256\",\"typ\":\"t\"}", "{}", ERR_AUTH },
        { "{\"typ\":\"t\"}", "{}", ERR_AUTH },
        { "{\"alg\":\"HS256\"}", "{}", ERR_AUTH },
        { "{\"alg\":\"HS256\",\"typ\":\"T\"}", "{}", ERR_AUTH },
        { "{\"alg\":\"HS256\",\"typ\":\"tt\"}", "{}", ERR_AUTH },
        { "{\"alg\":\"HS256\",\"typ\":\"t\",\"crit\":[]}", "{}", ERR_AUTH },
        { "{\"alg\":\"HS256\",\"typ\":\"t\",\"x\":1}", "{}", ERR_OK },
        { "", "{}", ERR_AUTH },
        { "x", "{}", ERR_AUTH },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf token;
        cJSON *payload = NULL;
        strbuf_init(&token, STRBUF_MAX_TOKEN);
        sign_texts(&token, rows[i].header, rows[i].payload);
        assert_row(i, jwt_verify_hs256(token.buf, "key", 3, "t", 100, &payload) == rows[i].rc);
        assert_row(i, (payload != NULL) == (rows[i].rc == ERR_OK));
        cJSON_Delete(payload);
        strbuf_free(&token);
    }
}

static void malformed_tokens_are_refused(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "", ".", "..", "...", "a.b", "a.b.", "a.b.c", ".b.c", "a..c", "eyJ9.e30.", "\xFF.\xFF.\xFF",
    };
    cJSON *payload = NULL;
    for (size_t i = 0; i < COUNT(tokens); i++)
        assert_row(i, jwt_verify_hs256(tokens[i], "key", 3, "t", 0, &payload) == ERR_AUTH);

    static char huge[100000];
    memset(huge, 'A', sizeof huge - 1);
    huge[10] = huge[20] = '.';
    assert_int_equal(jwt_verify_hs256(huge, "key", 3, "t", 0, &payload), ERR_AUTH);
    assert_null(payload);
}

static void what_does_not_fit_is_not_half_written(void **state)
{
    (void)state;
    static char long_text[2 * STRBUF_MAX_TOKEN];
    cJSON *header = cJSON_CreateObject();
    cJSON *payload = cJSON_CreateObject();
    struct strbuf out;
    strbuf_init(&out, 5 * STRBUF_MAX_TOKEN);
    memset(long_text, 'a', sizeof long_text - 1);
    assert_int_equal(json_set_string(payload, "x", long_text), ERR_OK);
    assert_int_equal(jwt_sign_hs256(&out, "key", 3, header, payload), ERR_MEMORY);
    assert_string_equal(out.buf, "");
    cJSON_Delete(header);
    cJSON_Delete(payload);
    strbuf_free(&out);
}

/* RFC 4231, test case 2: HMAC-SHA256 itself. */
static void a_derived_key_is_an_hmac(void **state)
{
    (void)state;
    unsigned char key[JWT_KEY_SIZE];
    static const unsigned char wanted[JWT_KEY_SIZE] = {
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
        0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
        0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
    };
    assert_int_equal(jwt_derive_key("Jefe", "what do ya want for nothing?", key), ERR_OK);
    assert_memory_equal(key, wanted, sizeof wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_of_rfc_7515_holds_until_it_expires),
        cmocka_unit_test(no_character_of_a_token_can_be_changed),
        cmocka_unit_test(an_access_token_is_what_others_make_of_it),
        cmocka_unit_test(a_signature_alone_is_not_enough),
        cmocka_unit_test(malformed_tokens_are_refused),
        cmocka_unit_test(what_does_not_fit_is_not_half_written),
        cmocka_unit_test(a_derived_key_is_an_hmac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
