/* flex_token: what is asked about a token of Flex, and what Twilio's answers mean. */
#include "unit.h"

#include "fake_twilio.h"
#include "twilio/flex_token.h"

#define TOKEN  "eyJhbGciOiJkaXIi.x-_y.Az09"
#define WORKER "WK00000000000000000000000000000001"
#define VALID  "\"valid\":true,\"expiration\":\"2099-01-01T00:00:00Z\""

static int setup(void **state)
{
    static struct fake_twilio twilio;
    *state = &twilio;
    return fake_twilio_start(&twilio);
}

static int teardown(void **state)
{
    return fake_twilio_stop(*state);
}

static void only_what_looks_like_a_token_is_plausible(void **state)
{
    (void)state;
    char text[FLEX_TOKEN_MAX + 2];
    memset(text, 'x', sizeof text);
    text[FLEX_TOKEN_MAX + 1] = '\0';
    assert_false(flex_token_is_plausible(text));
    text[FLEX_TOKEN_MAX] = '\0';
    assert_true(flex_token_is_plausible(text));
    text[FLEX_TOKEN_MIN] = '\0';
    assert_true(flex_token_is_plausible(text));
    text[FLEX_TOKEN_MIN - 1] = '\0';
    assert_false(flex_token_is_plausible(text));
    assert_false(flex_token_is_plausible(""));
    assert_true(flex_token_is_plausible(TOKEN));
    static const char *const others[] = { "\"", "&", "%", " ", "\n", "=", "/", "\\", "\xc3\xa4" };
    for (size_t i = 0; i < COUNT(others); i++) {
        snprintf(text, sizeof text, "%s%s", TOKEN, others[i]);
        assert_row(i, !flex_token_is_plausible(text));
    }
}

static void the_token_is_asked_for_in_a_body(void **state)
{
    struct fake_twilio *twilio = *state;
    struct flex_token found;
    fake_server_json(twilio->server, 403, "", "{\"code\":20003}");
    fake_server_json(twilio->server, 200, "Date: Thu, 01 Jan 2099 00:00:00 GMT\r\n",
                     "{\"valid\":true,\"expiration\":\"2099-01-01T00:01:30Z\",\"worker_sid\":"
                     "\"" WORKER "\"}");
    assert_int_equal(flex_token_validate(twilio->client, TOKEN, &found), ERR_OK);
    assert_string_equal(found.worker_sid, WORKER);
    assert_true(found.left_s > 0 && found.left_s <= 90);
    fake_server_assert_sent(twilio->server, 0,
                            "POST /v1/Accounts/" FAKE_ACCOUNT "/Tokens/validate HTTP/1.1\r\n");
    fake_server_assert_sent(twilio->server, 0, "\r\nContent-Type: application/json\r\n");
    fake_server_assert_sent(twilio->server, 0, "\r\n\r\n{\"token\":\"" TOKEN "\"}");
    fake_server_assert_sent(twilio->server, 1,
                            "POST /v1/Accounts/" FAKE_ACCOUNT "/Tokens/Info HTTP/1.1\r\n");
    fake_server_assert_sent(twilio->server, 1,
                            "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    fake_server_assert_sent(twilio->server, 1, "\r\n\r\nToken=" TOKEN);
}

static void what_answers_mean(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err expected;
        int asked;
    } rows[] = {
        { 200, "{" VALID ",\"worker_sid\":\"" WORKER "\"}", ERR_OK, 1 },
        { 200, "{" VALID "}", ERR_OK, 1 },
        { 200, "{" VALID ",\"worker_sid\":17}", ERR_OK, 1 },
        { 200, "{\"valid\":true,\"expiration\":\"2020-01-01T00:00:00Z\"}", ERR_AUTH, 1 },
        { 200, "{\"valid\":false,\"code\":20104}", ERR_AUTH, 1 },
        { 400, "{\"code\":20001}", ERR_AUTH, 1 },
        { 401, "{\"valid\":false}", ERR_AUTH, 1 },
        { 401, "{\"code\":20003}", ERR_UPSTREAM, 2 },
        { 403, "{}", ERR_UPSTREAM, 2 },
        { 404, "{}", ERR_UPSTREAM, 2 },
        { 405, "{}", ERR_UPSTREAM, 2 },
        { 409, "{}", ERR_UPSTREAM, 1 },
        { 422, "{}", ERR_UPSTREAM, 1 },
        { 429, "{}", ERR_UNAVAILABLE, 1 },
        { 500, "{}", ERR_UPSTREAM, 3 },
        { 200, "{}", ERR_UPSTREAM, 1 },
        { 200, "[]", ERR_UPSTREAM, 1 },
        { 200, "{\"valid\":true}", ERR_UPSTREAM, 1 },
        { 200, "{\"valid\":\"true\",\"expiration\":\"2099-01-01T00:00:00Z\"}", ERR_UPSTREAM, 1 },
        { 200, "{\"valid\":true,\"expiration\":\"soon\"}", ERR_UPSTREAM, 1 },
    };
    struct fake_twilio *twilio = *state;
    size_t asked = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct flex_token found = { .left_s = -7 };
        const char *later = rows[i].status == 429 ? "Retry-After: 3600\r\n" : "";
        twilio->deadline.at_ms = clock_ms() + 60000;
        for (int n = 0; n < rows[i].asked; n++)
            fake_server_json(twilio->server, rows[i].status, later, rows[i].body);
        assert_row(i, flex_token_validate(twilio->client, TOKEN, &found) == rows[i].expected);
        assert_row(i, (found.left_s == -7) == (rows[i].expected != ERR_OK));
        asked += (size_t)rows[i].asked;
        assert_row(i, fake_server_requests(twilio->server) == asked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_looks_like_a_token_is_plausible),
        cmocka_unit_test_setup_teardown(the_token_is_asked_for_in_a_body, setup, teardown),
        cmocka_unit_test_setup_teardown(what_answers_mean, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
