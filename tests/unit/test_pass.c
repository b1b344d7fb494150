#include "unit.h"

#include "auth/pass.h"

#define DIGITS   "0123456789abcdef0123456789abcdef"
#define T1       "WT" DIGITS
#define OTHER_T1 "WTffffffffffffffffffffffffffffffff"
#define CALL     "CA" DIGITS
#define OTHER    "CAffffffffffffffffffffffffffffffff"

enum { NOW = 1700000000 };

/* What follows was computed by Python's hmac and base64 for the key 0123456789abcdef, twice. */
#define EXPIRES     "s44wmk"
#define CALLER_PASS EXPIRES ".c9F2aOGbaNqbrbGIqZx0HA"
#define CALLEE_PASS EXPIRES ".sKgZrK2DkjpLdbijqXpdyQ"
#define ROOM        T1 "-tzwrZjLhNc4imMaHncXscw"
#define CALLER_LEG  T1 ".LQEdenXk-lja7UWkxl7p5g"
#define CALLEE_LEG  T1 ".HkoSIUwkdd1AHWkV0Zz8jA"
#define GUEST_TASK  OTHER_T1
#define GUEST_PASS  EXPIRES ".5Vxd-XfpBL4how-8cW9G4w"
#define GUEST_LEG   GUEST_TASK ".1HkjdElFIyejgPmvcFjfvw"

static const struct pass_seat alice = { PASS_CALLER, T1, "client:alice", NULL };
static const struct pass_seat bob = { PASS_CALLEE, T1, "client:bob", NULL };
static const struct pass_seat carol = { PASS_GUEST, T1, "client:carol", GUEST_TASK };

static struct keys old_keys = { .count = 1 };
static struct keys new_keys = { .count = 2 };
static struct pass_keys *old; /* the key of the vectors alone */
static struct pass_keys *new; /* another key, and that one as the previous */

static int set_up(void **state)
{
    (void)state;
    memcpy(old_keys.list[0], "0123456789abcdef0123456789abcdef", JWT_KEY_SIZE);
    memcpy(new_keys.list[0], "an entirely different key, 32 by", JWT_KEY_SIZE);
    memcpy(new_keys.list[1], old_keys.list[0], JWT_KEY_SIZE);
    return pass_keys_new(&old_keys, &old) == ERR_OK && pass_keys_new(&new_keys, &new) == ERR_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pass_keys_free(old);
    pass_keys_free(new);
    pass_keys_free(NULL);
    return 0;
}

static void the_vectors_come_out(void **state)
{
    (void)state;
    char pass[PASS_SIZE];
    char name[PASS_NAME_SIZE];
    assert_int_equal(pass_make(old, 0, &alice, NOW, pass), ERR_OK);
    assert_string_equal(pass, CALLER_PASS);
    assert_int_equal(pass_make(old, 0, &bob, NOW, pass), ERR_OK);
    assert_string_equal(pass, CALLEE_PASS);
    assert_int_equal(pass_make(old, 0, &carol, NOW, pass), ERR_OK);
    assert_string_equal(pass, GUEST_PASS);
    assert_int_equal(pass_label(old, 0, &carol, CALL, name), ERR_OK);
    assert_string_equal(name, GUEST_LEG);
    assert_int_equal(pass_make(new, 1, &bob, NOW, pass), ERR_OK);
    assert_string_equal(pass, CALLEE_PASS);
    assert_int_equal(pass_room(old, 0, T1, name), ERR_OK);
    assert_string_equal(name, ROOM);
    assert_int_equal(pass_label(old, 0, &alice, CALL, name), ERR_OK);
    assert_string_equal(name, CALLER_LEG);
    assert_int_equal(pass_label(old, 0, &bob, CALL, name), ERR_OK);
    assert_string_equal(name, CALLEE_LEG);
}

static void a_key_that_does_not_exist_makes_nothing(void **state)
{
    (void)state;
    char pass[PASS_SIZE];
    char name[PASS_NAME_SIZE];
    assert_int_equal(pass_make(old, 1, &alice, NOW, pass), ERR_INTERNAL);
    assert_int_equal(pass_room(old, 1, T1, name), ERR_INTERNAL);
    assert_int_equal(pass_label(old, 1, &alice, CALL, name), ERR_INTERNAL);
}

static void a_pass_admits_one_address_into_one_call(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct pass_seat seat;
        enum pass_verdict verdict;
    } rows[] = {
        { CALLER_PASS, { PASS_CALLER, T1, "client:alice", NULL }, PASS_FITS },
        { CALLEE_PASS, { PASS_CALLEE, T1, "client:bob", NULL }, PASS_FITS },
        { GUEST_PASS, { PASS_GUEST, T1, "client:carol", GUEST_TASK }, PASS_FITS },
        { GUEST_PASS, { PASS_GUEST, T1, "client:carol", T1 }, PASS_WRONG },
        { GUEST_PASS, { PASS_GUEST, T1, "client:bob", GUEST_TASK }, PASS_WRONG },
        { CALLEE_PASS, { PASS_GUEST, T1, "client:bob", GUEST_TASK }, PASS_WRONG },
        { GUEST_PASS, { PASS_CALLEE, T1, "client:carol", NULL }, PASS_WRONG },
        { CALLER_PASS, { PASS_CALLEE, T1, "client:alice", NULL }, PASS_WRONG },
        { CALLER_PASS, { PASS_CALLER, OTHER_T1, "client:alice", NULL }, PASS_WRONG },
        { CALLER_PASS, { PASS_CALLER, T1, "client:bob", NULL }, PASS_WRONG },
        { CALLER_PASS, { PASS_CALLER, T1, "client:alic", NULL }, PASS_WRONG },
        { CALLER_PASS, { PASS_CALLER, T1, "client:alice|" EXPIRES, NULL }, PASS_WRONG },
        { CALLEE_PASS, { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { CALLER_PASS "A", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { CALLER_PASS ".", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "s44wml.c9F2aOGbaNqbrbGIqZx0HA", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "s44wmk.c9F2aOGbaNqbrbGIqZx0HB", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "s44wmk.c9F2aOGbaNqbrbGIqZx0H", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "S44WMK.c9F2aOGbaNqbrbGIqZx0HA", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "0s44wmk.c9F2aOGbaNqbrbGIqZx0HA", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { " s44wmk.c9F2aOGbaNqbrbGIqZx0HA", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "-1.c9F2aOGbaNqbrbGIqZx0HA", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "zzzzzzzzz.c9F2aOGbaNqbrbGIqZx0HA",
          { PASS_CALLER, T1, "client:alice", NULL },
          PASS_WRONG },
        { ".c9F2aOGbaNqbrbGIqZx0HA", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "s44wmk.", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "s44wmk", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { ".", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { "", { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
        { NULL, { PASS_CALLER, T1, "client:alice", NULL }, PASS_WRONG },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t key = 77;
        assert_row(i, pass_check(old, &rows[i].seat, rows[i].text, NOW, &key) == rows[i].verdict);
        assert_row(i, key == (rows[i].verdict == PASS_WRONG ? 77 : 0));
    }
}

static void a_pass_gets_too_old_to_begin_with_and_stays_right(void **state)
{
    (void)state;
    static const struct {
        int64_t now_s;
        enum pass_verdict verdict;
    } rows[] = {
        { NOW - 3600, PASS_FITS },
        { NOW + PASS_LIFETIME_S, PASS_FITS },
        { NOW + PASS_LIFETIME_S + PASS_CLOCKS_S - 1, PASS_FITS },
        { NOW + PASS_LIFETIME_S + PASS_CLOCKS_S, PASS_EXPIRED },
        { NOW + 10 * 3600, PASS_EXPIRED },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t key;
        assert_row(i, pass_check(old, &alice, CALLER_PASS, rows[i].now_s, &key) == rows[i].verdict);
    }
}

static void the_previous_key_still_admits_and_a_foreign_one_never(void **state)
{
    (void)state;
    char pass[PASS_SIZE];
    char name[PASS_NAME_SIZE];
    char t1[SID_SIZE] = "";
    size_t key = 77;
    assert_int_equal(pass_check(new, &alice, CALLER_PASS, NOW, &key), PASS_FITS);
    assert_int_equal(key, 1);
    assert_true(pass_room_read(new, ROOM, t1, &key));
    assert_int_equal(key, 1);
    assert_true(pass_label_fits(new, 1, &bob, CALL, CALLEE_LEG));
    assert_false(pass_label_fits(new, 0, &bob, CALL, CALLEE_LEG));

    assert_int_equal(pass_make(new, 0, &alice, NOW, pass), ERR_OK);
    assert_int_equal(pass_check(old, &alice, pass, NOW, &key), PASS_WRONG);
    assert_int_equal(pass_room(new, 0, T1, name), ERR_OK);
    assert_false(pass_room_read(old, name, t1, &key));
    assert_true(pass_room_read(new, name, t1, &key));
    assert_int_equal(key, 0);
}

static void a_room_is_ours_or_nobodys(void **state)
{
    (void)state;
    static const char *const rows[] = {
        NULL,
        "",
        T1,
        T1 "-",
        T1 ".tzwrZjLhNc4imMaHncXscw",
        OTHER_T1 "-tzwrZjLhNc4imMaHncXscw",
        T1 "-tzwrZjLhNc4imMaHncXscW",
        T1 "-tzwrZjLhNc4imMaHncXsc",
        ROOM "w",
        CALLER_LEG,
        "Team meeting, every Monday at nine, in the large room, bring your own tea",
    };
    char t1[SID_SIZE] = "";
    size_t key = 77;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(i, !pass_room_read(old, rows[i], t1, &key) && t1[0] == '\0' && key == 77);
    assert_true(pass_room_read(old, ROOM, t1, &key));
    assert_string_equal(t1, T1);
    assert_int_equal(key, 0);
}

static void a_label_belongs_to_one_leg(void **state)
{
    (void)state;
    static const struct {
        struct pass_seat seat;
        const char *call_sid;
        const char *label;
    } rows[] = {
        { { PASS_CALLER, T1, "client:alice", NULL }, OTHER, CALLER_LEG },
        { { PASS_CALLER, OTHER_T1, "client:alice", NULL }, CALL, CALLER_LEG },
        { { PASS_CALLEE, T1, "client:alice", NULL }, CALL, CALLER_LEG },
        { { PASS_CALLER, T1, "client:bob", NULL }, CALL, CALLER_LEG },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, ROOM },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, T1 "." },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, CALLER_LEG "A" },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, CALLEE_LEG },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, "" },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, NULL },
        { { PASS_CALLER, T1, "client:alice", NULL }, CALL, "flex-participant" },
        { { PASS_CALLEE, T1, "client:carol", NULL }, CALL, GUEST_LEG },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(i, !pass_label_fits(old, 0, &rows[i].seat, rows[i].call_sid, rows[i].label));
    assert_true(pass_label_fits(old, 0, &alice, CALL, CALLER_LEG));
    assert_true(pass_label_fits(old, 0, &bob, CALL, CALLEE_LEG));
    assert_false(pass_label_fits(old, 5, &bob, CALL, CALLEE_LEG));
}

static void a_guests_label_says_which_task(void **state)
{
    (void)state;
    char task_sid[SID_SIZE] = "";
    assert_true(pass_label_read_guest(new, 1, T1, CALL, GUEST_LEG, task_sid));
    assert_string_equal(task_sid, GUEST_TASK);
    assert_false(pass_label_read_guest(old, 0, T1, OTHER, GUEST_LEG, task_sid));
    assert_false(pass_label_read_guest(old, 0, OTHER_T1, CALL, GUEST_LEG, task_sid));
    assert_false(pass_label_read_guest(old, 0, T1, CALL, CALLEE_LEG, task_sid));
    assert_false(pass_label_read_guest(old, 0, T1, CALL, NULL, task_sid));
    assert_false(pass_label_read_guest(old, 5, T1, CALL, GUEST_LEG, task_sid));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_come_out),
        cmocka_unit_test(a_key_that_does_not_exist_makes_nothing),
        cmocka_unit_test(a_pass_admits_one_address_into_one_call),
        cmocka_unit_test(a_pass_gets_too_old_to_begin_with_and_stays_right),
        cmocka_unit_test(the_previous_key_still_admits_and_a_foreign_one_never),
        cmocka_unit_test(a_room_is_ours_or_nobodys),
        cmocka_unit_test(a_label_belongs_to_one_leg),
        cmocka_unit_test(a_guests_label_says_which_task),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
