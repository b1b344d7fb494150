#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "web/rate_limit.h"

#define WORKSPACE "WS00000000000000000000000000000001"
#define ALICE     "WK0000000000000000000000000000000a"
#define BOB       "WK0000000000000000000000000000000b"

/* A Monday in 2026. */
static const int64_t noon = INT64_C(1795435200);

static char state_dir[] = "/tmp/dialpad-rate-XXXXXX";
static char workspace[] = WORKSPACE;
static const struct config config = { .state_dir = state_dir, .workspace_sid = workspace };

static void table_path(char *path, size_t size)
{
    snprintf(path, size, "%s/calls-%s.1", state_dir, workspace);
}

static int make_dir(void **state)
{
    (void)state;
    memcpy(strrchr(state_dir, '-'), "-XXXXXX", sizeof "-XXXXXX");
    return mkdtemp(state_dir) == NULL;
}

static int remove_dir(void **state)
{
    char path[256];
    (void)state;
    table_path(path, sizeof path);
    unlink(path);
    rmdir(path); /* in one test it is a directory */
    rmdir(state_dir);
    return 0;
}

static int count(const char *worker_sid, int64_t now_s)
{
    int wait_s = -1;
    assert_int_equal(rate_limit_count(&config, worker_sid, now_s, &wait_s), ERR_OK);
    return wait_s;
}

static void twenty_in_a_minute(void **state)
{
    (void)state;
    for (int i = 0; i < RATE_LIMIT_CALLS; i++)
        assert_row(i, count(ALICE, noon + i) == 0);
    assert_int_equal(count(ALICE, noon + 20), 40);
    assert_int_equal(count(ALICE, noon + 59), 1);
    /* The first one is a minute old now; the second isn't. */
    assert_int_equal(count(ALICE, noon + 60), 0);
    assert_int_equal(count(ALICE, noon + 60), 1);
    assert_int_equal(count(ALICE, noon + 61), 0);
}

static void in_one_second(void **state)
{
    (void)state;
    for (int i = 0; i < RATE_LIMIT_CALLS; i++)
        assert_row(i, count(ALICE, noon) == 0);
    assert_int_equal(count(ALICE, noon), 60);
}

static void each_agent_alone(void **state)
{
    (void)state;
    for (int i = 0; i < RATE_LIMIT_CALLS + 5; i++)
        count(ALICE, noon);
    assert_int_equal(count(BOB, noon), 0);
    assert_int_not_equal(count(ALICE, noon), 0);
}

/* Many agents never cost one of them a call. */
static void nobody_pays_for_others(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        char sid[35];
        snprintf(sid, sizeof sid, "WK%032x", i);
        assert_row(i, count(sid, noon) == 0);
    }
    struct stat status;
    char path[256];
    table_path(path, sizeof path);
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size < 2 * 1024 * 1024);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_clock_that_was_set(void **state)
{
    (void)state;
    for (int i = 0; i < RATE_LIMIT_CALLS; i++)
        count(ALICE, noon);
    /* Back by a day: no agent waits for tomorrow. Forward again: those of the past day are over. */
    assert_int_equal(count(ALICE, noon - 24 * 3600), 0);
    assert_int_equal(count(ALICE, noon + 3600), 0);
}

static void rubbish_in_the_table(void **state)
{
    (void)state;
    char path[256];
    char rubbish[5000];
    table_path(path, sizeof path);
    for (int fill = 0; fill < 256; fill += 51) {
        memset(rubbish, fill, sizeof rubbish);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        for (int i = 0; i < 300; i++)
            assert_int_equal(write(fd, rubbish, sizeof rubbish), sizeof rubbish);
        close(fd);
        assert_row(fill, count(ALICE, noon) == 0);
        assert_row(fill, count(BOB, noon) == 0);
    }
}

static void processes_count_together(void **state)
{
    (void)state;
    enum { CHILDREN = 6, ATTEMPTS = 10 };
    int allowed = 0;
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() != 0) continue;
        int mine = 0;
        for (int k = 0; k < ATTEMPTS; k++) {
            int wait_s = -1;
            enum err rc;
            do {
                rc = rate_limit_count(&config, ALICE, noon + k, &wait_s);
            } while (rc == ERR_UNAVAILABLE);
            mine += rc == ERR_OK && wait_s == 0;
        }
        _exit(mine);
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status));
        allowed += WEXITSTATUS(status);
    }
    assert_int_equal(allowed, RATE_LIMIT_CALLS);
}

static void a_deleted_directory_comes_back(void **state)
{
    (void)state;
    assert_int_equal(rmdir(state_dir), 0);
    assert_int_equal(count(ALICE, noon), 0);
}

static void what_cannot_be_written(void **state)
{
    (void)state;
    char path[256];
    int wait_s = 7;
    table_path(path, sizeof path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(rate_limit_count(&config, ALICE, noon, &wait_s), ERR_FORBIDDEN);
    assert_int_equal(rmdir(path), 0);
    /* A link may lead anywhere. */
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(rate_limit_count(&config, ALICE, noon, &wait_s), ERR_FORBIDDEN);
    assert_int_equal(unlink(path), 0);
    const struct config nowhere = { .state_dir = (char[]){ "/proc/nowhere" },
                                    .workspace_sid = workspace };
    assert_int_equal(rate_limit_count(&nowhere, ALICE, noon, &wait_s), ERR_FORBIDDEN);
    assert_int_equal(wait_s, 7);
}

static void a_holder_who_never_lets_go(void **state)
{
    (void)state;
    char path[256];
    int wait_s = 7;
    table_path(path, sizeof path);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(rate_limit_count(&config, ALICE, noon, &wait_s), ERR_UNAVAILABLE);
    assert_int_equal(wait_s, 7);
    close(fd);
    assert_int_equal(count(ALICE, noon), 0);
}

#define IN_A_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIR(twenty_in_a_minute),       IN_A_DIR(in_one_second),
        IN_A_DIR(each_agent_alone),         IN_A_DIR(nobody_pays_for_others),
        IN_A_DIR(a_clock_that_was_set),     IN_A_DIR(rubbish_in_the_table),
        IN_A_DIR(processes_count_together), IN_A_DIR(a_deleted_directory_comes_back),
        IN_A_DIR(what_cannot_be_written),   IN_A_DIR(a_holder_who_never_lets_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
