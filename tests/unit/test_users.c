#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/users.h"

#define ALICE "WK0123456789abcdef0123456789abcdef"
#define BOB   "WKffffffffffffffffffffffffffffffff"
#define CAROL "WKcccccccccccccccccccccccccccccccc"

static char path[64];
static char problem[USERS_PROBLEM_SIZE];
static int line;

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/dialpad-test-users-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static enum err load(const char *text, size_t len, mode_t mode, struct users **users)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
    enum err rc = users_load(path, users, &line, problem);
    chmod(path, 0600);
    return rc;
}

static void users_workers_and_addresses_are_found(void **state)
{
    (void)state;
    static const char text[] = "# who          Worker   address\n"
                               "\n"
                               "bob@example.com " BOB "\tclient:bob_40example_2Ecom\r\n"
                               "  alice\t" ALICE "  \n"
                               "al " ALICE "\n"
                               "carol " CAROL " client:carol";
    struct users *users = NULL;
    assert_int_equal(load(text, sizeof text - 1, 0640, &users), ERR_OK);
    const struct user *bob = users_find(users, "bob@example.com");
    assert_non_null(bob);
    assert_string_equal(bob->worker_sid, BOB);
    assert_string_equal(bob->address, "client:bob_40example_2Ecom");
    assert_null(users_find(users, "alice")->address);
    assert_string_equal(users_find(users, "al")->worker_sid, ALICE);
    assert_null(users_find(users, "bob"));
    assert_null(users_find(users, "Alice"));
    assert_null(users_find(users, ""));
    assert_string_equal(users_address(users, CAROL), "client:carol");
    assert_null(users_address(users, ALICE));
    assert_null(users_address(users, "WK00000000000000000000000000000000"));
    assert_string_equal(users_owner(users, "client:carol"), CAROL);
    assert_null(users_owner(users, "client:alice"));
    users_free(users);
}

static void without_a_file_nobody_is_found(void **state)
{
    (void)state;
    struct users *users = NULL;
    assert_null(users_find(NULL, "alice"));
    assert_null(users_address(NULL, ALICE));
    assert_null(users_owner(NULL, "client:alice"));
    users_free(NULL);
    assert_int_equal(load("", 0, 0600, &users), ERR_OK);
    assert_null(users_find(users, "alice"));
    assert_null(users_owner(users, "client:alice"));
    users_free(users);
}

static void a_wrong_line_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *problem;
    } rows[] = {
        { "alice", 1, "after the user's name must come WK and 32 hexadecimal digits" },
        { "\nalice alice\n", 2, "after the user's name must come WK and 32 hexadecimal digits" },
        { "alice WT0123456789abcdef0123456789abcdef", 1,
          "after the user's name must come WK and 32 hexadecimal digits" },
        { "alice " ALICE " sip:alice@example.com", 1, "an address must begin with client:" },
        { "alice " ALICE " client:", 1, "an address must begin with client:" },
        { "alice " ALICE " client:alice # the boss", 1,
          "more than a user, a Worker and an address" },
        { "alice " ALICE "\n\nbob " BOB "\nalice " CAROL "\n", 4,
          "this user has a line already, as line 1 has" },
        { "alice " ALICE " client:a\nal " ALICE " client:b\n", 2,
          "this Worker has another address, as line 1 has" },
        { "al " ALICE "\nalice " ALICE " client:a\n", 2,
          "this Worker has another address, as line 1 has" },
        { "bob " BOB " client:a\nalice " ALICE " client:a\n", 2,
          "another Worker has this address, as line 1 has" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct users *users = NULL;
        assert_row(i, load(rows[i].text, strlen(rows[i].text), 0600, &users) == ERR_INPUT);
        assert_row(i, users == NULL && line == rows[i].line);
        assert_string_equal(problem, rows[i].problem);
    }
}

static void a_file_that_others_can_write_is_refused(void **state)
{
    (void)state;
    struct users *users = NULL;
    assert_int_equal(load("alice " ALICE "\n", 41, 0644, &users), ERR_INPUT);
    assert_int_equal(line, 0);
    assert_non_null(strstr(problem, "chmod o-rw"));
    assert_int_equal(load("a\0b", 3, 0600, &users), ERR_INPUT);
    assert_string_equal(problem, "not a text file");
    assert_int_equal(users_load("/nonexistent/users", &users, &line, problem), ERR_INPUT);
    assert_string_equal(problem, "is not there");
    assert_int_equal(users_load("/dev/null", &users, &line, problem), ERR_INPUT);
    assert_null(users);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_workers_and_addresses_are_found),
        cmocka_unit_test(without_a_file_nobody_is_found),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(a_file_that_others_can_write_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
