#include "unit.h"

#include "base/sid.h"

#define DIGITS "0123456789abcdefABCDEF0123456789"

static void only_two_letters_and_32_digits_are_a_sid(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        { "WT" DIGITS, true },
        { NULL, false },
        { "", false },
        { "W", false },
        { "WT", false },
        { "CA" DIGITS, false },
        { "wt" DIGITS, false },
        { "WT" DIGITS "0", false },
        { "WT0123456789abcdef0123456789abcde", false },
        { "WT0123456789abcdef0123456789abcdeg", false },
        { "WT0123456789abcdef0123456789abcde/", false },
        { "WT../../../../../../../../../../..", false },
        { " WT" DIGITS, false },
        { "WT" DIGITS "\n", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(i, sid_valid(rows[i].text, "WT") == rows[i].valid);
}

static void every_kind_knows_its_letters(void **state)
{
    (void)state;
    static const struct {
        bool (*is)(const char *text);
        const char *text;
    } kinds[] = {
        { sid_is_account, "AC" DIGITS },     { sid_is_api_key, "SK" DIGITS },
        { sid_is_workspace, "WS" DIGITS },   { sid_is_workflow, "WW" DIGITS },
        { sid_is_worker, "WK" DIGITS },      { sid_is_task, "WT" DIGITS },
        { sid_is_reservation, "WR" DIGITS }, { sid_is_call, "CA" DIGITS },
        { sid_is_conference, "CF" DIGITS },
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        for (size_t k = 0; k < COUNT(kinds); k++)
            assert_row(i, kinds[i].is(kinds[k].text) == (i == k));
    }
}

static void a_copy_is_whole(void **state)
{
    (void)state;
    char copy[SID_SIZE];
    sid_copy(copy, "WT" DIGITS);
    assert_string_equal(copy, "WT" DIGITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_two_letters_and_32_digits_are_a_sid),
        cmocka_unit_test(every_kind_knows_its_letters),
        cmocka_unit_test(a_copy_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
