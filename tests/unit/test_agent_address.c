#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/users.h"
#include "directory/agent_address.h"

#define ALICE "WK0123456789abcdef0123456789abcdef"
#define BOB   "WKffffffffffffffffffffffffffffffff"
#define CAROL "WKcccccccccccccccccccccccccccccccc"
#define TEN   "0123456789"

/* bob's address is in the file; carol is in it without one. */
static struct users *read_users(void)
{
    char path[] = "/tmp/dialpad-test-address-XXXXXX";
    char problem[USERS_PROBLEM_SIZE];
    struct users *users = NULL;
    int line;
    static const char text[] = "bob " BOB " client:robert\ncarol " CAROL "\n";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    assert_int_equal(close(fd), 0);
    assert_int_equal(users_load(path, &users, &line, problem), ERR_OK);
    assert_int_equal(unlink(path), 0);
    return users;
}

static void an_address_is_the_name_s_or_the_file_s(void **state)
{
    (void)state;
    static const struct {
        int identity;
        bool file;
        const char *sid;
        const char *friendly_name;
        const char *contact_uri;
        enum address_verdict verdict;
        const char *settled;
    } rows[] = {
        { CONFIG_IDENTITY_FRIENDLY_NAME, false, ALICE, "alice", "client:alice", ADDRESS_OK, NULL },
        { CONFIG_IDENTITY_FRIENDLY_NAME, false, ALICE, "a@b.c", "client:a_40b_2Ec", ADDRESS_OK,
          NULL },
        { CONFIG_IDENTITY_FRIENDLY_NAME, false, CAROL, "carol", "client:alice", ADDRESS_MISMATCH,
          NULL },
        { CONFIG_IDENTITY_CONTACT_URI, false, CAROL, "carol", "client:alice", ADDRESS_OK, NULL },
        { CONFIG_IDENTITY_FRIENDLY_NAME, false, ALICE, "a@b.c", "client:a@b.c", ADDRESS_UNSUPPORTED,
          NULL },
        { CONFIG_IDENTITY_CONTACT_URI, false, ALICE, "alice", "client:a.b", ADDRESS_UNSUPPORTED,
          NULL },
        { CONFIG_IDENTITY_CONTACT_URI, false, ALICE, "alice", "client:", ADDRESS_UNSUPPORTED,
          NULL },
        { CONFIG_IDENTITY_CONTACT_URI, false, ALICE, "alice", "", ADDRESS_UNSUPPORTED, NULL },
        { CONFIG_IDENTITY_CONTACT_URI, false, ALICE, "alice", "sip:alice@b.c", ADDRESS_UNSUPPORTED,
          NULL },
        { CONFIG_IDENTITY_CONTACT_URI, false, ALICE, "alice",
          "client:" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "22", ADDRESS_UNSUPPORTED,
          NULL },
        /* The file's address takes the place of whatever the agent has written. */
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, BOB, "bob", "client:alice", ADDRESS_OK,
          "client:robert" },
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, BOB, "bob", "", ADDRESS_OK, "client:robert" },
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, CAROL, "carol", "client:carol", ADDRESS_OK, NULL },
        /* And no other Worker has it, whatever the name or the option says. */
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, ALICE, "robert", "client:robert", ADDRESS_MISMATCH,
          NULL },
        { CONFIG_IDENTITY_CONTACT_URI, true, ALICE, "alice", "client:robert", ADDRESS_MISMATCH,
          NULL },
    };
    struct users *users = read_users();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct worker worker = { .available = true };
        const struct config config = {
            .identity = rows[i].identity,
            .users = rows[i].file ? users : NULL,
        };
        sid_copy(worker.sid, rows[i].sid);
        snprintf(worker.friendly_name, sizeof worker.friendly_name, "%s", rows[i].friendly_name);
        snprintf(worker.contact_uri, sizeof worker.contact_uri, "%s", rows[i].contact_uri);
        assert_row(i, agent_address_settle(&config, &worker) == rows[i].verdict);
        const char *settled = rows[i].settled != NULL ? rows[i].settled : rows[i].contact_uri;
        assert_string_equal(worker.contact_uri, settled);
    }
    users_free(users);
}

static void who_may_have_an_address(void **state)
{
    (void)state;
    static const struct {
        int identity;
        bool file;
        const char *address;
        struct address_candidate candidate;
        bool open;
    } rows[] = {
        { CONFIG_IDENTITY_FRIENDLY_NAME, false, "client:alice", { ALICE, "alice", "" }, true },
        { CONFIG_IDENTITY_FRIENDLY_NAME,
          false,
          "client:alice",
          { CAROL, "carol", "client:alice" },
          false },
        { CONFIG_IDENTITY_CONTACT_URI,
          false,
          "client:alice",
          { CAROL, "carol", "client:alice" },
          true },
        { CONFIG_IDENTITY_CONTACT_URI,
          false,
          "client:alice",
          { ALICE, "alice", "client:x" },
          false },
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, "client:robert", { BOB, "bob", "" }, true },
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, "client:bob", { BOB, "bob", "client:bob" }, false },
        { CONFIG_IDENTITY_FRIENDLY_NAME, true, "client:robert", { ALICE, "robert", "" }, false },
        { CONFIG_IDENTITY_FRIENDLY_NAME,
          false,
          "sip:alice",
          { ALICE, "alice", "sip:alice" },
          false },
    };
    struct users *users = read_users();
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct config config = {
            .identity = rows[i].identity,
            .users = rows[i].file ? users : NULL,
        };
        assert_row(i, agent_address_is_open_to(&config, rows[i].address, &rows[i].candidate) ==
                          rows[i].open);
    }
    users_free(users);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_the_name_s_or_the_file_s),
        cmocka_unit_test(who_may_have_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
