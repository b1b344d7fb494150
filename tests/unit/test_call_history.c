/* What becomes of TaskRouter's Events: which are calls of this agent's, and in what order. */
#include "unit.h"

#include <stdlib.h>

#include "base/json.h"
#include "call/call_history.h"
#include "fake_twilio.h"

#define ALICE "WK0000000000000000000000000000000a"
#define BOB   "WK0000000000000000000000000000000b"
#define CAROL "WK0000000000000000000000000000000c"
#define T1    "WT00000000000000000000000000000001"
#define K     "WT00000000000000000000000000000002"
#define OTHER "WT00000000000000000000000000000003"

/* A Monday in 2026. */
static const int64_t noon = INT64_C(1795435200);

static struct keys keys = { .list = { "a key" }, .count = 1 };
static struct keys other_keys = { .list = { "another key" }, .count = 1 };

static cJSON *signed_by(const struct keys *with, const char *t1_sid)
{
    struct strbuf statement;
    struct token_statement who = {
        .party = {
            [ROLE_CALLER] = { .worker_sid = ALICE, .contact_uri = "client:alice", .name = "Alice" },
            [ROLE_CALLEE] = { .worker_sid = BOB, .contact_uri = "client:bob", .name = "Bob" },
        },
    };
    sid_copy(who.t1_sid, t1_sid);
    strbuf_init(&statement, STRBUF_MAX_TOKEN);
    assert_int_equal(token_statement_sign(&statement, with->list[0], &who), ERR_OK);
    cJSON *attributes = cJSON_CreateObject();
    assert_int_equal(json_set_string(attributes, "dialpad", statement.buf), ERR_OK);
    strbuf_free(&statement);
    return attributes;
}

struct row {
    const char *worker_sid;
    const char *t1_sid; /* of the statement: "" in T1's own */
    enum reservation_end end;
    const char *reason;
    const char *attributes; /* beside the statement */
    enum call_role role;    /* ROLE_NONE: not listed */
    enum call_outcome outcome;
    int64_t seconds;
};

#define CONNECTED "\"connectedAt\":\"2026-11-23T11:59:00Z\""
#define ENDED(at) "\"outcome\":\"hangup\",\"endedAt\":" #at

static const struct row rows[] = {
    { ALICE, "", END_COMPLETED, "done", "{" CONNECTED "," ENDED(1795435190) "}", ROLE_CALLER,
      OUTCOME_HANGUP, 50 },
    { BOB, T1, END_COMPLETED, NULL, "{" CONNECTED "}", ROLE_CALLEE, OUTCOME_HANGUP, 60 },
    /* No talk is longer than its Task, nor shorter than nothing. */
    { BOB, T1, END_COMPLETED, NULL, "{\"connectedAt\":\"1999-01-01T00:00:00Z\"}", ROLE_CALLEE,
      OUTCOME_HANGUP, 90 },
    { BOB, T1, END_COMPLETED, NULL, "{\"connectedAt\":\"2030-01-01T00:00:00Z\"}", ROLE_CALLEE,
      OUTCOME_HANGUP, 1 },
    { BOB, T1, END_CANCELED, "declined", "{}", ROLE_CALLEE, OUTCOME_DECLINED, 0 },
    { BOB, T1, END_CANCELED, "a whim", "{}", ROLE_CALLEE, OUTCOME_NO_ANSWER, 0 },
    { BOB, T1, END_TIMEOUT, NULL, "{}", ROLE_CALLEE, OUTCOME_NO_ANSWER, 0 },
    { BOB, T1, END_COMPLETED, NULL, "{}", ROLE_CALLEE, OUTCOME_FAILED, 0 },
    { ALICE, "", END_CANCELED, "cancel", "{\"outcome\":\"no-answer\"}", ROLE_CALLER,
      OUTCOME_NO_ANSWER, 0 },
    { ALICE, "", END_CANCELED, "glare", "{\"outcome\":\"glare\"}", ROLE_NONE, OUTCOME_NONE, 0 },
    /* A copy of the one end's Task at the other end, or at somebody else. */
    { BOB, "", END_COMPLETED, NULL, "{}", ROLE_NONE, OUTCOME_NONE, 0 },
    { ALICE, T1, END_COMPLETED, NULL, "{}", ROLE_NONE, OUTCOME_NONE, 0 },
    { CAROL, T1, END_COMPLETED, NULL, "{}", ROLE_NONE, OUTCOME_NONE, 0 },
};

static void add(struct call_history *history, const struct keys *with, const struct row *row,
                const char *task_sid, int64_t at_s)
{
    const struct call_context context = { .keys = &keys };
    cJSON *attributes = signed_by(with, row->t1_sid);
    cJSON *more = cJSON_Parse(row->attributes);
    assert_int_equal(json_merge(attributes, more), ERR_OK);
    struct reservation_event event = { .end = row->end,
                                       .at_s = at_s,
                                       .task_age_s = 90,
                                       .reason = row->reason,
                                       .attributes = attributes };
    sid_copy(event.task_sid, task_sid);
    assert_int_equal(call_history_add(&context, row->worker_sid, &event, history), ERR_OK);
    cJSON_Delete(more);
    cJSON_Delete(attributes);
}

static void each_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call_history history = { 0 };
        add(&history, &keys, &rows[i], OTHER, noon);
        assert_row(i, history.count == (rows[i].role == ROLE_NONE ? 0 : 1));
        if (history.count == 1) {
            const struct call_history_row *row = history.rows;
            assert_row(i, row->role == rows[i].role && row->outcome == rows[i].outcome);
            assert_row(i, row->seconds == rows[i].seconds && row->at_s == noon - 90);
            assert_string_equal(row->other.name, row->role == ROLE_CALLER ? "Bob" : "Alice");
        }
        assert_int_equal(history.known_since_s, 0);
        call_history_free(&history);
    }
}

/* Whoever may write the Task: what could break the line or turn its direction isn't shown. */
static void only_lines_are_shown(void **state)
{
    (void)state;
    static const struct row row = {
        ALICE,
        "",
        END_CANCELED,
        "cancel",
        "{\"note\":\"Lunch?\",\"reply\":\"\\u202enot a line\"}",
        ROLE_CALLER,
        OUTCOME_CANCEL,
        0,
    };
    struct call_history history = { 0 };
    add(&history, &keys, &row, T1, noon);
    assert_int_equal(history.count, 1);
    assert_string_equal(history.rows[0].note, "Lunch?");
    assert_string_equal(history.rows[0].reply, "");
    call_history_free(&history);
}

static void a_statement_of_another_key_hides_what_was_before(void **state)
{
    (void)state;
    struct call_history history = { 0 };
    add(&history, &other_keys, &rows[0], T1, noon);
    add(&history, &other_keys, &rows[0], T1, noon - 100);
    assert_int_equal(history.count, 0);
    assert_int_equal(history.known_since_s, noon);
    call_history_free(&history);
}

static void newest_first_and_each_call_once(void **state)
{
    (void)state;
    struct call_history history = { 0 };
    const struct row missed = rows[6];
    const struct row talked = rows[1];
    add(&history, &keys, &missed, K, noon);
    add(&history, &keys, &talked, OTHER, noon + 20);
    add(&history, &keys, &missed, K, noon + 30);
    const struct row of_alice = { ALICE, "",          END_CANCELED,   "cancel",
                                  "{}",  ROLE_CALLER, OUTCOME_CANCEL, 0 };
    add(&history, &keys, &of_alice, OTHER, noon + 500);
    call_history_settle(&history);
    assert_int_equal(history.count, 2);
    assert_int_equal(history.rows[0].outcome, OUTCOME_CANCEL);
    assert_int_equal(history.rows[1].seconds, talked.seconds + 20);
    call_history_settle(&history);
    assert_int_equal(history.count, 2);
    call_history_free(&history);
}

static void only_the_newest_are_kept(void **state)
{
    (void)state;
    struct call_history history = { 0 };
    for (int i = 0; i < CALL_HISTORY_MAX + 50; i++) {
        char sid[SID_SIZE];
        snprintf(sid, sizeof sid, "WT%032x", i);
        const struct row row = { ALICE, "",          END_CANCELED,   "cancel",
                                 "{}",  ROLE_CALLER, OUTCOME_CANCEL, 0 };
        add(&history, &keys, &row, sid, noon + i);
    }
    call_history_settle(&history);
    assert_int_equal(history.count, CALL_HISTORY_MAX);
    assert_int_equal(history.rows[0].at_s, noon - 90 + CALL_HISTORY_MAX + 49);
    assert_int_equal(history.known_since_s, history.rows[CALL_HISTORY_MAX - 1].at_s);
    call_history_free(&history);
}

#define EVENT(worker, task)                                                             \
    "{\"event_date\":\"2026-11-23T12:00:00Z\",\"event_data\":{\"worker_sid\":\"" worker \
    "\",\"task_sid\":\"" task "\",\"task_age\":\"90\",\"task_attributes\":\"{}\"}}"

static enum err count_event(void *context, const struct reservation_event *event)
{
    assert_int_equal(event->task_age_s, 90);
    assert_int_equal(event->at_s, noon);
    ++*(int *)context;
    return ERR_OK;
}

static void what_taskrouter_is_asked(void **state)
{
    (void)state;
    struct fake_twilio twilio = { 0 };
    int count = 0;
    struct reservation_events events = { .each = count_event, .context = &count };
    assert_int_equal(fake_twilio_start(&twilio), 0);
    fake_server_json(
        twilio.server, 200, "",
        "{\"events\":[" EVENT(ALICE, T1) "," EVENT(BOB, T1) ",{},{\"event_data\":7}]}");
    fake_server_json(twilio.server, 200, "", "{\"events\":[]}");
    fake_server_json(twilio.server, 200, "", "{\"events\":[" EVENT(ALICE, K) "]}");
    assert_int_equal(taskrouter_events_of_worker(twilio.client, ALICE, &events), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(events.known_since_s, 0);
    for (size_t i = 0; i < 3; i++) {
        const char *request = fake_server_request(twilio.server, i);
        assert_non_null(strstr(request, "/v1/Workspaces/" FAKE_WORKSPACE "/Events?WorkerSid=" ALICE
                                        "&WorkflowSid=" FAKE_WORKFLOW "&EventType=reservation."));
        assert_non_null(strstr(request, "&Minutes=43200&PageSize=200 HTTP/1.1\r\n"));
    }
    assert_int_equal(fake_twilio_stop(&twilio), 0);
}

static void a_full_list_hides_what_was_before(void **state)
{
    (void)state;
    struct fake_twilio twilio = { 0 };
    struct strbuf body;
    int count = 0;
    struct reservation_events events = { .each = count_event, .context = &count };
    assert_int_equal(fake_twilio_start(&twilio), 0);
    strbuf_init(&body, STRBUF_MAX_REPLY);
    strbuf_addstr(&body, "{\"events\":[" EVENT(ALICE, T1));
    for (int i = 1; i < TASKROUTER_EVENTS_MAX; i++)
        strbuf_addstr(&body, "," EVENT(ALICE, T1));
    strbuf_addstr(&body, "]}");
    for (size_t i = 0; i < 3; i++)
        fake_server_json(twilio.server, 200, "", body.buf);
    assert_int_equal(taskrouter_events_of_worker(twilio.client, ALICE, &events), ERR_OK);
    assert_int_equal(count, 3 * TASKROUTER_EVENTS_MAX);
    assert_int_equal(events.known_since_s, noon);
    strbuf_free(&body);
    assert_int_equal(fake_twilio_stop(&twilio), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event),
        cmocka_unit_test(only_lines_are_shown),
        cmocka_unit_test(a_statement_of_another_key_hides_what_was_before),
        cmocka_unit_test(newest_first_and_each_call_once),
        cmocka_unit_test(only_the_newest_are_kept),
        cmocka_unit_test(what_taskrouter_is_asked),
        cmocka_unit_test(a_full_list_hides_what_was_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
