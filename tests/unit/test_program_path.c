#include "unit.h"

#include "base/program_path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of this program, by the name that the kernel has for it. */
static void own_folder(char folder[static PATH_MAX])
{
    ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    assert_true(len > 0);
    folder[len] = '\0';
    *strrchr(folder, '/') = '\0';
}

static void paths_begin_beside_the_program(void **state)
{
    static const char *const rests[] = { "/../private/dialpad.conf", "/cache", "/" };
    (void)state;
    char folder[PATH_MAX];
    own_folder(folder);
    for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
        char given[64];
        char expected[PATH_MAX + 64];
        snprintf(given, sizeof given, "$ORIGIN%s", rests[i]);
        snprintf(expected, sizeof expected, "%s%s", folder, rests[i]);
        char *path = program_path(given);
        assert_string_equal(path, expected);
        free(path);
    }
}

static void other_paths_stay_as_they_are(void **state)
{
    static const char *const paths[] = {
        "",
        "/etc/dialpad/dialpad.conf",
        "$ORIGIN",
        "$ORIGINAL/x",
        "/a/$ORIGIN/b",
        "${ORIGIN}/x",
        "$origin/x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *path = program_path(paths[i]);
        assert_string_equal(path, paths[i]);
        free(path);
    }
}

static void the_current_folder_does_not_matter(void **state)
{
    (void)state;
    char folder[] = "/tmp/dialpad-origin-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char here[PATH_MAX];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    paths_begin_beside_the_program(NULL);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_begin_beside_the_program),
        cmocka_unit_test(other_paths_stay_as_they_are),
        cmocka_unit_test(the_current_folder_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
