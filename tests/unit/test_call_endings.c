#include "unit.h"

#include "call/call_endings.h"

#define T1    "WT00000000000000000000000000000001"
#define K     "WT00000000000000000000000000000002"
#define OTHER "WT00000000000000000000000000000003"

static void an_end_is_known_by_both_tasks(void **state)
{
    (void)state;
    assert_int_equal(call_endings_ask(T1), ENDING_UNKNOWN);
    call_endings_pair(T1, K);
    call_endings_note(T1, ENDING_BEGUN);
    assert_int_equal(call_endings_ask(K), ENDING_BEGUN);
    char t1_sid[SID_SIZE];
    call_endings_t1(K, t1_sid);
    assert_string_equal(t1_sid, T1);
    call_endings_note(T1, ENDING_DONE);
    call_endings_note(T1, ENDING_BEGUN);
    assert_int_equal(call_endings_ask(T1), ENDING_DONE);
    assert_int_equal(call_endings_ask(OTHER), ENDING_UNKNOWN);
}

static void one_asks_and_the_others_wait_for_it_only_so_long(void **state)
{
    (void)state;
    const char none[SID_SIZE] = "";
    call_endings_pair(OTHER, none);
    assert_int_equal(call_endings_ask(OTHER), ENDING_UNKNOWN);
    call_endings_asked(OTHER);
    assert_int_equal(call_endings_ask(OTHER), ENDING_UNKNOWN);
    /* The one before never says what came of it. */
    assert_int_equal(call_endings_ask(OTHER), ENDING_UNKNOWN);
    call_endings_asked(OTHER);
}

static void one_looks_for_all_until_it_is_done(void **state)
{
    (void)state;
    char t1_sid[SID_SIZE] = "";
    assert_int_equal(call_endings_look(K, 0, t1_sid), LOOK_NO_ROOM);
    assert_int_equal(call_endings_look(K, 1, t1_sid), LOOK_MINE);
    assert_string_equal(t1_sid, T1);
    assert_int_equal(call_endings_look(T1, 2, t1_sid), LOOK_OTHERS);
    assert_int_equal(call_endings_look(OTHER, 1, t1_sid), LOOK_NO_ROOM);
    call_endings_looked(T1, false);
    assert_int_equal(call_endings_look(T1, 1, t1_sid), LOOK_MINE);
    call_endings_looked(T1, true);
    assert_int_equal(call_endings_look(K, 1, t1_sid), LOOK_OTHERS);
}

static void the_oldest_gives_way(void **state)
{
    (void)state;
    char sid[SID_SIZE];
    for (int i = 0; i < 1000; i++) {
        snprintf(sid, sizeof sid, "WT1%031d", i);
        call_endings_note(sid, ENDING_DONE);
    }
    assert_int_equal(call_endings_ask(sid), ENDING_DONE);
    assert_int_equal(call_endings_ask(T1), ENDING_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_is_known_by_both_tasks),
        cmocka_unit_test(one_asks_and_the_others_wait_for_it_only_so_long),
        cmocka_unit_test(one_looks_for_all_until_it_is_done),
        cmocka_unit_test(the_oldest_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
