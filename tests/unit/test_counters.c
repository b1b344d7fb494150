#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/counters.h"

enum { LAYOUT = 7, PROCESSES = 4, THREADS = 3, TIMES = 5000 };

static char folder[] = "/tmp/dialpad-test-counters-XXXXXX";
static char path[sizeof folder + 32];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/dialpad-test-counters-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/counters-WS.00000007", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    counters_close();
    unlink(path);
    /* Nothing half made is left beside it. */
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static void *count_often(void *unused)
{
    for (int i = 0; i < TIMES; i++)
        counters_add(3, 1);
    return unused;
}

/* A process of its own, whose threads all count in the same cell. */
static void count_in_threads(void)
{
    pthread_t threads[THREADS];
    counters_open(folder, "WS", LAYOUT);
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, count_often, NULL);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

static void several_processes_and_threads_lose_no_count(void **state)
{
    (void)state;
    int status;
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) count_in_threads();
    }
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    counters_open(folder, "WS", LAYOUT);
    assert_int_equal(counters_read(3), PROCESSES * THREADS * TIMES);
    assert_int_equal(counters_read(2), 0);
}

static void a_value_can_be_set_below_zero(void **state)
{
    (void)state;
    counters_open(folder, "WS", LAYOUT);
    counters_set(0, -5);
    counters_add(0, 2);
    assert_int_equal(counters_read(0), -3);
    counters_add(COUNTERS_CELLS, 1);
    counters_set(COUNTERS_CELLS, 1);
    assert_int_equal(counters_read(COUNTERS_CELLS), 0);
}

static void without_a_folder_a_process_counts_for_itself(void **state)
{
    (void)state;
    counters_open("/nonexistent", "WS", LAYOUT);
    counters_add(1, 4);
    counters_look(1);
    assert_int_equal(counters_read(1), 4);
}

static void write_file(const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    close(fd);
}

static void a_short_or_foreign_file_is_replaced(void **state)
{
    (void)state;
    static char page[16 + COUNTERS_CELLS * 8];
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        { "", 0 },
        { "DIALCNT", 8 },
        { "something else", sizeof page },
        { "DIALCNT\0\x08\0\0\0\0\x04\0", sizeof page }, /* another layout */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        memset(page, 0, sizeof page);
        memcpy(page, rows[i].text, rows[i].len < 16 ? rows[i].len : 14);
        write_file(page, rows[i].len);
        counters_open(folder, "WS", LAYOUT);
        counters_add(5, 1);
        assert_row(i, counters_read(5) == 1);
        counters_close();
        counters_open(folder, "WS", LAYOUT);
        assert_row(i, counters_read(5) == 1); /* it is in the file */
        counters_close();
    }
}

static void what_is_no_file_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    counters_open(folder, "WS", LAYOUT);
    counters_add(5, 1);
    assert_int_equal(counters_read(5), 1);
    assert_int_equal(rmdir(path), 0);
}

static void a_deleted_file_is_made_again(void **state)
{
    (void)state;
    counters_open(folder, "WS", LAYOUT);
    counters_add(6, 1);
    assert_int_equal(unlink(path), 0);
    counters_look(COUNTERS_LOOK_MS);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(counters_read(6), 0);
    counters_add(6, 2);
    /* Not looked at each time. */
    assert_int_equal(unlink(path), 0);
    counters_look(COUNTERS_LOOK_MS + 1);
    assert_int_equal(counters_read(6), 2);
}

static void a_file_that_is_cut_under_a_process_does_not_end_it(void **state)
{
    (void)state;
    counters_open(folder, "WS", LAYOUT);
    counters_add(COUNTERS_CELLS - 1, 1);
    assert_int_equal(truncate(path, 0), 0);
    counters_add(COUNTERS_CELLS - 1, 1);
    assert_int_equal(counters_read(COUNTERS_CELLS - 1), 1);
    counters_look(COUNTERS_LOOK_MS);
    counters_add(COUNTERS_CELLS - 1, 3);
    counters_close();
    counters_open(folder, "WS", LAYOUT);
    assert_int_equal(counters_read(COUNTERS_CELLS - 1), 3);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(several_processes_and_threads_lose_no_count),
        IN_FOLDER(a_value_can_be_set_below_zero),
        IN_FOLDER(without_a_folder_a_process_counts_for_itself),
        IN_FOLDER(a_short_or_foreign_file_is_replaced),
        IN_FOLDER(what_is_no_file_is_left_alone),
        IN_FOLDER(a_deleted_file_is_made_again),
        IN_FOLDER(a_file_that_is_cut_under_a_process_does_not_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
