/* An agent's past: what is kept of it for a moment, and what is answered from that. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "page/history_kept.h"
#include "page/history_reply.h"

#define ALICE "WK0000000000000000000000000000000a"
#define BOB   "WK0000000000000000000000000000000b"

/* A Monday in 2026. */
static const int64_t noon = INT64_C(1795435200);

static char state_dir[] = "/tmp/dialpad-kept-XXXXXX";
static char workspace[] = "WS00000000000000000000000000000001";
static const struct config config = { .state_dir = state_dir, .workspace_sid = workspace };

static int make_dir(void **state)
{
    (void)state;
    memcpy(strrchr(state_dir, '-'), "-XXXXXX", sizeof "-XXXXXX");
    return mkdtemp(state_dir) == NULL;
}

static void path_of(unsigned slot, char path[256])
{
    snprintf(path, 256, "%s/history-%s.%u", state_dir, workspace, slot);
}

/* The one file that is there. */
static void find(char path[256])
{
    for (unsigned slot = 0; slot < HISTORY_KEPT_SLOTS; slot++) {
        path_of(slot, path);
        if (access(path, F_OK) == 0) return;
    }
    fail_msg("no file");
}

static int remove_dir(void **state)
{
    char path[256];
    (void)state;
    for (unsigned slot = 0; slot < HISTORY_KEPT_SLOTS; slot++) {
        path_of(slot, path);
        unlink(path);
    }
    return rmdir(state_dir);
}

static void write_kept(const char *worker_sid, const char *text)
{
    struct strbuf kept;
    strbuf_init(&kept, STRBUF_MAX_REPLY);
    strbuf_addstr(&kept, text);
    history_kept_write(&config, worker_sid, noon, &kept);
    strbuf_free(&kept);
}

static bool reads(const char *worker_sid, int64_t now_s, const char *expected)
{
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_REPLY);
    bool found = history_kept_read(&config, worker_sid, now_s, &text);
    assert_string_equal(text.buf, found ? expected : "");
    strbuf_free(&text);
    return found;
}

static void half_a_minute(void **state)
{
    (void)state;
    assert_false(reads(ALICE, noon, ""));
    write_kept(ALICE, "0\n");
    assert_true(reads(ALICE, noon, "0\n"));
    assert_true(reads(ALICE, noon + HISTORY_KEPT_S - 1, "0\n"));
    assert_false(reads(ALICE, noon + HISTORY_KEPT_S, ""));
    assert_false(reads(ALICE, noon - 1, ""));
    assert_false(reads(BOB, noon, ""));
    write_kept(ALICE, "1\n");
    assert_true(reads(ALICE, noon, "1\n"));
}

static void another_s_or_a_damaged_file_is_none(void **state)
{
    (void)state;
    char path[256];
    write_kept(ALICE, "0\nsomething long\n");
    find(path);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    for (off_t size = status.st_size - 1; size >= 0; size--) {
        assert_int_equal(truncate(path, size), 0);
        assert_row(size, !reads(ALICE, noon, ""));
    }
    write_kept(ALICE, "0\n");
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, BOB, strlen(BOB), 0), strlen(BOB));
    close(fd);
    assert_false(reads(ALICE, noon, ""));
    write_kept(ALICE, "0\n");
    assert_int_equal(chmod(path, 0666), 0);
    assert_false(reads(ALICE, noon, ""));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_false(reads(ALICE, noon, ""));
    write_kept(ALICE, "0\n");
    assert_true(reads(ALICE, noon, "0\n"));
}

static void a_folder_that_cannot_be_written_is_no_failure(void **state)
{
    (void)state;
    static char folder[] = "/nonexistent";
    static const struct config nowhere = { .state_dir = folder, .workspace_sid = workspace };
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_REPLY);
    history_kept_write(&nowhere, ALICE, noon, &text);
    assert_false(history_kept_read(&nowhere, ALICE, noon, &text));
    strbuf_free(&text);
}

static const struct reply_row {
    const char *lines;
    int64_t since_s;
    const char *reply; /* NULL: refused */
} replies[] = {
    { "0\n", 5, "{\"calls\":[],\"complete\":true}" },
    { "9\n", 5, "{\"calls\":[],\"complete\":false}" },
    { "0\n9 {\"a\":1}\n7 {}\n5 {}\n4 {}\n", 5, "{\"calls\":[{\"a\":1},{},{}],\"complete\":true}" },
    { "", 5, NULL },
    { "x\n", 5, NULL },
    { "0", 5, NULL },
    { "0\n9 {}", 5, NULL },
    { "0\nx {}\n", 5, NULL },
    { "0\n9\n", 5, NULL },
};

static void the_reply_is_of_so_many_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct strbuf out;
        strbuf_init(&out, STRBUF_MAX_REPLY);
        enum err rc = history_reply(&out, replies[i].lines, replies[i].since_s);
        assert_row(i, rc == (replies[i].reply != NULL ? ERR_OK : ERR_INPUT));
        if (rc == ERR_OK) assert_string_equal(out.buf, replies[i].reply);
        strbuf_free(&out);
    }
}

static void rows_become_lines(void **state)
{
    (void)state;
    struct call_history_row rows[] = {
        { .at_s = noon,
          .seconds = 12,
          .task_sid = "WT00000000000000000000000000000001",
          .role = ROLE_CALLEE,
          .other = { .worker_sid = BOB, .name = "Bob \"B\"\nBaker", .friendly_name = "bob" },
          .outcome = OUTCOME_HANGUP,
          .note = "hi" },
    };
    const struct call_history history = { .rows = rows, .count = 1, .known_since_s = 3 };
    struct strbuf lines;
    strbuf_init(&lines, STRBUF_MAX_REPLY);
    history_reply_lines(&history, &lines);
    assert_string_equal(
        lines.buf,
        "3\n1795435200 {\"at\":\"2026-11-23T12:00:00Z\","
        "\"taskSid\":\"WT00000000000000000000000000000001\",\"role\":\"callee\",\"other\":{"
        "\"sid\":\"" BOB "\",\"name\":\"Bob \\\"B\\\"\\u000aBaker\",\"friendlyName\":\"bob\"},"
        "\"outcome\":\"hangup\",\"seconds\":12,\"note\":\"hi\",\"reply\":null}\n");
    strbuf_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(half_a_minute, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(another_s_or_a_damaged_file_is_none, make_dir, remove_dir),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_no_failure),
        cmocka_unit_test(the_reply_is_of_so_many_days),
        cmocka_unit_test(rows_become_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
