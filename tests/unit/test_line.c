#include "unit.h"

#include "base/line.h"
#include "guard.h"

static void what_breaks_or_turns_a_line_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        { "", true },
        { "Refund for ACME, one minute", true },
        { "Rückfrage 返金 \xF0\x9F\x98\x80", true },
        { "e\xCC\x81", true },        /* an accent of its own */
        { "\xD7\xA9\xD7\x9C", true }, /* letters that run from right to left */
        { "a\xE2\x80\x8D"
          "b",
          true }, /* a joiner: emoji need it */
        { "two\nlines", false },
        { "a\tb", false },
        { "\x7F", false },
        { "\xC2\x85", false },     /* NEL */
        { "\xD8\x9C", false },     /* Arabic letter mark */
        { "\xE2\x80\x8F", false }, /* right-to-left mark */
        { "\xE2\x80\xA8", false }, /* line separator */
        { "\xE2\x80\xAE"
          "drowssap",
          false },
        { "\xE2\x81\xA6"
          "x",
          false }, /* isolate */
        { "\xC3", false },
        { "\xED\xA0\x80", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct guard guard;
        const char *text = guard_copy(&guard, rows[i].text, strlen(rows[i].text) + 1);
        assert_row(i, line_is_valid(text) == rows[i].valid);
        guard_free(&guard);
    }
}

static void it_is_counted_in_code_points(void **state)
{
    (void)state;
    char text[LINE_SIZE + 4] = "";
    for (int i = 0; i < LINE_POINTS_MAX; i++)
        memcpy(text + strlen(text), "\xF0\x9F\x98\x80", 5);
    assert_int_equal(strlen(text), LINE_SIZE - 1);
    assert_true(line_is_valid(text));
    memcpy(text + strlen(text), "a", 2);
    assert_false(line_is_valid(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_breaks_or_turns_a_line_is_refused),
        cmocka_unit_test(it_is_counted_in_code_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
