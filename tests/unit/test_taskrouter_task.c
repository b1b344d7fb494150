/* taskrouter: what is asked of TaskRouter, and what is made of its answers. */
#include "unit.h"

#include "base/json.h"
#include "fake_twilio.h"
#include "twilio/taskrouter_task.h"
#include "twilio/taskrouter_worker.h"

#define TASK      "WT00000000000000000000000000000001"
#define TASK2     "WT00000000000000000000000000000002"
#define WORKER    "WK00000000000000000000000000000001"
#define WORKER2   "WK00000000000000000000000000000002"
#define BASE_PATH "/v1/Workspaces/" FAKE_WORKSPACE

struct fixture {
    struct fake_twilio twilio;
    struct task task;
    struct worker worker;
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
    task_clear(&fixture->task);
    worker_clear(&fixture->worker);
    return fake_twilio_stop(&fixture->twilio);
}

static void answer(struct fixture *fixture, const char *body)
{
    fake_server_json(fixture->twilio.server, 200, "ETag: \"1\"\r\n", body);
}

#define TASK_JSON(status, attributes)                                                       \
    "{\"sid\":\"" TASK "\",\"assignment_status\":\"" status "\",\"attributes\":" attributes \
    ",\"workflow_sid\":\"" FAKE_WORKFLOW "\",\"date_created\":\"2026-11-23T06:10:07Z\","    \
    "\"date_updated\":\"2026-11-23T06:10:09Z\",\"task_channel_unique_name\":\"voice\"}"

static void test_task_fetch(void **state)
{
    struct fixture *fixture = *state;
    answer(fixture, TASK_JSON("assigned", "\"{\\\"to\\\":\\\"client:b\\\"}\""));
    assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, TASK, &fixture->task), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Tasks/" TASK " HTTP/1.1\r\n");
    assert_string_equal(fixture->task.sid, TASK);
    assert_string_equal(fixture->task.etag, "\"1\"");
    assert_int_equal(fixture->task.status, TASK_ASSIGNED);
    assert_string_equal(fixture->task.workflow_sid, FAKE_WORKFLOW);
    assert_int_equal(fixture->task.created_s, 1795414207);
    assert_int_equal(fixture->task.updated_s, 1795414209);
    assert_string_equal(json_get_string(fixture->task.attributes, "to"), "client:b");
}

static void test_task_attributes_that_are_no_object(void **state)
{
    static const char *const rows[] = {
        TASK_JSON("pending", "null"),    TASK_JSON("pending", "\"\""),
        TASK_JSON("pending", "\"[1]\""), TASK_JSON("pending", "\"{\""),
        TASK_JSON("pending", "{}"),      "{\"sid\":\"" TASK "\",\"assignment_status\":\"pending\"}",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer(fixture, rows[i]);
        assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, TASK, &fixture->task),
                         ERR_OK);
        assert_true(cJSON_IsObject(fixture->task.attributes));
        assert_int_equal(cJSON_GetArraySize(fixture->task.attributes), 0);
        task_clear(&fixture->task);
    }
}

static void test_task_that_is_no_task(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"sid\":\"" TASK "\"}",
        "{\"sid\":\"" TASK "\",\"assignment_status\":\"dancing\"}",
        "{\"sid\":\"../etc\",\"assignment_status\":\"pending\"}",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer(fixture, rows[i]);
        assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, TASK, &fixture->task),
                         ERR_UPSTREAM);
        assert_string_equal(fixture->task.sid, "");
    }
}

static void test_a_path_never_holds_anything_but_sids(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, "WT1/../..", &fixture->task),
                     ERR_INPUT);
    assert_int_equal(taskrouter_worker_fetch(fixture->twilio.client, TASK, &fixture->worker),
                     ERR_INPUT);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 0);
}

static cJSON *some_attributes(void)
{
    cJSON *attributes = cJSON_CreateObject();
    assert_int_equal(json_set_string(attributes, "name", "Zo\xc3\xab & Co"), ERR_OK);
    return attributes;
}

static void test_task_create(void **state)
{
    struct fixture *fixture = *state;
    bool unknown = true;
    cJSON *attributes = some_attributes();
    fake_server_json(fixture->twilio.server, 201, "", TASK_JSON("pending", "\"{}\""));
    const struct task_draft draft = { .attributes = attributes, .timeout_s = 20 };
    assert_int_equal(
        taskrouter_task_create(fixture->twilio.client, &draft, &fixture->task, &unknown), ERR_OK);
    assert_false(unknown);
    assert_string_equal(fixture->task.sid, TASK);
    fake_server_assert_sent(fixture->twilio.server, 0, "POST " BASE_PATH "/Tasks HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "Attributes=%7B%22name%22%3A%22Zo%C3%AB+%26+Co%22%7D");
    fake_server_assert_sent(fixture->twilio.server, 0, "&WorkflowSid=" FAKE_WORKFLOW);
    fake_server_assert_sent(fixture->twilio.server, 0, "&TaskChannel=voice");
    fake_server_assert_sent(fixture->twilio.server, 0, "&Timeout=20");
    cJSON_Delete(attributes);
}

static void test_task_create_for_a_worker(void **state)
{
    static const struct {
        bool ignore_capacity;
        const char *sent;
        const char *answered;
        const char *target;
        bool ignores;
    } rows[] = {
        { true, "true", ",\"routing_target\":\"" WORKER "\",\"ignore_capacity\":true", WORKER,
          true },
        { false, "false", ",\"routing_target\":\"" WORKER "\",\"ignore_capacity\":false", WORKER,
          false },
        { false, "false", ",\"routing_target\":null,\"ignore_capacity\":null", "", true },
        { false, "false", "", "", true },
    };
    struct fixture *fixture = *state;
    bool unknown;
    cJSON *attributes = some_attributes();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char body[512];
        char sent[96];
        const struct task_draft draft = { attributes, 20, WORKER, rows[i].ignore_capacity };
        snprintf(body, sizeof body, "{\"sid\":\"" TASK "\",\"assignment_status\":\"pending\"%s}",
                 rows[i].answered);
        snprintf(sent, sizeof sent, "&RoutingTarget=" WORKER "&IgnoreCapacity=%s", rows[i].sent);
        fake_server_json(fixture->twilio.server, 201, "", body);
        assert_int_equal(
            taskrouter_task_create(fixture->twilio.client, &draft, &fixture->task, &unknown),
            ERR_OK);
        fake_server_assert_sent(fixture->twilio.server, i, sent);
        assert_string_equal(fixture->task.routing_target, rows[i].target);
        assert_int_equal(fixture->task.ignore_capacity, rows[i].ignores);
        task_clear(&fixture->task);
    }
    cJSON_Delete(attributes);
}

static void test_task_create_that_fails(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err expected;
        bool unknown;
    } rows[] = {
        { 400, "{\"code\":20001}", ERR_REFUSED, false },
        { 500, "{}", ERR_UPSTREAM, true },
        { 201, "{\"sid\":", ERR_UPSTREAM, true },
        { 201, "{\"sid\":\"\"}", ERR_UPSTREAM, true },
    };
    struct fixture *fixture = *state;
    cJSON *attributes = some_attributes();
    const struct task_draft draft = { .attributes = attributes, .timeout_s = 20 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool unknown = !rows[i].unknown;
        fake_server_json(fixture->twilio.server, rows[i].status, "", rows[i].body);
        assert_int_equal(
            taskrouter_task_create(fixture->twilio.client, &draft, &fixture->task, &unknown),
            rows[i].expected);
        assert_int_equal(unknown, rows[i].unknown);
        assert_int_equal(fake_server_requests(fixture->twilio.server), i + 1);
    }
    cJSON_Delete(attributes);
}

static void test_attributes_over_twilios_limit(void **state)
{
    struct fixture *fixture = *state;
    char text[5000];
    bool unknown = true;
    cJSON *attributes = cJSON_CreateObject();
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(json_set_string(attributes, "x", text), ERR_OK);
    const struct task_draft draft = { .attributes = attributes, .timeout_s = 20 };
    assert_int_equal(
        taskrouter_task_create(fixture->twilio.client, &draft, &fixture->task, &unknown),
        ERR_TOO_LARGE);
    assert_false(unknown);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 0);
    cJSON_Delete(attributes);
}

static void test_task_update_attributes(void **state)
{
    struct fixture *fixture = *state;
    answer(fixture, TASK_JSON("pending", "\"{\\\"a\\\":1}\""));
    fake_server_json(fixture->twilio.server, 200, "ETag: \"2\"\r\n",
                     TASK_JSON("reserved", "\"{\\\"b\\\":1}\""));
    fake_server_json(fixture->twilio.server, 412, "", "{\"code\":20412}");
    assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, TASK, &fixture->task), ERR_OK);
    assert_int_equal(taskrouter_task_update_attributes(fixture->twilio.client, &fixture->task,
                                                       fixture->task.attributes),
                     ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 1,
                            "POST " BASE_PATH "/Tasks/" TASK " HTTP/1.1\r\n");
    fake_server_assert_sent(fixture->twilio.server, 1, "\r\nIf-Match: \"1\"\r\n");
    fake_server_assert_sent(fixture->twilio.server, 1, "\r\n\r\nAttributes=%7B%22a%22%3A1%7D");
    assert_string_equal(fixture->task.etag, "\"2\"");
    assert_int_equal(fixture->task.status, TASK_RESERVED);
    assert_non_null(cJSON_GetObjectItemCaseSensitive(fixture->task.attributes, "b"));

    assert_int_equal(taskrouter_task_update_attributes(fixture->twilio.client, &fixture->task,
                                                       fixture->task.attributes),
                     ERR_CONFLICT);
    fake_server_assert_sent(fixture->twilio.server, 2, "\r\nIf-Match: \"2\"\r\n");
    assert_string_equal(fixture->task.etag, "\"2\"");
}

static void test_no_update_without_a_version(void **state)
{
    struct fixture *fixture = *state;
    fake_server_json(fixture->twilio.server, 200, "", TASK_JSON("pending", "\"{}\""));
    assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, TASK, &fixture->task), ERR_OK);
    assert_int_equal(taskrouter_task_update_attributes(fixture->twilio.client, &fixture->task,
                                                       fixture->task.attributes),
                     ERR_CONFLICT);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 1);
}

static void test_task_update_status(void **state)
{
    struct fixture *fixture = *state;
    answer(fixture, TASK_JSON("wrapping", "\"{}\""));
    fake_server_json(fixture->twilio.server, 400, "", "{\"code\":20001}");
    assert_int_equal(
        taskrouter_task_update_status(fixture->twilio.client, TASK, TASK_WRAPPING, "over and out"),
        ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "\r\n\r\nAssignmentStatus=wrapping&Reason=over+and+out");
    assert_null(strstr(fake_server_request(fixture->twilio.server, 0), "If-Match"));
    assert_int_equal(
        taskrouter_task_update_status(fixture->twilio.client, TASK, TASK_CANCELED, "x"),
        ERR_REFUSED);
}

static void test_task_step_with_attributes(void **state)
{
    struct fixture *fixture = *state;
    const struct task_step wrap = { .status = TASK_WRAPPING, .reason = "hangup" };
    struct task_step told = wrap;
    fake_server_json(fixture->twilio.server, 200, "ETag: \"1\"\r\n",
                     TASK_JSON("assigned", "\"{\\\"a\\\":1}\""));
    fake_server_json(fixture->twilio.server, 412, "", "{\"code\":20412}");
    fake_server_json(fixture->twilio.server, 200, "ETag: \"3\"\r\n",
                     TASK_JSON("wrapping", "\"{\\\"b\\\":2}\""));
    assert_int_equal(taskrouter_task_fetch(fixture->twilio.client, TASK, &fixture->task), ERR_OK);
    told.attributes = fixture->task.attributes;
    assert_int_equal(taskrouter_task_step(fixture->twilio.client, &fixture->task, &told),
                     ERR_CONFLICT);
    fake_server_assert_sent(fixture->twilio.server, 1, "\r\nIf-Match: \"1\"\r\n");
    assert_int_equal(fixture->task.status, TASK_ASSIGNED);

    assert_int_equal(taskrouter_task_step(fixture->twilio.client, &fixture->task, &wrap), ERR_OK);
    assert_null(strstr(fake_server_request(fixture->twilio.server, 2), "If-Match"));
    assert_int_equal(fixture->task.status, TASK_WRAPPING);
    assert_string_equal(fixture->task.etag, "\"3\"");
    assert_non_null(cJSON_GetObjectItemCaseSensitive(fixture->task.attributes, "b"));
}

static void test_tasks_live_follows_pages(void **state)
{
    struct fixture *fixture = *state;
    struct task_summaries tasks = { 0 };
    char page[1024];
    snprintf(page, sizeof page,
             "{\"tasks\":[" TASK_JSON("assigned", "null") "],\"meta\":{\"key\":\"tasks\","
                                                          "\"next_page_url\":\"%s" BASE_PATH
                                                          "/Tasks?PageToken=PA1\"}}",
             fixture->twilio.base_url);
    answer(fixture, page);
    answer(fixture, "{\"tasks\":[{\"sid\":\"" TASK2 "\",\"assignment_status\":\"wrapping\","
                    "\"task_channel_unique_name\":\"chat\"}],\"meta\":{\"next_page_url\":null}}");
    assert_int_equal(taskrouter_tasks_live(fixture->twilio.client, FAKE_WORKFLOW, &tasks), ERR_OK);
    fake_server_assert_sent(
        fixture->twilio.server, 0,
        "GET " BASE_PATH
        "/Tasks?AssignmentStatus=pending%2Creserved%2Cassigned%2Cwrapping&WorkflowSid=" FAKE_WORKFLOW
        "&PageSize=1000 ");
    fake_server_assert_sent(fixture->twilio.server, 1, "GET " BASE_PATH "/Tasks?PageToken=PA1 ");
    assert_int_equal(tasks.count, 2);
    assert_string_equal(tasks.list[0].sid, TASK);
    assert_string_equal(tasks.list[0].workflow_sid, FAKE_WORKFLOW);
    assert_int_equal(tasks.list[0].status, TASK_ASSIGNED);
    assert_true(tasks.list[0].voice);
    assert_int_equal(tasks.list[0].updated_s, 1795414209);
    assert_int_equal(tasks.list[1].status, TASK_WRAPPING);
    assert_false(tasks.list[1].voice);
    task_summaries_free(&tasks);
}

static void test_a_foreign_next_link_is_not_followed(void **state)
{
    struct fixture *fixture = *state;
    struct task_summaries tasks = { 0 };
    answer(fixture, "{\"tasks\":[" TASK_JSON(
                        "assigned",
                        "null") "],"
                                "\"meta\":{\"next_page_url\":\"https://evil.example/v1/Tasks\"}}");
    assert_int_equal(taskrouter_tasks_live(fixture->twilio.client, NULL, &tasks), ERR_UPSTREAM);
    assert_null(tasks.list);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 1);
    assert_null(strstr(fake_server_request(fixture->twilio.server, 0), "WorkflowSid"));
}

static void test_a_page_without_its_list(void **state)
{
    struct fixture *fixture = *state;
    struct task_summaries tasks = { 0 };
    answer(fixture, "{\"meta\":{\"next_page_url\":null}}");
    assert_int_equal(taskrouter_tasks_live(fixture->twilio.client, NULL, &tasks), ERR_UPSTREAM);
}

static void test_tasks_of_conference(void **state)
{
    struct fixture *fixture = *state;
    struct task_sids sids = { 0 };
    answer(fixture, "{\"tasks\":[" TASK_JSON("assigned", "null") "],\"meta\":{}}");
    assert_int_equal(taskrouter_tasks_of_conference(fixture->twilio.client, TASK2, &sids), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "/Tasks?EvaluateTaskAttributes=conferenceSid+%3D%3D+%27" TASK2 "%27 ");
    assert_int_equal(sids.count, 1);
    assert_string_equal(sids.list[0], TASK);
    task_sids_free(&sids);
    assert_int_equal(taskrouter_tasks_of_conference(fixture->twilio.client, "' OR 1==1", &sids),
                     ERR_INPUT);
}

static void test_worker_tasks(void **state)
{
    struct fixture *fixture = *state;
    struct task_sids sids = { 0 };
    answer(fixture, "{\"reservations\":[{\"task_sid\":\"" TASK "\"},{\"task_sid\":\"" TASK2
                    "\"},{\"task_sid\":\"" TASK "\"}],\"meta\":{\"next_page_url\":null}}");
    answer(fixture, "{\"reservations\":[],\"meta\":{\"next_page_url\":null}}");
    assert_int_equal(taskrouter_tasks_of_worker(fixture->twilio.client, WORKER, "wrapping", &sids),
                     ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Workers/" WORKER
                            "/Reservations?ReservationStatus=wrapping ");
    assert_int_equal(sids.count, 3);
    assert_string_equal(sids.list[1], TASK2);
    task_sids_free(&sids);
    assert_int_equal(taskrouter_tasks_of_worker(fixture->twilio.client, WORKER, "pending", &sids),
                     ERR_OK);
    assert_int_equal(sids.count, 0);
    task_sids_free(&sids);
}

static void test_task_worker(void **state)
{
    struct fixture *fixture = *state;
    char sid[SID_SIZE] = "";
    answer(fixture, "{\"reservations\":[{\"worker_sid\":\"" WORKER
                    "\",\"reservation_status\":\"timeout\"},{\"worker_sid\":\"" WORKER2
                    "\",\"reservation_status\":\"accepted\"}],\"meta\":{}}");
    answer(fixture, "{\"reservations\":[],\"meta\":{}}");
    assert_int_equal(taskrouter_task_worker(fixture->twilio.client, TASK, sid), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Tasks/" TASK "/Reservations ");
    assert_string_equal(sid, WORKER2);
    assert_int_equal(taskrouter_task_worker(fixture->twilio.client, TASK, sid), ERR_NOT_FOUND);
}

#define WORKER_JSON(sid, name, attributes)                                                 \
    "{\"sid\":\"" sid "\",\"friendly_name\":\"" name "\",\"activity_name\":\"Available\"," \
    "\"available\":true,\"attributes\":" attributes "}"

static void test_worker_fetch(void **state)
{
    struct fixture *fixture = *state;
    answer(fixture, WORKER_JSON(WORKER, "alice",
                                "\"{\\\"full_name\\\":\\\"Alice\\\","
                                "\\\"contact_uri\\\":\\\"client:alice\\\"}\""));
    assert_int_equal(taskrouter_worker_fetch(fixture->twilio.client, WORKER, &fixture->worker),
                     ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Workers/" WORKER " HTTP/1.1\r\n");
    assert_string_equal(fixture->worker.friendly_name, "alice");
    assert_string_equal(fixture->worker.full_name, "Alice");
    assert_string_equal(fixture->worker.contact_uri, "client:alice");
    assert_string_equal(fixture->worker.activity, "Available");
    assert_true(fixture->worker.available);
    assert_string_equal(worker_display_name(&fixture->worker), "Alice");
}

static void test_worker_display_name(void **state)
{
    (void)state;
    struct worker worker = { .contact_uri = "client:x" };
    assert_string_equal(worker_display_name(&worker), "client:x");
    snprintf(worker.friendly_name, sizeof worker.friendly_name, "x");
    assert_string_equal(worker_display_name(&worker), "x");
    snprintf(worker.full_name, sizeof worker.full_name, "Mx X");
    assert_string_equal(worker_display_name(&worker), "Mx X");
}

static void test_worker_find(void **state)
{
    struct fixture *fixture = *state;
    answer(fixture, "{\"workers\":[" WORKER_JSON(WORKER, "Alice", "\"{}\"") "," WORKER_JSON(
                        WORKER2, "alice", "null") "],\"meta\":{}}");
    answer(fixture, "{\"workers\":[" WORKER_JSON(WORKER, "Alice", "\"{}\"") "],\"meta\":{}}");
    answer(fixture, "{\"workers\":[" WORKER_JSON(WORKER, "alice", "\"{}\"") "," WORKER_JSON(
                        WORKER2, "alice", "\"{}\"") "],\"meta\":{}}");
    assert_int_equal(taskrouter_worker_find(fixture->twilio.client, "alice", &fixture->worker),
                     ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Workers?FriendlyName=alice ");
    assert_string_equal(fixture->worker.sid, WORKER2);
    worker_clear(&fixture->worker);
    assert_int_equal(taskrouter_worker_find(fixture->twilio.client, "alice", &fixture->worker),
                     ERR_NOT_FOUND);
    assert_int_equal(taskrouter_worker_find(fixture->twilio.client, "alice", &fixture->worker),
                     ERR_CONFLICT);
}

static enum err count_worker(void *context, const struct worker *worker)
{
    int *left = context;
    assert_string_not_equal(worker->sid, "");
    return --*left > 0 ? ERR_OK : ERR_TOO_LARGE;
}

static void test_workers_each(void **state)
{
    struct fixture *fixture = *state;
    char page[1024];
    int left = 10;
    snprintf(page, sizeof page,
             "{\"workers\":[" WORKER_JSON(WORKER, "a", "\"{}\"") "],\"meta\":{"
                                                                 "\"next_page_url\":\"%s" BASE_PATH
                                                                 "/Workers?PageToken=PA1\"}}",
             fixture->twilio.base_url);
    for (int i = 0; i < 2; i++) {
        answer(fixture, page);
        answer(fixture, "{\"workers\":[" WORKER_JSON(WORKER2, "b", "\"{}\"") "],\"meta\":{}}");
    }
    assert_int_equal(taskrouter_workers_each(fixture->twilio.client, count_worker, &left), ERR_OK);
    assert_int_equal(left, 8);
    fake_server_assert_sent(fixture->twilio.server, 0, "GET " BASE_PATH "/Workers?PageSize=1000 ");
    fake_server_assert_sent(fixture->twilio.server, 1, "GET " BASE_PATH "/Workers?PageToken=PA1 ");
    left = 1;
    assert_int_equal(taskrouter_workers_each(fixture->twilio.client, count_worker, &left),
                     ERR_TOO_LARGE);
    assert_int_equal(fake_server_requests(fixture->twilio.server), 3);
}

static void test_worker_voice_channel(void **state)
{
    static const struct {
        const char *channel;
        bool has_room;
    } rows[] = {
        { "\"configured_capacity\":1,\"assigned_tasks\":0,\"available\":true", true },
        { "\"configured_capacity\":1,\"assigned_tasks\":1,\"available\":true", false },
        { "\"configured_capacity\":2,\"assigned_tasks\":1,\"available\":true", true },
        { "\"configured_capacity\":1,\"assigned_tasks\":0,\"available\":false", false },
        { "\"configured_capacity\":1,\"assigned_tasks\":0,\"available\":true,"
          "\"available_capacity_percentage\":0",
          false },
        { "\"configured_capacity\":0", false },
    };
    struct fixture *fixture = *state;
    struct worker_channel channel = { 0 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char body[512];
        snprintf(body, sizeof body,
                 "{\"channels\":[{\"task_channel_unique_name\":\"chat\"},"
                 "{\"task_channel_unique_name\":\"voice\",%s}],\"meta\":{}}",
                 rows[i].channel);
        answer(fixture, body);
        assert_int_equal(taskrouter_worker_voice_channel(fixture->twilio.client, WORKER, &channel),
                         ERR_OK);
        assert_int_equal(channel.has_room, rows[i].has_room);
    }
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Workers/" WORKER "/Channels ");
    answer(fixture, "{\"channels\":[],\"meta\":{}}");
    assert_int_equal(taskrouter_worker_voice_channel(fixture->twilio.client, WORKER, &channel),
                     ERR_NOT_FOUND);
}

static void test_workflow_fetch(void **state)
{
    struct fixture *fixture = *state;
    struct workflow workflow = { 0 };
    answer(fixture, "{\"friendly_name\":\"Internal\",\"task_reservation_timeout\":130,"
                    "\"configuration\":\"{\\\"task_routing\\\":{}}\"}");
    answer(fixture, "{\"friendly_name\":\"Internal\",\"configuration\":\"rubbish\"}");
    assert_int_equal(workflow_fetch(fixture->twilio.client, &workflow), ERR_OK);
    fake_server_assert_sent(fixture->twilio.server, 0,
                            "GET " BASE_PATH "/Workflows/" FAKE_WORKFLOW " ");
    assert_string_equal(workflow.friendly_name, "Internal");
    assert_int_equal(workflow.reservation_timeout_s, 130);
    assert_non_null(json_get_object(workflow.configuration, "task_routing"));
    workflow_clear(&workflow);
    assert_int_equal(workflow_fetch(fixture->twilio.client, &workflow), ERR_OK);
    assert_null(workflow.configuration);
    workflow_clear(&workflow);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(task_fetch),
        TEST(task_attributes_that_are_no_object),
        TEST(task_that_is_no_task),
        TEST(a_path_never_holds_anything_but_sids),
        TEST(task_create),
        TEST(task_create_for_a_worker),
        TEST(task_create_that_fails),
        TEST(attributes_over_twilios_limit),
        TEST(task_update_attributes),
        TEST(no_update_without_a_version),
        TEST(task_update_status),
        TEST(task_step_with_attributes),
        TEST(tasks_live_follows_pages),
        TEST(a_foreign_next_link_is_not_followed),
        TEST(a_page_without_its_list),
        TEST(tasks_of_conference),
        TEST(worker_tasks),
        TEST(task_worker),
        TEST(worker_fetch),
        TEST(worker_display_name),
        TEST(worker_find),
        TEST(workers_each),
        TEST(worker_voice_channel),
        TEST(workflow_fetch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
