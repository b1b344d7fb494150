#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "capture.h"

#include "base/json.h"
#include "base/log.h"
#include "base/strbuf.h"

#define WT "WT0123456789abcdef0123456789abcdef"
#define WK "WK0123456789abcdef0123456789abcdef"
#define CA "CA0123456789abcdef0123456789abcdef"

/* What stands after "2026-11-23T06:10:07.123Z ". */
static const char *without_time(const char *line)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
    for (size_t i = 0; i < sizeof shape - 1; i++)
        assert_row(i, shape[i] == 'd' ? line[i] >= '0' && line[i] <= '9' : line[i] == shape[i]);
    return line + sizeof shape - 1;
}

static void write_full_request(void)
{
    log_about("3f9c");
    log_note(LOG_TASK, WT);
    log_note(LOG_T1, WT);
    log_note(LOG_CALL, "a line\nof its own");
    log_note(LOG_CALL, NULL);
    log_note(LOG_WORKER, WK);
    log_note(LOG_EVENT, "left msg=\"no\"");
    log_request(&(struct log_request){
        .status = 201,
        .duration_ms = 14,
        .reason = "ok",
        .detail = "said \"no\"\n2026-01-01T00:00:00.000Z forged from=192.0.2.1",
        .address = "192.0.2.7",
    });
}

static void write_failed_request(void)
{
    log_about(NULL);
    log_request(&(struct log_request){ .status = 503, .reason = "ask_again" });
}

static void write_endless_request(void)
{
    char detail[5000];
    memset(detail, '\n', sizeof detail - 1);
    detail[sizeof detail - 1] = '\0';
    for (enum log_key key = 0; key < LOG_KEY__MAX; key++)
        log_note(key, detail);
    log_request(&(struct log_request){
        .status = 500,
        .reason = "internal",
        .detail = detail,
        .address = "0000:0000:0000:0000:0000:ffff:192.168.100.228",
    });
    log_about(NULL);
}

static void write_warning(void)
{
    log_warn("can't open %s: %d", "\x1B[2J", 13);
}

static void write_warning_of_a_request(void)
{
    log_about("3f9c");
    log_note(LOG_CALL, CA);
    log_note(LOG_T1, WT);
    log_note(LOG_T1, "");
    log_warn("Twilio has said no");
    log_about(NULL);
}

static void write_facts(void)
{
    const struct log_fact facts[] = { { "outcome", "no-answer" }, { "k", NULL }, { "at", "" } };
    log_note(LOG_T1, WT);
    log_facts(facts, 3);
    log_about(NULL);
}

static void what_is_said_during_a_request_names_it(void **state)
{
    (void)state;
    char line[8192];
    capture(write_warning_of_a_request, line, sizeof line);
    assert_string_equal(without_time(line), "warn program=create-task request=3f9c call=" CA
                                            " msg=\"Twilio has said no\"\n");
    capture(write_warning, line, sizeof line);
    assert_string_equal(without_time(line),
                        "warn program=create-task msg=\"can't open \\u001b[2J: 13\"\n");
}

static void a_request_is_one_line(void **state)
{
    (void)state;
    char line[8192];
    capture(write_full_request, line, sizeof line);
    assert_string_equal(
        without_time(line),
        "info program=create-task request=3f9c status=201 ms=14 reason=ok t1=" WT " worker=" WK
        " event=\"left msg=\\\"no\\\"\" msg=\"said \\\"no\\\"\\u000a2026-01-01T00:00:00.000Z forged "
        "from=192.0.2.1\" from=192.0.2.7\n");
    capture(write_failed_request, line, sizeof line);
    assert_string_equal(without_time(line),
                        "warn program=create-task status=503 ms=0 reason=ask_again\n");
    capture(write_facts, line, sizeof line);
    assert_string_equal(without_time(line),
                        "info program=create-task t1=" WT " outcome=no-answer at=\"\"\n");
}

static void a_line_is_cut_not_lost(void **state)
{
    (void)state;
    char line[8192];
    capture(write_endless_request, line, sizeof line);
    assert_true(strlen(line) <= STRBUF_MAX_LOG_LINE);
    assert_string_equal(strrchr(line, ' '),
                        " from=0000:0000:0000:0000:0000:ffff:192.168.100.228\n");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void with_json_each_line_is_an_object_of_the_same_keys(void **state)
{
    (void)state;
    char line[8192];
    cJSON *object = NULL;
    log_set_form(&(struct log_form){ .json = true });
    capture(write_full_request, line, sizeof line);
    assert_int_equal(json_parse_object(line, strlen(line), &object), ERR_OK);
    assert_int_equal(strlen(json_get_string(object, "time")), 24);
    assert_string_equal(json_get_string(object, "level"), "info");
    assert_string_equal(json_get_string(object, "t1"), WT);
    assert_int_equal((int)json_get_number(object, "status", 0), 201);
    assert_string_equal(strstr(line, ",\"from\""), ",\"from\":\"192.0.2.7\"}\n");
    cJSON_Delete(object);
    capture(write_endless_request, line, sizeof line);
    assert_int_equal(json_parse_object(line, strlen(line), &object), ERR_OK);
    cJSON_Delete(object);
    log_set_form(&(struct log_form){ .json = false });
}

static void in_the_journal_each_line_begins_with_its_priority(void **state)
{
    (void)state;
    char line[8192];
    log_set_form(&(struct log_form){ .journal = true });
    capture(write_warning, line, sizeof line);
    assert_memory_equal(line, "<4>", 3);
    assert_memory_equal(without_time(line + 3), "warn ", 5);
    log_set_form(&(struct log_form){ .json = false });
}

int main(void)
{
    log_open("create-task");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_one_line),
        cmocka_unit_test(what_is_said_during_a_request_names_it),
        cmocka_unit_test(a_line_is_cut_not_lost),
        cmocka_unit_test(with_json_each_line_is_an_object_of_the_same_keys),
        cmocka_unit_test(in_the_journal_each_line_begins_with_its_priority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
