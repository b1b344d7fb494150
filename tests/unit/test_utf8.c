#include "unit.h"

#include "base/utf8.h"
#include "guard.h"

static void characters_have_the_length_of_rfc_3629(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        { "a", 1 },
        { "\x7F", 1 },
        { "\xC3\xA9", 2 },
        { "\xE0\xA0\x80", 3 },
        { "\xE2\x82\xAC", 3 },
        { "\xED\x9F\xBF", 3 },
        { "\xEF\xBF\xBF", 3 },
        { "\xF0\x90\x80\x80", 4 },
        { "\xF4\x8F\xBF\xBF", 4 },
        /* What only looks like a character. */
        { "", 0 },
        { "\x80", 0 },
        { "\xC3", 0 },
        { "\xC3(", 0 },
        { "\xC0\x80", 0 },         /* overlong NUL */
        { "\xC1\xBF", 0 },         /* overlong DEL */
        { "\xE0\x9F\xBF", 0 },     /* overlong, three bytes */
        { "\xED\xA0\x80", 0 },     /* a surrogate */
        { "\xE2\x82", 0 },         /* cut */
        { "\xE2\x82(", 0 },        /* last byte foreign */
        { "\xF0\x8F\xBF\xBF", 0 }, /* overlong, four bytes */
        { "\xF4\x90\x80\x80", 0 }, /* beyond U+10FFFF */
        { "\xF5\x80\x80\x80", 0 }, /* no first byte */
        { "\xF0\x9F\x98", 0 },     /* cut */
        { "\xFF", 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct guard guard;
        size_t len = strlen(rows[i].text);
        const char *text = guard_copy(&guard, rows[i].text, len);
        assert_row(i, utf8_char_len(text, len) == rows[i].len);
        assert_row(i, utf8_valid(text, len) == (len == rows[i].len));
        guard_free(&guard);
    }
}

static void a_cut_never_splits_a_character(void **state)
{
    (void)state;
    static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    static const size_t cuts[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    for (size_t max = 0; max < COUNT(cuts); max++)
        assert_row(max, utf8_cut(text, strlen(text), max) == cuts[max]);
    assert_int_equal(utf8_cut("ab\xFF"
                              "cd",
                              5, 5),
                     2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_have_the_length_of_rfc_3629),
        cmocka_unit_test(a_cut_never_splits_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
