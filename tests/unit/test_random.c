#include "unit.h"

#include "base/random.h"

static void digits_are_as_many_as_asked_for(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes <= RANDOM_MAX_BYTES; bytes++) {
        char text[2 * RANDOM_MAX_BYTES + 2];
        memset(text, 'z', sizeof text);
        assert_int_equal(random_hex(text, bytes), ERR_OK);
        assert_row(bytes, strspn(text, "0123456789abcdef") == 2 * bytes);
        assert_row(bytes, text[2 * bytes] == '\0');
        assert_row(bytes, text[2 * bytes + 1] == 'z');
    }
}

static void too_many_are_refused(void **state)
{
    (void)state;
    char text[] = "untouched";
    assert_int_equal(random_hex(text, RANDOM_MAX_BYTES + 1), ERR_INTERNAL);
    assert_string_equal(text, "untouched");
}

static void two_are_not_the_same(void **state)
{
    (void)state;
    char first[33];
    char second[33];
    assert_int_equal(random_hex(first, 16), ERR_OK);
    assert_int_equal(random_hex(second, 16), ERR_OK);
    assert_string_not_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_as_many_as_asked_for),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(two_are_not_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
