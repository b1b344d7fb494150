/* voice: Calls, Conferences and Participants, alive, over and gone. */
#include "unit.h"

#include "base/log.h"
#include "capture.h"
#include "fake_twilio.h"
#include "twilio/voice.h"

#define CALL        "CA00000000000000000000000000000001"
#define CALL2       "CA00000000000000000000000000000002"
#define CONFERENCE  "CF00000000000000000000000000000001"
#define CONFERENCE2 "CF00000000000000000000000000000002"
#define NAME        "WT00000000000000000000000000000001"
#define BASE_PATH   "/2010-04-01/Accounts/" FAKE_ACCOUNT
#define PARTICIPANT BASE_PATH "/Conferences/" CONFERENCE "/Participants/" CALL ".json"

struct fixture {
    struct fake_twilio twilio;
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
    return fake_twilio_stop(&fixture->twilio);
}

static void answer(struct fixture *fixture, int status, const char *body)
{
    fake_server_json(fixture->twilio.server, status, "", body);
}

static void test_call_fetch(void **state)
{
    static const struct {
        const char *status;
        bool live;
        bool waiting;
    } rows[] = {
        { "queued", true, true },       { "ringing", true, true },
        { "in-progress", true, false }, { "completed", false, false },
        { "canceled", false, false },   { "busy", false, false },
        { "failed", false, false },     { "no-answer", false, false },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct voice_call call;
        char body[256];
        snprintf(body, sizeof body,
                 "{\"sid\":\"" CALL "\",\"to\":\"client:bob\",\"from\":\"client:alice\","
                 "\"status\":\"%s\"}",
                 rows[i].status);
        answer(fixture, 200, body);
        assert_int_equal(voice_call_fetch(fixture->twilio.client, CALL, &call), ERR_OK);
        assert_string_equal(call.to, "client:bob");
        assert_string_equal(call.from, "client:alice");
        assert_int_equal(call.live, rows[i].live);
        assert_int_equal(call.waiting, rows[i].waiting);
    }
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Calls/" CALL ".json HTTP/1.1\r\n");
}

static void write_request(void)
{
    log_request(&(struct log_request){ .status = 200, .reason = "ok" });
}

static void test_the_log_says_how_long_a_call_was_queued(void **state)
{
    static const struct {
        const char *queue_time;
        const char *said;
    } rows[] = {
        { "\"0\"", NULL }, { "\"1200\"", " queued_ms=1200\n" },
        { "null", NULL },  { "7", NULL },
        { "\"\"", NULL },  { "\"soon\"", NULL },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct voice_call call;
        char body[256];
        char line[512];
        snprintf(body, sizeof body, "{\"sid\":\"" CALL "\",\"queue_time\":%s}", rows[i].queue_time);
        answer(fixture, 200, body);
        log_about("3f9c");
        assert_int_equal(voice_call_fetch(fixture->twilio.client, CALL, &call), ERR_OK);
        capture(write_request, line, sizeof line);
        assert_row(i, rows[i].said ? strstr(line, rows[i].said) != NULL
                                   : strstr(line, "queued_ms") == NULL);
    }
    log_about(NULL);
}

static void test_call_complete(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err expected;
    } rows[] = {
        { 200, "{}", ERR_OK },
        { 400, "{\"code\":21220}", ERR_OK },
        { 404, "{\"code\":20404}", ERR_OK },
        { 400, "{\"code\":20001}", ERR_REFUSED },
        { 500, "{}", ERR_UPSTREAM },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer(fixture, rows[i].status, rows[i].body);
        assert_int_equal(voice_call_complete(fixture->twilio.client, CALL), rows[i].expected);
    }
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "POST " BASE_PATH "/Calls/" CALL ".json HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 0, "\r\n\r\nStatus=completed");
}

#define CONFERENCE_JSON(sid, name, status, second)                             \
    "{\"sid\":\"" sid "\",\"friendly_name\":\"" name "\",\"status\":\"" status \
    "\",\"date_created\":\"Mon, 23 Nov 2026 06:10:" second " +0000\"}"

static void test_conference_find(void **state)
{
    struct fixture *fixture = *state;
    struct conference conference;
    answer(
        fixture, 200,
        "{\"conferences\":[" CONFERENCE_JSON(CONFERENCE, NAME, "completed", "09") "," CONFERENCE_JSON(
            CONFERENCE, NAME, "init",
            "01") "," CONFERENCE_JSON(CONFERENCE, NAME "x", "in-progress",
                                      "08") "],"
                                            "\"next_page_uri\":\"" BASE_PATH
                                            "/Conferences.json?PageToken=PA1\"}");
    answer(fixture, 200,
           "{\"conferences\":[" CONFERENCE_JSON(CONFERENCE2, NAME, "in-progress",
                                                "05") "],\"next_page_uri\":null}");
    assert_int_equal(voice_conference_find(fixture->twilio.client, NAME, &conference), ERR_OK);
    assert_string_equal(conference.sid, CONFERENCE2);
    assert_int_equal(conference.status, CONFERENCE_IN_PROGRESS);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Conferences.json?FriendlyName=" NAME "&PageSize=");
    assert_null(strstr(fake_server_request(fixture->twilio.server, 0), "Status="));
    fake_server_assert_sent(fixture->twilio.server, 1,
                            "GET " BASE_PATH "/Conferences.json?PageToken=PA1 ");
}

static void test_conference_find_nothing_live(void **state)
{
    struct fixture *fixture = *state;
    struct conference conference;
    answer(fixture, 200, "{\"conferences\":[],\"next_page_uri\":null}");
    answer(fixture, 200,
           "{\"conferences\":[" CONFERENCE_JSON(CONFERENCE, NAME, "completed", "05") "]}");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(voice_conference_find(fixture->twilio.client, NAME, &conference),
                         ERR_NOT_FOUND);
    }
}

static void test_conference_complete(void **state)
{
    static const struct {
        int status;
        const char *body;
        int then_status; /* 0: not asked again */
        const char *then_body;
        enum err expected;
    } rows[] = {
        { 200, "{}", 0, "", ERR_OK },
        { 404, "{\"code\":20404}", 0, "", ERR_OK },
        { 400, "{}", 200, CONFERENCE_JSON(CONFERENCE, NAME, "completed", "01"), ERR_OK },
        { 400, "{}", 200, CONFERENCE_JSON(CONFERENCE, NAME, "init", "01"), ERR_REFUSED },
        { 400, "{}", 404, "{}", ERR_OK },
        { 401, "{}", 0, "", ERR_UPSTREAM },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer(fixture, rows[i].status, rows[i].body);
        if (rows[i].then_status != 0) answer(fixture, rows[i].then_status, rows[i].then_body);
        assert_int_equal(voice_conference_complete(fixture->twilio.client, CONFERENCE),
                         rows[i].expected);
    }
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "POST " BASE_PATH "/Conferences/" CONFERENCE ".json HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 0, "\r\n\r\nStatus=completed");
}

static void test_participants_list(void **state)
{
    struct fixture *fixture = *state;
    struct participants participants;
    answer(fixture, 200,
           "{\"participants\":[{\"call_sid\":\"" CALL "\",\"hold\":true,\"muted\":false,"
           "\"status\":\"connected\"},{\"call_sid\":\"" CALL2 "\",\"muted\":true,"
           "\"status\":\"ringing\"}],\"next_page_uri\":null}");
    answer(fixture, 404, "{\"code\":20404}");
    assert_int_equal(voice_participants_list(fixture->twilio.client, CONFERENCE, &participants),
                     ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Conferences/" CONFERENCE "/Participants.json ");
    assert_int_equal(participants.count, 2);
    assert_string_equal(participants.list[0].call_sid, CALL);
    assert_true(participants.list[0].hold);
    assert_true(participants.list[0].connected);
    assert_true(participants.list[1].muted);
    assert_false(participants.list[1].connected);
    assert_int_equal(voice_participants_list(fixture->twilio.client, CONFERENCE, &participants),
                     ERR_OK);
    assert_int_equal(participants.count, 0);
}

static void test_participant_fetch(void **state)
{
    struct fixture *fixture = *state;
    struct participant participant;
    answer(fixture, 200, "{\"call_sid\":\"" CALL "\"}");
    answer(fixture, 404, "{\"code\":20404}");
    answer(fixture, 400, "{\"code\":16022}");
    assert_int_equal(
        voice_participant_fetch(fixture->twilio.client, CONFERENCE, CALL, &participant), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0, "GET " PARTICIPANT " ");
    assert_true(participant.connected);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            voice_participant_fetch(fixture->twilio.client, CONFERENCE, CALL, &participant),
            ERR_NOT_FOUND);
    }
}

static void test_participant_hold(void **state)
{
    struct fixture *fixture = *state;
    answer(fixture, 200, "{}");
    answer(fixture, 200, "{}");
    answer(fixture, 404, "{\"code\":20404}");
    assert_int_equal(voice_participant_hold(fixture->twilio.client, CONFERENCE, CALL, true,
                                            "https://x/hold?a=1"),
                     ERR_OK);
    assert_int_equal(voice_participant_hold(fixture->twilio.client, CONFERENCE, CALL, false, NULL),
                     ERR_OK);
    assert_int_equal(voice_participant_hold(fixture->twilio.client, CONFERENCE, CALL, true, NULL),
                     ERR_NOT_FOUND);
    fake_server_assert_sent(fixture->twilio.server, 0, "POST " PARTICIPANT " ");
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "\r\n\r\nHold=true&HoldUrl=https%3A%2F%2Fx%2Fhold%3Fa%3D1");
    fake_server_assert_sent(fixture->twilio.server, 1, "\r\n\r\nHold=false");
}

static void test_participant_kick(void **state)
{
    struct fixture *fixture = *state;
    fake_server_raw(fixture->twilio.server, "HTTP/1.1 204 No Content\r\n\r\n", FAKE_KEEP);
    answer(fixture, 404, "{\"code\":20404}");
    answer(fixture, 400, "{\"code\":16022}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(voice_participant_kick(fixture->twilio.client, CONFERENCE, CALL), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0, "DELETE " PARTICIPANT " ");
}

static void test_a_path_never_holds_anything_but_sids(void **state)
{
    struct fixture *fixture = *state;
    struct voice_call call;
    struct participant participant;
    assert_int_equal(voice_call_fetch(fixture->twilio.client, "CA/..", &call), ERR_INPUT);
    assert_int_equal(voice_conference_complete(fixture->twilio.client, NAME), ERR_INPUT);
    assert_int_equal(
        voice_participant_fetch(fixture->twilio.client, CONFERENCE, "label", &participant),
        ERR_INPUT);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_fetch),
        TEST(call_complete),
        TEST(the_log_says_how_long_a_call_was_queued),
        TEST(conference_find),
        TEST(conference_find_nothing_live),
        TEST(conference_complete),
        TEST(participants_list),
        TEST(participant_fetch),
        TEST(participant_hold),
        TEST(participant_kick),
        TEST(a_path_never_holds_anything_but_sids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
