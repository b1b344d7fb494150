#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_stamp.h"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void whatever_is_done_to_a_file_changes_its_stamp(void **state)
{
    (void)state;
    static const struct timespec long_ago[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    char path[] = "/tmp/dialpad-test-stamp-XXXXXX";
    struct file_stamp stamp;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);

    file_stamp_take(path, &stamp);
    assert_false(file_stamp_is_old(path, &stamp));
    assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
    assert_true(file_stamp_is_old(path, &stamp));

    file_stamp_take(path, &stamp);
    write_file(path, "other");
    assert_true(file_stamp_is_old(path, &stamp));

    file_stamp_take(path, &stamp);
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(file_stamp_is_old(path, &stamp));

    file_stamp_take(path, &stamp);
    assert_int_equal(unlink(path), 0);
    assert_true(file_stamp_is_old(path, &stamp));

    file_stamp_take(path, &stamp);
    assert_false(file_stamp_is_old(path, &stamp));
    write_file(path, "");
    assert_true(file_stamp_is_old(path, &stamp));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_done_to_a_file_changes_its_stamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
