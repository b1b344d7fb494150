#include "unit.h"

#include "base/clock.h"

static void a_deadline_is_never_negative(void **state)
{
    (void)state;
    int64_t now_ms = clock_ms();
    const struct deadline past = { .at_ms = now_ms - 1000 };
    const struct deadline future = { .at_ms = now_ms + 60000 };
    assert_int_equal(deadline_left_ms(&past), 0);
    assert_true(deadline_left_ms(&future) > 0);
    assert_true(deadline_left_ms(&future) <= 60000);
}

static void giving_up_shortens_every_deadline(void **state)
{
    (void)state;
    const struct deadline future = { .at_ms = clock_ms() + 60000 };
    deadline_give_up_at(clock_ms() + 1000);
    assert_true(deadline_left_ms(&future) <= 1000);
    deadline_give_up_at(clock_ms());
    assert_int_equal(deadline_left_ms(&future), 0);
    deadline_give_up_at(INT64_MAX);
    assert_true(deadline_left_ms(&future) > 1000);
}

static void the_wall_clock_is_of_this_century(void **state)
{
    (void)state;
    assert_true(clock_wall_s() > 1600000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_is_never_negative),
        cmocka_unit_test(giving_up_shortens_every_deadline),
        cmocka_unit_test(the_wall_clock_is_of_this_century),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
