/* twilio_client: hosts, credentials, retries, and what Twilio's answers mean. */
#include "unit.h"

#include "base/json.h"
#include "fake_twilio.h"
#include "twilio/twilio_client.h"

struct fixture {
    struct fake_twilio twilio;
    struct twilio_reply reply;
};

static int setup(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    *state = &fixture;
    return fake_twilio_start(&fixture.twilio);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    twilio_reply_free(&fixture->reply);
    return fake_twilio_stop(&fixture->twilio);
}

static enum err get(struct fixture *fixture)
{
    twilio_reply_free(&fixture->reply);
    return twilio_client_get(fixture->twilio.client, TWILIO_TASKROUTER, "/v1/Workspaces", "A=1%202",
                             &fixture->reply);
}

static enum err post(struct fixture *fixture)
{
    twilio_reply_free(&fixture->reply);
    return twilio_client_post(fixture->twilio.client, TWILIO_TASKROUTER, "/v1/Tasks", "A=1",
                              "\"4\"", &fixture->reply);
}

static void test_get(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 200, "ETag: \"5\"\r\n", "{\"sid\":\"WS1\"}");
    assert_int_equal(get(fixture), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0, "GET /v1/Workspaces?A=1%202 HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 0, "\r\nAuthorization: Basic ");
    assert_int_equal(fixture->reply.status, 200);
    assert_string_equal(fixture->reply.etag, "\"5\"");
    assert_string_equal(json_get_string(fixture->reply.json, "sid"), "WS1");
}

static void test_post(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 201, "", "{\"sid\":\"WT1\"}");
    assert_int_equal(post(fixture), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0, "POST /v1/Tasks HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 0, "\r\nIf-Match: \"4\"\r\n");
    fake_server_assert_sent(fixture->twilio.server, 0, "\r\n\r\nA=1");
}

static void test_both_hosts_share_one_base_url(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    assert_int_equal(get(fixture), ERR_OK);
    twilio_reply_free(&fixture->reply);
    assert_int_equal(twilio_client_get(fixture->twilio.client, TWILIO_API, "/2010-04-01/x.json",
                                       NULL, &fixture->reply),
                     ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 1, "GET /2010-04-01/x.json HTTP/1.1\r\n");
    assert_int_equal(fake_server_connections(fixture->twilio.server), 1);
}

static void test_what_answers_mean(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err expected;
        int code;
        bool unknown;
    } rows[] = {
        { 200, "{}", ERR_OK, 0, false },
        { 200, "", ERR_UPSTREAM, 0, true },
        { 201, "<html>", ERR_UPSTREAM, 0, true },
        { 200, "{\"sid\":", ERR_UPSTREAM, 0, true },
        { 200, "[]", ERR_UPSTREAM, 0, true },
        { 302, "", ERR_UPSTREAM, 0, false },
        { 400, "{\"code\":20001,\"message\":\"m\",\"status\":400}", ERR_REFUSED, 20001, false },
        { 400, "{\"message\":\"no code\"}", ERR_REFUSED, 0, false },
        { 400, "{\"code\":\"x\"}", ERR_REFUSED, 0, false },
        { 400, "<html>", ERR_REFUSED, 0, false },
        { 401, "{\"code\":20003}", ERR_UPSTREAM, 20003, false },
        { 403, "{\"code\":20403}", ERR_UPSTREAM, 20403, false },
        { 404, "{\"code\":20404}", ERR_NOT_FOUND, 20404, false },
        { 404, "", ERR_NOT_FOUND, 0, false },
        { 409, "{\"code\":20409}", ERR_CONFLICT, 20409, false },
        { 412, "{\"code\":20412}", ERR_CONFLICT, 20412, false },
        { 500, "{\"code\":20500}", ERR_UPSTREAM, 20500, true },
        { 503, "<html>", ERR_UPSTREAM, 0, true },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_server_json(fixture->twilio.server, rows[i].status, "", rows[i].body);
        assert_row(i, post(fixture) == rows[i].expected);
        assert_int_equal(fixture->reply.status, rows[i].status);
        assert_int_equal(fixture->reply.code, rows[i].code);
        assert_int_equal(fixture->reply.unknown, rows[i].unknown);
        assert_int_equal(fake_server_requests(fixture->twilio.server), i + 1);
    }
}

static void test_429_is_repeated_also_for_a_create(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 429, "", "{\"code\":20429}");
    fake_server_json(fixture->twilio.server, 429, "", "{\"code\":20429}");
    fake_server_json(fixture->twilio.server, 201, "", "{}");
    assert_int_equal(post(fixture), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
}

static void test_429_for_longer_than_the_deadline(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 40; i++)
        fake_server_json(fixture->twilio.server, 429, "", "{\"code\":20429}");
    fixture->twilio.deadline.at_ms = clock_ms() + 600;
    assert_int_equal(post(fixture), ERR_UNAVAILABLE);
    assert_int_equal(fixture->reply.code, 20429);
    assert_false(fixture->reply.unknown);
    assert_true(twilio_client_left_ms(fixture->twilio.client) > 0);
}

static void test_retry_after_that_fits(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 429, "Retry-After: 1\r\n", "{}");
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    int64_t start_ms = clock_ms();
    assert_int_equal(get(fixture), ERR_OK);
    assert_true(clock_ms() - start_ms >= 1000);
}

static void test_retry_after_that_does_not_fit(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 429, "Retry-After: 30\r\n", "{}");
    int64_t start_ms = clock_ms();
    assert_int_equal(get(fixture), ERR_UNAVAILABLE);
    assert_true(clock_ms() - start_ms < 3000);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 1);
}

static void test_reads_are_repeated(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 500, "", "<html>");
    fake_server_raw(fixture->twilio.server, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
                    FAKE_CLOSE);
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
}

static void test_reads_are_tried_three_times(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 4; i++)
        fake_server_json(fixture->twilio.server, 503, "", "{\"code\":20503}");
    assert_int_equal(get(fixture), ERR_UPSTREAM);
    assert_int_equal(fixture->reply.code, 20503);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
}

static void test_create_is_sent_once_whatever_happens(void **state)
{
    static const struct {
        const char *answer;
        enum fake_then then;
        enum err expected;
    } rows[] = {
        { "", FAKE_CLOSE, ERR_NO_REPLY },
        { "HTTP/1.1 201", FAKE_CLOSE, ERR_NO_REPLY },
        { "HTTP/1.1 201 Created\r\nContent-Le", FAKE_CLOSE,
          ERR_UPSTREAM }, /* to libcurl it is whole */
        { "HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{\"sid\":", FAKE_CLOSE, ERR_NO_REPLY },
        { "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":", FAKE_CLOSE,
          ERR_NO_REPLY },
        { "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", FAKE_KEEP, ERR_UPSTREAM },
        { "HTTP/1.1 201 Created\r\n", FAKE_ENDLESS, ERR_UPSTREAM },
        { "HTTP/1.1 201 Created\r\nContent-Length: 90000000\r\n\r\n", FAKE_ENDLESS, ERR_UPSTREAM },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* The read before leaves a connection behind that the create then uses. */
        fake_server_json(fixture->twilio.server, 200, "", "{}");
        fake_server_raw(fixture->twilio.server, rows[i].answer, rows[i].then);
        fixture->twilio.deadline.at_ms = clock_ms() + 4000; /* for this row alone */
        assert_int_equal(get(fixture), ERR_OK);
        assert_row(i, post(fixture) == rows[i].expected);
        assert_true(fixture->reply.unknown);
        assert_int_equal(fake_server_requests(fixture->twilio.server), 2 * (i + 1));
    }
}

static void test_create_that_times_out_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    fake_server_raw(fixture->twilio.server, "", FAKE_KEEP);
    /* On this read's connection the create is under way at once, and the time is for the answer. */
    assert_int_equal(get(fixture), ERR_OK);
    fixture->twilio.deadline.at_ms = clock_ms() + 200;
    assert_int_equal(post(fixture), ERR_TIMEOUT);
    assert_true(fixture->reply.unknown);
    fake_server_wait_requests(fixture->twilio.server, 2);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 2);
}

static void test_delete_of_what_is_gone(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 502, "", "");
    fake_server_json(fixture->twilio.server, 404, "", "{\"code\":20404}");
    fake_server_raw(fixture->twilio.server, "HTTP/1.1 204 No Content\r\n\r\n", FAKE_KEEP);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            twilio_client_delete(fixture->twilio.client, TWILIO_API, "/x.json", &fixture->reply),
            ERR_OK);
        twilio_reply_free(&fixture->reply);
    }
    fake_server_assert_sent(fixture->twilio.server, 1, "DELETE /x.json HTTP/1.1\r\n");
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
}

static void test_next_links(void **state)
{
    struct fixture *fixture = *state;
    char same[128];
    char longer_port[128];
    char user[128];
    snprintf(same, sizeof same, "%s/v1/x?PageToken=PA1", fixture->twilio.base_url);
    snprintf(longer_port, sizeof longer_port, "%s1/v1/x", fixture->twilio.base_url);
    snprintf(user, sizeof user, "http://evil@%s/v1/x",
             fixture->twilio.base_url + strlen("http://"));
    const struct {
        const char *link;
        enum err expected;
    } rows[] = {
        { same, ERR_OK },
        { "/2010-04-01/x.json?PageToken=PA2", ERR_OK },
        { longer_port, ERR_UPSTREAM },
        { user, ERR_UPSTREAM },
        { "https://evil.example/v1/x", ERR_UPSTREAM },
        { "//evil.example/v1/x", ERR_UPSTREAM },
        { "file:///etc/passwd", ERR_UPSTREAM },
        { "v1/x", ERR_UPSTREAM },
        { "", ERR_UPSTREAM },
    };
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        twilio_reply_free(&fixture->reply);
        assert_int_equal(twilio_client_get_next(fixture->twilio.client, TWILIO_TASKROUTER,
                                                rows[i].link, &fixture->reply),
                         rows[i].expected);
    }
    assert_int_equal(fake_server_requests(fixture->twilio.server), 2);
    fake_server_assert_sent(fixture->twilio.server, 0, "GET /v1/x?PageToken=PA1 HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 1,
                            "GET /2010-04-01/x.json?PageToken=PA2 HTTP/1.1\r\n");
}

static void test_twilios_clock(void **state)
{
    struct fixture *fixture = *state;
    int64_t wall_s = twilio_client_now_s(fixture->twilio.client);
    assert_in_range(wall_s, clock_wall_s() - 1, clock_wall_s());
    fake_server_json(fixture->twilio.server, 200, "Date: Mon, 23 Nov 2026 06:10:07 GMT\r\n", "{}");
    assert_int_equal(get(fixture), ERR_OK);
    assert_in_range(twilio_client_now_s(fixture->twilio.client), 1795414207, 1795414209);
}

/* The test server plays the proxy: what it is asked to connect to is the host that we chose. */
static void assert_host(struct fixture *fixture, const char *region, const char *edge,
                        enum twilio_host host, const char *expected)
{
    char region_text[16];
    char edge_text[16];
    struct config config = fixture->twilio.config;
    struct twilio_reply reply;
    snprintf(region_text, sizeof region_text, "%s", region != NULL ? region : "");
    snprintf(edge_text, sizeof edge_text, "%s", edge != NULL ? edge : "");
    config.api_base_url = NULL;
    config.proxy = fixture->twilio.base_url;
    config.region = region != NULL ? region_text : NULL;
    config.edge = edge != NULL ? edge_text : NULL;
    struct twilio_client *client = twilio_client_new(&config, &fixture->twilio.deadline);
    assert_non_null(client);
    size_t index = fake_server_requests(fixture->twilio.server);
    fake_server_raw(fixture->twilio.server, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n",
                    FAKE_CLOSE);
    assert_int_equal(twilio_client_post(client, host, "/v1/x", "", NULL, &reply), ERR_NO_REPLY);
    assert_false(reply.unknown);
    twilio_reply_free(&reply);
    twilio_client_free(client);
    fake_server_assert_sent(fixture->twilio.server, index, expected);
    /* The credentials are for Twilio, not for the proxy. */
    assert_null(strstr(fake_server_request(fixture->twilio.server, index), "Authorization"));
}

static void test_hosts(void **state)
{
    struct fixture *fixture = *state;
    assert_host(fixture, NULL, NULL, TWILIO_TASKROUTER, "CONNECT taskrouter.twilio.com:443 ");
    assert_host(fixture, NULL, NULL, TWILIO_API, "CONNECT api.twilio.com:443 ");
    assert_host(fixture, "ie1", NULL, TWILIO_TASKROUTER, "CONNECT taskrouter.ie1.twilio.com:443 ");
    assert_host(fixture, "ie1", "dublin", TWILIO_API, "CONNECT api.dublin.ie1.twilio.com:443 ");
    assert_host(fixture, NULL, "sydney", TWILIO_API, "CONNECT api.sydney.us1.twilio.com:443 ");
}

static enum err get_path(struct fixture *fixture, const char *path)
{
    twilio_reply_free(&fixture->reply);
    return twilio_client_get(fixture->twilio.client, TWILIO_TASKROUTER, path, NULL,
                             &fixture->reply);
}

/* The server answers the first only when the last has asked, too. */
static void test_what_is_said_ahead_is_asked_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct twilio_client *client = fixture->twilio.client;
    for (int i = 0; i < 3; i++) {
        fake_server_raw(fixture->twilio.server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                        i < 2 ? FAKE_WAIT : FAKE_KEEP);
    }
    twilio_client_ahead(client, TWILIO_TASKROUTER, "/a", NULL);
    twilio_client_ahead(client, TWILIO_API, "/b", NULL);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 0);
    assert_int_equal(post(fixture), ERR_OK);
    assert_int_equal(get_path(fixture, "/a"), ERR_OK);
    assert_int_equal(get_path(fixture, "/b"), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
    /* Each answer is for one get. */
    fake_server_json(fixture->twilio.server, 404, "", "{}");
    assert_int_equal(get_path(fixture, "/a"), ERR_NOT_FOUND);
}

static void test_a_change_forgets_what_was_read_before(void **state)
{
    struct fixture *fixture = *state;
    struct twilio_client *client = fixture->twilio.client;
    for (int i = 0; i < 3; i++)
        fake_server_json(fixture->twilio.server, 200, "", "{}");
    twilio_client_ahead(client, TWILIO_TASKROUTER, "/a", NULL);
    assert_int_equal(get_path(fixture, "/b"), ERR_OK);
    assert_int_equal(post(fixture), ERR_OK);
    fake_server_json(fixture->twilio.server, 200, "", "{\"fresh\":true}");
    assert_int_equal(get_path(fixture, "/a"), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 4);
    twilio_client_ahead(client, TWILIO_TASKROUTER, "/c", NULL);
    twilio_client_ahead_end(client);
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    assert_int_equal(get_path(fixture, "/d"), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 5);
}

static void test_a_read_ahead_that_failed_is_tried_again(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 503, "", "{}");
    fake_server_json(fixture->twilio.server, 503, "", "{}");
    twilio_client_ahead(fixture->twilio.client, TWILIO_TASKROUTER, "/a", NULL);
    assert_int_equal(post(fixture), ERR_UPSTREAM);
    fake_server_json(fixture->twilio.server, 200, "", "{}");
    assert_int_equal(get_path(fixture, "/a"), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(get),
        TEST(what_is_said_ahead_is_asked_at_once),
        TEST(a_change_forgets_what_was_read_before),
        TEST(a_read_ahead_that_failed_is_tried_again),
        TEST(post),
        TEST(both_hosts_share_one_base_url),
        TEST(what_answers_mean),
        TEST(429_is_repeated_also_for_a_create),
        TEST(429_for_longer_than_the_deadline),
        TEST(retry_after_that_fits),
        TEST(retry_after_that_does_not_fit),
        TEST(reads_are_repeated),
        TEST(reads_are_tried_three_times),
        TEST(create_is_sent_once_whatever_happens),
        TEST(create_that_times_out_is_unknown),
        TEST(delete_of_what_is_gone),
        TEST(next_links),
        TEST(twilios_clock),
        TEST(hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
