/* http_client: every way in which an HTTP exchange can go wrong, and what it means for a create. */
#include "unit.h"

#include <errno.h>
#include <netdb.h>
#include <semaphore.h>
#include <time.h>

#include "fake_server.h"
#include "twilio/http_client.h"

enum { MAX_BODY = 256 * 1024 };

struct fixture {
    struct fake_server *server;
    struct http_client *client;
    struct http_reply reply;
    struct deadline deadline;
};

static int setup(void **state)
{
    static struct fixture fixture;
    const struct http_options options = { .user = "SKkey",
                                          .password = "secret",
                                          .allow_http = true };
    fixture.server = fake_server_start();
    fixture.deadline.at_ms = clock_ms() + 4000;
    http_reply_init(&fixture.reply, MAX_BODY);
    *state = &fixture;
    return http_client_new(&options, &fixture.client) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    http_reply_free(&fixture->reply);
    http_client_free(fixture->client);
    fake_server_stop(fixture->server);
    return 0;
}

static enum err get(struct fixture *fixture)
{
    const struct http_request request = { .method = "GET",
                                          .url = fake_server_url(fixture->server) };
    return http_client_perform(fixture->client, &request, &fixture->deadline, &fixture->reply);
}

static enum err create(struct fixture *fixture)
{
    const struct http_request request = { .method = "POST",
                                          .url = fake_server_url(fixture->server),
                                          .form = "a=1",
                                          .if_match = "\"3\"",
                                          .once = true };
    return http_client_perform(fixture->client, &request, &fixture->deadline, &fixture->reply);
}

static void test_sends_what_it_is_told(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->server, 200, "", "{}");
    assert_int_equal(create(fixture), ERR_OK);
    fake_server_assert_sent(fixture->server, 0, "POST / HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->server, 0, "\r\nAuthorization: Basic U0trZXk6c2VjcmV0\r\n");
    fake_server_assert_sent(fixture->server, 0, "\r\nIf-Match: \"3\"\r\n");
    fake_server_assert_sent(fixture->server, 0,
                            "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    fake_server_assert_sent(fixture->server, 0, "\r\n\r\na=1");
    assert_null(strstr(fake_server_request(fixture->server, 0), "Expect:"));
}

static void test_reads_headers_whatever_their_case(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(
        fixture->server, 412,
        "etag:  \"7\" \r\nRETRY-AFTER: 2\r\nX-Rate-Limit-Limit: 1500\r\nX-Rate-Limit-Remaining: 0\r\n"
        "TWILIO-CONCURRENT-REQUESTS: 12\r\ntwilio-request-id: RQ1\r\n"
        "date: Mon, 23 Nov 2026 06:10:07 GMT\r\n",
        "{\"code\":20412}");
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(fixture->reply.status, 412);
    assert_string_equal(fixture->reply.etag, "\"7\"");
    assert_int_equal(fixture->reply.retry_after_s, 2);
    assert_int_equal(fixture->reply.rate_limit, 1500);
    assert_int_equal(fixture->reply.rate_remaining, 0);
    assert_int_equal(fixture->reply.concurrent, 12);
    assert_string_equal(fixture->reply.request_id, "RQ1");
    assert_int_equal(fixture->reply.date_s, 1795414207);
    assert_string_equal(fixture->reply.body.buf, "{\"code\":20412}");
}

static void test_forgets_the_answer_before(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->server, 200, "ETag: 1\r\nRetry-After: 9\r\n", "{\"a\":1}");
    fake_server_raw(fixture->server,
                    "HTTP/1.1 103 Early Hints\r\nETag: early\r\n\r\n"
                    "HTTP/1.1 204 No Content\r\n\r\n",
                    FAKE_KEEP);
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(fixture->reply.status, 204);
    assert_string_equal(fixture->reply.etag, "");
    assert_int_equal(fixture->reply.retry_after_s, -1);
    assert_int_equal(fixture->reply.rate_limit, -1);
    assert_int_equal(fixture->reply.rate_remaining, -1);
    assert_int_equal(fixture->reply.concurrent, -1);
    assert_int_equal(fixture->reply.body.len, 0);
}

static void test_keeps_the_connection(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 6; i++)
        fake_server_json(fixture->server, 200, "", "{}");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(get(fixture), ERR_OK);
        assert_int_equal(create(fixture), ERR_OK);
    }
    assert_int_equal(fake_server_connections(fixture->server), 1);
}

static void test_create_avoids_a_dead_connection(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", FAKE_CLOSE);
    fake_server_json(fixture->server, 201, "", "{}");
    assert_int_equal(get(fixture), ERR_OK);
    fake_server_wait_closed(fixture->server, 1);
    assert_int_equal(create(fixture), ERR_OK);
    assert_int_equal(fixture->reply.status, 201);
    assert_int_equal(fake_server_requests(fixture->server), 2);
    assert_int_equal(fake_server_connections(fixture->server), 2);
}

/* The case in which libcurl by itself would send the POST twice. */
static void test_create_on_a_connection_that_dies_is_sent_once(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->server, 200, "", "{}");
    fake_server_raw(fixture->server, "", FAKE_CLOSE);
    fake_server_json(fixture->server, 201, "", "{}");
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(create(fixture), ERR_NO_REPLY);
    assert_true(fixture->reply.unknown);
    assert_string_not_equal(fixture->reply.problem, "");
    assert_int_equal(fake_server_requests(fixture->server), 2);
    /* And the client is still good for the next request. */
    assert_int_equal(create(fixture), ERR_OK);
    assert_int_equal(fake_server_requests(fixture->server), 3);
}

static void test_read_on_a_connection_that_dies_is_repeated(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->server, 200, "", "{}");
    fake_server_raw(fixture->server, "", FAKE_CLOSE);
    fake_server_json(fixture->server, 200, "", "{\"again\":true}");
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(get(fixture), ERR_OK);
    assert_string_equal(fixture->reply.body.buf, "{\"again\":true}");
}

static void test_create_without_an_answer_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "", FAKE_CLOSE);
    assert_int_equal(create(fixture), ERR_NO_REPLY);
    assert_true(fixture->reply.unknown);
    assert_int_equal(fake_server_requests(fixture->server), 1);
}

static void test_create_that_cannot_connect_is_known(void **state)
{
    struct fixture *fixture = *state;
    /* A port of our own on which nothing listens any more. */
    struct fake_server *gone = fake_server_start();
    char url[64];
    snprintf(url, sizeof url, "%s", fake_server_url(gone));
    fake_server_stop(gone);
    const struct http_request request = { .method = "POST", .url = url, .form = "", .once = true };
    assert_int_equal(
        http_client_perform(fixture->client, &request, &fixture->deadline, &fixture->reply),
        ERR_NO_REPLY);
    assert_false(fixture->reply.unknown);
}

static void test_truncated_body(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server,
                    "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"sid\":", FAKE_CLOSE);
    assert_int_equal(create(fixture), ERR_NO_REPLY);
    assert_true(fixture->reply.unknown);
    assert_int_equal(fake_server_requests(fixture->server), 1);
}

static void test_body_over_the_ceiling(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
                    FAKE_ENDLESS);
    assert_int_equal(get(fixture), ERR_TOO_LARGE);
    assert_true(fixture->reply.body.len <= MAX_BODY);
}

static void test_endless_headers(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "HTTP/1.1 200 OK\r\n", FAKE_ENDLESS);
    assert_int_equal(create(fixture), ERR_TOO_LARGE);
    assert_true(fixture->reply.unknown);
    assert_int_equal(fake_server_requests(fixture->server), 1);
}

static void assert_ends_at_the_deadline(struct fixture *fixture, const char *answer,
                                        enum fake_then then)
{
    fake_server_raw(fixture->server, answer, then);
    int64_t start_ms = clock_ms();
    fixture->deadline.at_ms = start_ms + 200;
    assert_int_equal(create(fixture), ERR_TIMEOUT);
    assert_true(fixture->reply.unknown);
    assert_true(clock_ms() - start_ms >= 190);
    assert_true(clock_ms() - start_ms < 2000);
    assert_int_equal(fake_server_requests(fixture->server), 1);
}

static void test_silent_server(void **state)
{
    assert_ends_at_the_deadline(*state, "", FAKE_KEEP);
}

static void test_dripping_server(void **state)
{
    assert_ends_at_the_deadline(
        *state, "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"a\":\"and so on\"", FAKE_DRIP);
}

static void test_nothing_is_sent_after_the_deadline(void **state)
{
    struct fixture *fixture = *state;
    fixture->deadline.at_ms = clock_ms() - 1;
    assert_int_equal(create(fixture), ERR_TIMEOUT);
    assert_false(fixture->reply.unknown);
    assert_int_equal(fake_server_connections(fixture->server), 0);
}

static void test_a_stopping_process_waits_for_nobody(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "", FAKE_KEEP);
    int64_t start_ms = clock_ms();
    deadline_give_up_at(start_ms + 100);
    enum err rc = create(fixture);
    deadline_give_up_at(INT64_MAX);
    assert_int_equal(rc, ERR_TIMEOUT);
    assert_true(clock_ms() - start_ms < 2000);
}

static void test_redirects_are_not_followed(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->server, 302, "Location: http://127.0.0.1:1/\r\n", "");
    assert_int_equal(get(fixture), ERR_OK);
    assert_int_equal(fixture->reply.status, 302);
}

static void test_not_http(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "SSH-2.0-OpenSSH\r\n", FAKE_CLOSE);
    assert_int_equal(create(fixture), ERR_NO_REPLY);
    assert_true(fixture->reply.unknown);
}

static void test_plain_http_only_where_allowed(void **state)
{
    struct fixture *fixture = *state;
    const struct http_options options = { .user = "SKkey", .password = "secret" };
    struct http_client *strict = NULL;
    const struct http_request request = { .method = "GET",
                                          .url = fake_server_url(fixture->server) };
    const struct http_request file = { .method = "GET", .url = "file:///etc/passwd" };
    assert_int_equal(http_client_new(&options, &strict), ERR_OK);
    assert_int_equal(http_client_perform(strict, &request, &fixture->deadline, &fixture->reply),
                     ERR_NO_REPLY);
    assert_int_equal(http_client_perform(strict, &file, &fixture->deadline, &fixture->reply),
                     ERR_NO_REPLY);
    assert_int_equal(fixture->reply.body.len, 0);
    assert_int_equal(fake_server_connections(fixture->server), 0);
    http_client_free(strict);
}

static void test_delete_and_then_others(void **state)
{
    struct fixture *fixture = *state;
    const struct http_request request = { .method = "DELETE",
                                          .url = fake_server_url(fixture->server) };
    fake_server_raw(fixture->server, "HTTP/1.1 204 No Content\r\n\r\n", FAKE_KEEP);
    fake_server_json(fixture->server, 200, "", "{}");
    fake_server_json(fixture->server, 200, "", "{}");
    assert_int_equal(
        http_client_perform(fixture->client, &request, &fixture->deadline, &fixture->reply),
        ERR_OK);
    assert_int_equal(create(fixture), ERR_OK);
    assert_int_equal(get(fixture), ERR_OK);
    fake_server_assert_sent(fixture->server, 0, "DELETE / HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->server, 1, "POST / HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->server, 2, "GET / HTTP/1.1\r\n");
    assert_null(strstr(fake_server_request(fixture->server, 2), "If-Match"));
}

/*
 * Stands before the C library's: addresses go to no name server, and the name that libcurl asks for
 * here is one whose name server doesn't answer until the test is over.
 */
static sem_t name_server;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    (void)node;
    (void)service;
    (void)hints;
    (void)result;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5; /* or, without the rule, the test would never end */
    while (sem_timedwait(&name_server, &until) != 0 && errno == EINTR)
        continue;
    return EAI_AGAIN;
}

static void test_a_name_server_that_hangs_breaks_no_deadline(void **state)
{
    struct fixture *fixture = *state;
    struct http_client *client = NULL;
    const struct http_options options = { .allow_http = true };
    const struct http_request request = { .method = "GET", .url = "http://hangs.invalid/" };
    assert_int_equal(sem_init(&name_server, 0, 0), 0);
    assert_int_equal(http_client_new(&options, &client), ERR_OK);
    int64_t began_ms = clock_ms();
    fixture->deadline.at_ms = began_ms + 300;
    assert_int_equal(http_client_perform(client, &request, &fixture->deadline, &fixture->reply),
                     ERR_TIMEOUT);
    http_client_free(client);
    int64_t took_ms = clock_ms() - began_ms;
    sem_post(&name_server);
    assert_in_range(took_ms, 250, 1500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_what_it_is_told),
        TEST(reads_headers_whatever_their_case),
        TEST(forgets_the_answer_before),
        TEST(keeps_the_connection),
        TEST(create_avoids_a_dead_connection),
        TEST(create_on_a_connection_that_dies_is_sent_once),
        TEST(read_on_a_connection_that_dies_is_repeated),
        TEST(create_without_an_answer_is_unknown),
        TEST(create_that_cannot_connect_is_known),
        TEST(truncated_body),
        TEST(body_over_the_ceiling),
        TEST(endless_headers),
        TEST(silent_server),
        TEST(dripping_server),
        TEST(nothing_is_sent_after_the_deadline),
        TEST(a_stopping_process_waits_for_nobody),
        TEST(redirects_are_not_followed),
        TEST(not_http),
        TEST(plain_http_only_where_allowed),
        TEST(delete_and_then_others),
        TEST(a_name_server_that_hangs_breaks_no_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
