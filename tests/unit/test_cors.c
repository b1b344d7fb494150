#include "unit.h"

#include "web/cors.h"

#define FLEX  "https://flex.twilio.com"
#define OTHER "https://flex.example.com"

static void an_origin_is_listed_byte_for_byte(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *origin;
        bool listed;
    } rows[] = {
        { FLEX, FLEX, true },
        { OTHER " " FLEX, FLEX, true },
        { " , " OTHER ", " FLEX " ", FLEX, true },
        { NULL, FLEX, false },
        { FLEX, NULL, false },
        { FLEX, "", false },
        { "", "", false },
        { FLEX, FLEX "/", false },
        { FLEX, FLEX ":443", false },
        { FLEX, FLEX ".evil.example", false },
        { FLEX, "https://flex.twilio.co", false },
        { FLEX, "https://FLEX.twilio.com", false },
        { FLEX, "http://flex.twilio.com", false },
        { FLEX, "null", false },
        { FLEX " " OTHER, FLEX " " OTHER, false },
        { FLEX, "*", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(cors_is_listed(rows[i].list, rows[i].origin), rows[i].listed);
}

/* The headers of the answer to a request with these variables, and whether that is all of it. */
static bool apply(enum endpoint_auth auth, const char *origins, enum request_method method,
                  char **variables, struct response *response)
{
    char list[128];
    struct config config = { .flex_origins = NULL };
    const struct endpoint endpoint = { .auth = auth, .methods = METHOD_POST };
    const struct request request = { .method = method, .environment = variables };
    if (origins != NULL) {
        snprintf(list, sizeof list, "%s", origins);
        config.flex_origins = list;
    }
    response_reset(response, RESPONSE_JSON);
    return cors_apply(&endpoint, &config, &request, response);
}

static void only_a_page_of_flex_is_answered(void **state)
{
    (void)state;
    char origin[] = "HTTP_ORIGIN=" FLEX;
    char other[] = "HTTP_ORIGIN=" OTHER;
    char wanted[] = "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST";
    char *from_flex[] = { origin, wanted, NULL };
    char *from_other[] = { other, wanted, NULL };
    char *plain[] = { origin, NULL };
    struct response response;
    response_init(&response);
    assert_true(apply(AUTH_AGENT, FLEX, METHOD_OPTIONS, from_flex, &response));
    assert_string_equal(response.headers.buf,
                        "Vary: Origin\r\n"
                        "Access-Control-Allow-Origin: " FLEX "\r\n"
                        "Access-Control-Allow-Methods: POST\r\n"
                        "Access-Control-Allow-Headers: Content-Type, X-Dialpad-Token\r\n"
                        "Access-Control-Max-Age: 7200\r\n");
    assert_false(apply(AUTH_AGENT, FLEX, METHOD_OPTIONS, from_other, &response));
    assert_string_equal(response.headers.buf, "Vary: Origin\r\n");
    assert_false(apply(AUTH_AGENT, FLEX, METHOD_OPTIONS, plain, &response));
    assert_false(apply(AUTH_AGENT, FLEX, METHOD_POST, from_flex, &response));
    assert_string_equal(response.headers.buf, "Vary: Origin\r\n"
                                              "Access-Control-Allow-Origin: " FLEX "\r\n"
                                              "Access-Control-Expose-Headers: Retry-After\r\n");
    assert_false(apply(AUTH_AGENT, NULL, METHOD_OPTIONS, from_flex, &response));
    assert_int_equal(response.headers.len, 0);
    assert_false(apply(AUTH_TWILIO, FLEX, METHOD_OPTIONS, from_flex, &response));
    assert_false(apply(AUTH_WEB_SERVER, FLEX, METHOD_OPTIONS, from_flex, &response));
    assert_false(apply(AUTH_NONE, FLEX, METHOD_OPTIONS, from_flex, &response));
    assert_int_equal(response.headers.len, 0);
    response_free(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_listed_byte_for_byte),
        cmocka_unit_test(only_a_page_of_flex_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
