#include "unit.h"

#include "base/decode.h"

static void base64url_has_one_spelling(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "Z",     /* six bits */
        "Zg==",  /* padding */
        "Zh",    /* bits that stand for nothing */
        "Zm9",   /* the same, one byte later */
        "Zm9vY", /* a whole group and six bits */
        "+/+/",  /* the other alphabet */
        "Zm 9v", "Zm9v\n", "Zm9\xC3",
    };
    for (size_t i = 0; i < COUNT(malformed); i++) {
        unsigned char out[16];
        size_t len = 99;
        assert_row(i, !decode_base64url(malformed[i], strlen(malformed[i]), out, &len));
        assert_row(i, len == 99);
    }
}

static void form_values_decode_or_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *decoded; /* NULL: refused */
    } rows[] = {
        { "", 0, "" },
        { "abc", 3, "abc" },
        { "a+b", 3, "a b" },
        { "a%20b", 5, "a b" },
        { "%2B%2b%C3%A9", 12, "++\xC3\xA9" },
        { "%25%32%30", 9, "%20" }, /* decoded once */
        { "a=b", 3, "a=b" },
        { "%41bc", 3, "A" },
        { "%", 1, NULL },
        { "%4", 2, NULL },
        { "%41", 2, NULL }, /* the digit behind the end doesn't count */
        { "100%", 4, NULL },
        { "%zz", 3, NULL },
        { "%4g", 3, NULL },
        { "% 4", 3, NULL },
        { "%+4", 3, NULL },
        { "a%00b", 5, NULL },
        { "a\0b", 3, NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32] = "";
        size_t len = rows[i].len;
        memcpy(text, rows[i].text, rows[i].len);
        assert_row(i, decode_form_value(text, &len) == (rows[i].decoded != NULL));
        if (rows[i].decoded != NULL) {
            assert_string_equal(text, rows[i].decoded);
            assert_row(i, len == strlen(text));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64url_has_one_spelling),
        cmocka_unit_test(form_values_decode_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
