#include "unit.h"

#include "base/config_edit.h"

static const struct row {
    const char *text;
    const char *value;
    const char *wanted;
} rows[] = {
    { "", "1", "KEY=1\n" },
    { "A=1\n", "2", "A=1\nKEY=2\n" },
    { "A=1", "2", "A=1\nKEY=2\n" },
    { "KEY=1\nB=2\n", "3", "KEY=3\nB=2\n" },
    { "A=1\n  KEY = 1", "3", "A=1\nKEY=3\n" },
    { "# of KEY\n#KEY=9\nB=2\n", "3", "# of KEY\nKEY=3\nB=2\n" },
    { "#KEY=9\nKEY=1\n", "3", "#KEY=9\nKEY=3\n" },
    { "KEY_2=1\nMY_KEY=1\n", "3", "KEY_2=1\nMY_KEY=1\nKEY=3\n" },
    { "A=KEY=1\n", "3", "A=KEY=1\nKEY=3\n" },
    { "A=1\nKEY=1\nB=2\n", NULL, "A=1\nB=2\n" },
    { "#KEY=1\n", NULL, "#KEY=1\n" },
    { "A=1", NULL, "A=1" },
};

static void one_line_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct strbuf out;
        strbuf_init(&out, 256);
        config_edit_set(&out, rows[i].text, "KEY", rows[i].value);
        assert_string_equal(out.buf, rows[i].wanted);
        strbuf_free(&out);
    }
}

static void only_a_line_that_counts_gives_a_value(void **state)
{
    (void)state;
    assert_true(config_edit_has("A=1\n KEY =\n", "KEY"));
    assert_false(config_edit_has("#KEY=1\nKEY_2=1\n", "KEY"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_changes),
        cmocka_unit_test(only_a_line_that_counts_gives_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
