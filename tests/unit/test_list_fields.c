#include "unit.h"

#include "base/list_fields.h"

#define LONG "a23456789012345678901234567890123456789012345678901234567890.bcd"

static void names_are_separated(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *names[LIST_FIELDS_MAX + 1];
    } rows[] = {
        { NULL, { NULL } },
        { "", { NULL } },
        { "team", { "team", NULL } },
        { "team_name,routing.skills", { "team_name", "routing.skills", NULL } },
        { " a ,, b c ,", { "a", "b", "c", NULL } },
        { "a,A,1,..,_", { "a", "A", "1", "..", "_", NULL } },
        { LONG, { LONG, NULL } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct list_fields fields;
        assert_row(i, list_fields_read(&fields, rows[i].text));
        for (size_t k = 0; k < fields.count; k++)
            assert_string_equal(fields.names[k], rows[i].names[k]);
        assert_null(rows[i].names[fields.count]);
    }
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a,b,c,d,e,f",
        "a,a",
        "team-name",
        "a;b",
        "t\xc3\xa9"
        "am",
        LONG "e",
        "a\tb",
        "\"a\"",
    };
    struct list_fields fields = { .count = 7 };
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_row(i, !list_fields_read(&fields, texts[i]) && fields.count == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_separated),
        cmocka_unit_test(other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
