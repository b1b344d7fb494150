/* http_many: several requests at the same time, each with http_client's guards. */
#include "unit.h"

#include "fake_server.h"
#include "twilio/http_many.h"

enum { MAX_BODY = 1024, COUNT_MAX = HTTP_CLIENT_TRANSFERS + 1 };

struct fixture {
    struct fake_server *server;
    struct http_client *client;
    struct http_many *many;
    struct deadline deadline;
    char urls[COUNT_MAX][80];
    struct http_request requests[COUNT_MAX];
    struct http_reply replies[COUNT_MAX];
    struct http_exchange exchanges[COUNT_MAX];
};

static int setup(void **state)
{
    static struct fixture fixture;
    const struct http_options options = { .user = "SKkey",
                                          .password = "secret",
                                          .allow_http = true };
    fixture.server = fake_server_start();
    fixture.deadline.at_ms = clock_ms() + 4000;
    if (http_client_new(&options, &fixture.client) != ERR_OK) return -1;
    for (size_t i = 0; i < COUNT_MAX; i++) {
        http_reply_init(&fixture.replies[i], MAX_BODY);
        snprintf(fixture.urls[i], sizeof fixture.urls[i], "%s/%zu", fake_server_url(fixture.server),
                 i);
        fixture.requests[i] = (struct http_request){ .method = "GET", .url = fixture.urls[i] };
        fixture.exchanges[i] = (struct http_exchange){
            .client = fixture.client,
            .request = &fixture.requests[i],
            .reply = &fixture.replies[i],
        };
    }
    *state = &fixture;
    return http_many_new(&fixture.many) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    http_many_free(fixture->many);
    http_client_free(fixture->client);
    for (size_t i = 0; i < COUNT_MAX; i++)
        http_reply_free(&fixture->replies[i]);
    fake_server_stop(fixture->server);
    return 0;
}

static void post(struct fixture *fixture, size_t which)
{
    fixture->requests[which].method = "POST";
    fixture->requests[which].form = "a=1";
    fixture->requests[which].once = true;
}

static void perform(struct fixture *fixture, size_t count)
{
    http_many_perform(fixture->many, fixture->exchanges, count, &fixture->deadline);
}

/* Each is answered only once all have asked; an answer's body is the number of its request. */
static void answer_together(struct fixture *fixture, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char number[24];
        char text[100];
        int len = snprintf(number, sizeof number, "%zu", fake_server_requests(fixture->server) + i);
        snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len, number);
        fake_server_raw(fixture->server, text, i + 1 < count ? FAKE_WAIT : FAKE_KEEP);
    }
}

static void assert_all_answered(struct fixture *fixture, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_row(i, fixture->exchanges[i].rc == ERR_OK);
        assert_row(i, fixture->replies[i].status == 200);
    }
}

/* How many requests for this exchange's URL the server has seen. */
static size_t times_seen(struct fixture *fixture, size_t which)
{
    char wanted[16];
    size_t times = 0;
    snprintf(wanted, sizeof wanted, " /%zu HTTP", which);
    for (size_t i = 0; i < fake_server_requests(fixture->server); i++)
        if (strstr(fake_server_request(fixture->server, i), wanted) != NULL) times++;
    return times;
}

static void test_all_at_once(void **state)
{
    struct fixture *fixture = *state;
    post(fixture, 2);
    answer_together(fixture, 4);
    perform(fixture, 4);
    assert_all_answered(fixture, 4);
    for (size_t i = 0; i < 4; i++) {
        /* Who got which answer: that of the own request. */
        size_t at = (size_t)(fixture->replies[i].body.buf[0] - '0');
        char wanted[16];
        snprintf(wanted, sizeof wanted, " /%zu HTTP", i);
        assert_row(i, strstr(fake_server_request(fixture->server, at), wanted) != NULL);
        assert_row(i, times_seen(fixture, i) == 1);
    }
}

static void test_none_is_nothing(void **state)
{
    struct fixture *fixture = *state;
    perform(fixture, 0);
    assert_int_equal(fake_server_connections(fixture->server), 0);
}

static void test_keeps_the_connections(void **state)
{
    struct fixture *fixture = *state;
    for (int round = 0; round < 3; round++) {
        post(fixture, 1);
        answer_together(fixture, 3);
        perform(fixture, 3);
        assert_all_answered(fixture, 3);
        answer_together(fixture, 1);
        assert_int_equal(http_client_perform(fixture->client, &fixture->requests[1],
                                             &fixture->deadline, &fixture->replies[1]),
                         ERR_OK);
    }
    assert_int_equal(fake_server_connections(fixture->server), 3);
}

static void test_dead_connections_are_no_error(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        fake_server_raw(fixture->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                        FAKE_CLOSE);
    }
    perform(fixture, 3);
    fake_server_wait_closed(fixture->server, 3);
    for (size_t i = 0; i < 2; i++)
        post(fixture, i);
    answer_together(fixture, 3);
    perform(fixture, 3);
    assert_all_answered(fixture, 3);
    assert_int_equal(fake_server_requests(fixture->server), 6);
}

/* The case in which libcurl by itself would send the POST twice. */
static void test_create_on_a_connection_that_dies_is_sent_once(void **state)
{
    struct fixture *fixture = *state;
    answer_together(fixture, 2);
    perform(fixture, 2);
    post(fixture, 0);
    post(fixture, 1);
    fake_server_raw(fixture->server, "", FAKE_CLOSE);
    fake_server_json(fixture->server, 200, "", "{}");
    perform(fixture, 2);
    size_t lost = fixture->exchanges[0].rc == ERR_OK ? 1 : 0;
    assert_int_equal(fixture->exchanges[lost].rc, ERR_NO_REPLY);
    assert_true(fixture->replies[lost].unknown);
    assert_string_not_equal(fixture->replies[lost].problem, "");
    assert_int_equal(fixture->exchanges[1 - lost].rc, ERR_OK);
    assert_int_equal(fake_server_requests(fixture->server), 4);
}

static void test_a_silent_one_ends_at_the_deadline(void **state)
{
    struct fixture *fixture = *state;
    int64_t start_ms = clock_ms();
    fixture->deadline.at_ms = start_ms + 300;
    post(fixture, 0);
    post(fixture, 1);
    fake_server_raw(fixture->server, "", FAKE_KEEP);
    fake_server_json(fixture->server, 200, "", "{}");
    perform(fixture, 2);
    size_t silent = fixture->exchanges[0].rc == ERR_OK ? 1 : 0;
    assert_int_equal(fixture->exchanges[silent].rc, ERR_TIMEOUT);
    assert_true(fixture->replies[silent].unknown);
    assert_int_equal(fixture->exchanges[1 - silent].rc, ERR_OK);
    assert_true(clock_ms() - start_ms < 2000);
    /* And its connection, on which an answer may still come, is used no more. */
    fixture->deadline.at_ms = clock_ms() + 4000;
    answer_together(fixture, 2);
    perform(fixture, 2);
    assert_all_answered(fixture, 2);
    assert_int_equal(fake_server_connections(fixture->server), 3);
}

static void test_nothing_is_sent_after_the_deadline(void **state)
{
    struct fixture *fixture = *state;
    fixture->deadline.at_ms = clock_ms() - 1;
    perform(fixture, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_row(i, fixture->exchanges[i].rc == ERR_TIMEOUT);
        assert_row(i, !fixture->replies[i].unknown);
    }
    assert_int_equal(fake_server_connections(fixture->server), 0);
}

static void test_a_stopping_process_waits_for_nobody(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "", FAKE_KEEP);
    fake_server_raw(fixture->server, "", FAKE_KEEP);
    int64_t start_ms = clock_ms();
    deadline_give_up_at(start_ms + 100);
    perform(fixture, 2);
    deadline_give_up_at(INT64_MAX);
    assert_int_equal(fixture->exchanges[0].rc, ERR_TIMEOUT);
    assert_int_equal(fixture->exchanges[1].rc, ERR_TIMEOUT);
    assert_true(clock_ms() - start_ms < 2000);
}

static void test_a_long_answer_harms_no_other(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->server, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
                    FAKE_ENDLESS);
    fake_server_json(fixture->server, 200, "", "{}");
    perform(fixture, 2);
    size_t large = fixture->exchanges[0].rc == ERR_OK ? 1 : 0;
    assert_int_equal(fixture->exchanges[large].rc, ERR_TOO_LARGE);
    assert_true(fixture->replies[large].body.len <= MAX_BODY);
    assert_int_equal(fixture->exchanges[1 - large].rc, ERR_OK);
}

static void test_two_hosts(void **state)
{
    struct fixture *fixture = *state;
    const struct http_options options = { .user = "SKkey",
                                          .password = "secret",
                                          .allow_http = true };
    struct http_client *other = NULL;
    /* A port of our own on which nothing listens any more. */
    struct fake_server *gone = fake_server_start();
    char url[64];
    snprintf(url, sizeof url, "%s", fake_server_url(gone));
    fake_server_stop(gone);
    assert_int_equal(http_client_new(&options, &other), ERR_OK);
    fixture->requests[1].url = url;
    fixture->exchanges[1].client = other;
    post(fixture, 1);
    answer_together(fixture, 2);
    perform(fixture, 3);
    assert_int_equal(fixture->exchanges[0].rc, ERR_OK);
    assert_int_equal(fixture->exchanges[1].rc, ERR_NO_REPLY);
    assert_false(fixture->replies[1].unknown);
    assert_int_equal(fixture->exchanges[2].rc, ERR_OK);
    http_client_free(other);
}

static void test_more_than_fit_are_refused(void **state)
{
    struct fixture *fixture = *state;
    answer_together(fixture, HTTP_CLIENT_TRANSFERS);
    perform(fixture, COUNT_MAX);
    assert_all_answered(fixture, HTTP_CLIENT_TRANSFERS);
    assert_int_equal(fixture->exchanges[HTTP_CLIENT_TRANSFERS].rc, ERR_INTERNAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_at_once),
        TEST(none_is_nothing),
        TEST(keeps_the_connections),
        TEST(dead_connections_are_no_error),
        TEST(create_on_a_connection_that_dies_is_sent_once),
        TEST(a_silent_one_ends_at_the_deadline),
        TEST(nothing_is_sent_after_the_deadline),
        TEST(a_stopping_process_waits_for_nobody),
        TEST(a_long_answer_harms_no_other),
        TEST(two_hosts),
        TEST(more_than_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
