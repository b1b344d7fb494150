#include "unit.h"

#include "base/err.h"

static void every_error_has_a_word_and_a_status(void **state)
{
    (void)state;
    for (int e = 0; e < ERR__MAX; e++) {
        int status = err_http_status((enum err)e);
        assert_row(e, err_name((enum err)e) != NULL);
        assert_row(e, e == ERR_OK ? status == 200 : status >= 400 && status < 600);
        for (int other = 0; other < e; other++)
            assert_row(e, strcmp(err_name((enum err)e), err_name((enum err)other)) != 0);
    }
}

static void what_is_no_error_counts_as_our_mistake(void **state)
{
    (void)state;
    assert_string_equal(err_name((enum err)1000), "internal");
    assert_int_equal(err_http_status(ERR__MAX), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_word_and_a_status),
        cmocka_unit_test(what_is_no_error_counts_as_our_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
