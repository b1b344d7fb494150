#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"

/* Runs `write_line` with standard error going into a pipe, and returns what came out. */
static void capture(void (*write_line)(void), char *text, size_t size)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    write_line();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    /* One read is enough because the line was one write. */
    ssize_t len = read(ends[0], text, size - 1);
    assert_true(len > 0);
    text[len] = '\0';
    assert_int_equal(read(ends[0], text + len, 1), 0);
    text[len] = '\0';
    close(ends[0]);
}

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
    log_request(&(struct log_request){
        .request_id = "3f9c",
        .status = 201,
        .duration_ms = 14,
        .reason = "ok",
        .detail = "said \"no\"\n2026-01-01T00:00:00.000Z forged - 200",
        .task_sid = "WT1",
        .call_sid = "CA1",
        .worker_sid = "WK1",
    });
}

static void write_bare_request(void)
{
    log_request(&(struct log_request){ .status = 405, .duration_ms = 0, .reason = "method" });
}

static void write_endless_request(void)
{
    char detail[5000];
    memset(detail, '\n', sizeof detail - 1);
    detail[sizeof detail - 1] = '\0';
    log_request(&(struct log_request){
        .status = 500,
        .reason = detail,
        .detail = detail,
        .task_sid = detail,
        .call_sid = detail,
        .worker_sid = detail,
    });
}

static void write_warning(void)
{
    log_warn("can't open %s: %d", "\x1B[2J", 13);
}

static void write_warning_of_a_request(void)
{
    log_about("3f9c");
    log_warn("Twilio has said no");
    log_about(NULL);
}

static void what_is_said_during_a_request_names_it(void **state)
{
    (void)state;
    char line[4096];
    log_open("create-task");
    capture(write_warning_of_a_request, line, sizeof line);
    assert_string_equal(without_time(line), "create-task 3f9c warn Twilio has said no\n");
    capture(write_warning, line, sizeof line);
    assert_non_null(strstr(line, " create-task - warn can't open"));
}

static void a_request_is_one_line(void **state)
{
    (void)state;
    char line[4096];
    log_open("create-task");
    capture(write_full_request, line, sizeof line);
    assert_string_equal(without_time(line),
                        "create-task 3f9c 201 14ms ok task=WT1 call=CA1 worker=WK1 "
                        "\"said \\x22no\\x22\\x0a2026-01-01T00:00:00.000Z forged - 200\"\n");
    capture(write_bare_request, line, sizeof line);
    assert_string_equal(without_time(line), "create-task - 405 0ms method\n");
}

static void a_line_is_cut_not_lost(void **state)
{
    (void)state;
    char line[4096];
    capture(write_endless_request, line, sizeof line);
    assert_true(strlen(line) <= STRBUF_MAX_LOG_LINE);
    assert_string_equal(strrchr(line, '='), "=... \"...\"\n");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void other_lines_have_a_level(void **state)
{
    (void)state;
    char line[4096];
    capture(write_warning, line, sizeof line);
    assert_string_equal(without_time(line), "create-task - warn can't open \\x1b[2J: 13\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_one_line),
        cmocka_unit_test(what_is_said_during_a_request_names_it),
        cmocka_unit_test(a_line_is_cut_not_lost),
        cmocka_unit_test(other_lines_have_a_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
