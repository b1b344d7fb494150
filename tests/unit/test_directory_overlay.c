/* What agents' pages have told: the newest counts, and whatever becomes of the file is survived. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "directory/directory_overlay.h"

#define ALICE "WK0000000000000000000000000000000a"
#define BOB   "WK0000000000000000000000000000000b"

static char state_dir[] = "/tmp/dialpad-told-XXXXXX";
static char workspace[] = "WS00000000000000000000000000000001";
static const struct config config = { .state_dir = state_dir, .workspace_sid = workspace };
static char path[256];
static int64_t now_ms;

static int make_dir(void **state)
{
    (void)state;
    memcpy(strrchr(state_dir, '-'), "-XXXXXX", sizeof "-XXXXXX");
    if (mkdtemp(state_dir) == NULL) return -1;
    snprintf(path, sizeof path, "%s/presence-%s.1", state_dir, workspace);
    now_ms = clock_wall_ms() - 30 * 1000; /* room to go on */
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(state_dir);
}

static enum err tell(const char *worker_sid, int64_t at_ms, const char *activity, bool busy)
{
    struct overlay_state state = { .at_ms = at_ms, .available = true, .busy = busy };
    snprintf(state.activity, sizeof state.activity, "%s", activity);
    return directory_overlay_tell(&config, worker_sid, &state);
}

/* What Bob's row says then, beside a snapshot of that age; its own is "Offline", not available. */
static const char *shown(int64_t snapshot_age_s, uint64_t *sum)
{
    static struct overlay_texts texts;
    static struct directory_result result;
    const struct directory_header header = { .created_s = now_ms / 1000 - snapshot_age_s };
    const struct directory directory = { .header = &header };
    struct directory_overlay overlay;
    result.count = 1;
    result.agents[0] = (struct directory_agent){ .sid = BOB, .activity = "Offline" };
    directory_overlay_open(&config, &directory, &overlay);
    directory_overlay_apply(&overlay, &result, &texts);
    if (sum != NULL) *sum = overlay.sum;
    directory_overlay_close(&overlay);
    bool told = strcmp(result.agents[0].activity, "Offline") != 0;
    assert_true(result.agents[0].available == told);
    return result.agents[0].activity;
}

static void the_newest_counts(void **state)
{
    (void)state;
    assert_string_equal(shown(10, NULL), "Offline");
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Available");
    assert_int_equal(tell(BOB, now_ms - 3000, "Break", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Available");
    assert_int_equal(tell(BOB, now_ms + OVERLAY_PAUSE_MS - 1, "Break", false), ERR_RATE);
    assert_int_equal(tell(ALICE, now_ms, "Break", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Available");
    assert_int_equal(tell(BOB, now_ms + OVERLAY_PAUSE_MS, "Lunch", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Lunch");
}

static void a_younger_snapshot_knows_better(void **state)
{
    (void)state;
    assert_int_equal(tell(BOB, now_ms - 20000, "Available", false), ERR_OK);
    assert_string_equal(shown(30, NULL), "Available");
    assert_string_equal(shown(16, NULL), "Available"); /* REST may lag */
    assert_string_equal(shown(10, NULL), "Offline");
}

static void the_tag_changes_with_what_is_shown(void **state)
{
    (void)state;
    uint64_t none;
    uint64_t first;
    uint64_t second;
    uint64_t later;
    shown(10, &none);
    assert_int_equal(none, 0);
    assert_int_equal(tell(BOB, now_ms - 2000, "Available", false), ERR_OK);
    shown(10, &first);
    shown(9, &later);
    assert_int_equal(tell(BOB, now_ms, "Available", true), ERR_OK);
    shown(10, &second);
    assert_true(first != 0 && second != 0 && first != second && first != later);
    shown(-30, &none);
    assert_int_equal(none, 0);
}

static void a_clock_that_was_set_back_stops_nobody(void **state)
{
    (void)state;
    assert_int_equal(tell(BOB, now_ms + 3600 * 1000, "Break", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Offline");
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Available");
}

/* A row of damage: it may cost what was told, and the next one is kept again. */
static void expect_survived(void)
{
    shown(10, NULL);
    now_ms += 2 * OVERLAY_PAUSE_MS;
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Available");
}

static void whatever_becomes_of_the_file(void **state)
{
    (void)state;
    struct stat status;
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    for (off_t size = 0; size < status.st_size; size += status.st_size / 7) {
        assert_int_equal(truncate(path, size), 0);
        expect_survived();
    }
    assert_int_equal(unlink(path), 0);
    assert_string_equal(shown(10, NULL), "Offline");
    expect_survived();
    int fd = open(path, O_WRONLY);
    for (off_t at = 0; at < status.st_size; at += 16)
        assert_int_equal(pwrite(fd, "something else..", 16, at), 16);
    close(fd);
    assert_string_equal(shown(10, NULL), "Offline");
    now_ms = clock_wall_ms();
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    assert_string_equal(shown(10, NULL), "Available");
}

static void no_other_s_file(void **state)
{
    (void)state;
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    assert_int_equal(chmod(path, 0666), 0);
    assert_string_equal(shown(10, NULL), "Offline");
    assert_int_equal(tell(BOB, now_ms + 5000, "Available", false), ERR_FORBIDDEN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_FORBIDDEN);
}

static void a_full_bucket_forgets_the_oldest(void **state)
{
    (void)state;
    assert_int_equal(tell(BOB, now_ms, "Available", false), ERR_OK);
    for (int i = 0; i < 40000; i++) {
        char sid[SID_SIZE];
        snprintf(sid, sizeof sid, "WK%032x", i + 100);
        assert_int_equal(tell(sid, now_ms - 5000, "Break", false), ERR_OK);
    }
    assert_string_equal(shown(10, NULL), "Available");
}

/* Four processes write and this one reads: no record is ever seen half written. */
static void many_processes(void **state)
{
    (void)state;
    pid_t children[4];
    for (int i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] != 0) continue;
        const char *activity = i % 2 == 0 ? "Available" : "A rather long name of an activity";
        for (int n = 0; n < 200; n++) {
            enum err rc = tell(BOB, now_ms + (int64_t)n * OVERLAY_PAUSE_MS, activity, true);
            if (rc != ERR_OK && rc != ERR_RATE && rc != ERR_UNAVAILABLE) _exit(1);
        }
        _exit(0);
    }
    for (int n = 0; n < 500; n++) {
        const char *seen = shown(10, NULL);
        assert_true(strcmp(seen, "Offline") == 0 || strcmp(seen, "Available") == 0 ||
                    strcmp(seen, "A rather long name of an activity") == 0);
    }
    for (int i = 0; i < 4; i++) {
        int ended = -1;
        assert_int_equal(waitpid(children[i], &ended, 0), children[i]);
        assert_int_equal(ended, 0);
    }
}

#define IN_A_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIR(the_newest_counts),
        IN_A_DIR(a_younger_snapshot_knows_better),
        IN_A_DIR(the_tag_changes_with_what_is_shown),
        IN_A_DIR(a_clock_that_was_set_back_stops_nobody),
        IN_A_DIR(whatever_becomes_of_the_file),
        IN_A_DIR(no_other_s_file),
        IN_A_DIR(a_full_bucket_forgets_the_oldest),
        IN_A_DIR(many_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
