/* date: both notations, and everything that is neither. */
#include "unit.h"

#include "base/date.h"

enum { BAD = -1 };

static const struct {
    const char *text;
    int64_t iso8601;
    int64_t rfc2822;
} rows[] = {
    { "2026-11-23T06:10:07Z", 1795414207, BAD },
    { "2026-11-23T06:10:07.123Z", 1795414207, BAD },
    { "2026-11-23T07:10:07+01:00", 1795414207, BAD },
    { "2026-11-23T01:40:07-0430", 1795414207, BAD },
    { "1970-01-01T00:00:00Z", 0, BAD },
    { "Mon, 23 Nov 2026 06:10:07 GMT", BAD, 1795414207 },
    { "Mon, 23 Nov 2026 06:10:07 +0000", BAD, 1795414207 },
    { "Mon, 23 Nov 2026 07:40:07 +0130", BAD, 1795414207 },
    { "2026-11-23T06:10:07", BAD, BAD },
    { "2026-11-23T06:10:07Zulu", BAD, BAD },
    { "2026-11-23T06:10:07+1", BAD, BAD },
    { "2026-11-23T06:10:07+01:0", BAD, BAD },
    { "2026-11-23", BAD, BAD },
    { "Mon, 23 Nov 2026 06:10:07", BAD, BAD },
    { "Mon, 23 Nov 2026 06:10:07 PST", BAD, BAD },
    { "Mon, 23 Foo 2026 06:10:07 GMT", BAD, BAD },
    { "", BAD, BAD },
    { NULL, BAD, BAD },
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t iso8601 = BAD;
        int64_t rfc2822 = BAD;
        assert_int_equal(date_parse_iso8601(rows[i].text, &iso8601), rows[i].iso8601 != BAD);
        assert_int_equal(date_parse_rfc2822(rows[i].text, &rfc2822), rows[i].rfc2822 != BAD);
        assert_int_equal(iso8601, rows[i].iso8601);
        assert_int_equal(rfc2822, rows[i].rfc2822);
    }
}

static void test_print(void **state)
{
    (void)state;
    char text[DATE_SIZE];
    date_print_iso8601(1795414207, text);
    assert_string_equal(text, "2026-11-23T06:10:07Z");
    date_print_iso8601(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_table),
                                        cmocka_unit_test(test_print) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
