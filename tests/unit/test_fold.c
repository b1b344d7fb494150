#include "unit.h"

#include "base/fold.h"

static const struct {
    const char *text;
    const char *folded;
} table[] = {
    { "", "" },
    { "Ana", "ana" },
    { "José", "jose" },
    { "Jose\xCC\x81", "jose" }, /* the accent as a character of its own */
    { "Łukasz", "lukasz" },
    { "Søren", "soren" },
    { "Ǿystein", "oystein" }, /* stroke and accent */
    { "Đorđe", "dorde" },
    { "Þór", "thor" },
    { "Guðrún", "gudrun" },
    { "Æsa Œuvre", "aesa oeuvre" },
    { "Ħal", "hal" },
    { "Straße", "strasse" },
    { "STRASSE", "strasse" },
    { "İrem Işık", "irem isik" },
    { "Nguyễn", "nguyen" },
    { "Ёлка", "елка" },
    { "Ελένη", "ελενη" },
    { "ＦＵＬＬ　Ｗｉｄｔｈ", "full width" },
    { "ﬁona", "fiona" }, /* a ligature */
    { "O’Neil", "oneil" },
    { "O'Neil", "oneil" },
    { "Keʻalohi", "kealohi" },
    { "ʻ-1 ʻ Ana", "1 ana" }, /* what vanishes is no word */
    { "Anne-Marie", "anne marie" },
    { "Anne\xE2\x80\x93Marie", "anne marie" }, /* an en dash */
    { "Lopez, Ana (Madrid)", "lopez ana madrid" },
    { "ana.lopez@example.com", "ana lopez example com" },
    { "William “Bill” Smith", "william bill smith" },
    { "  two\t\n words  ", "two words" },
    { "no\xC2\xA0"
      "break",
      "no break" },
    { "so\xC2\xAD"
      "ft",
      "soft" }, /* a soft hyphen isn't seen */
    { "--", "" },
    { "R2-D2", "r2 d2" },
    { "山田 太郎", "山田 太郎" },
    { "🙂 Joy", "🙂 joy" },
};

static void names_fold_as_people_type_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct strbuf out;
        strbuf_init(&out, 1024);
        assert_int_equal(fold_text(&out, table[i].text), ERR_OK);
        assert_string_equal(out.buf, table[i].folded);
        strbuf_free(&out);
    }
}

static void folding_twice_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct strbuf out;
        strbuf_init(&out, 1024);
        assert_int_equal(fold_text(&out, table[i].folded), ERR_OK);
        assert_string_equal(out.buf, table[i].folded);
        strbuf_free(&out);
    }
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\x80" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct strbuf out;
        strbuf_init(&out, 1024);
        assert_int_equal(fold_text(&out, wrong[i]), ERR_INPUT);
        assert_int_equal(out.len, 0);
        strbuf_free(&out);
    }
}

static void the_ceiling_holds(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, 4);
    assert_int_equal(fold_text(&out, "abcde"), ERR_MEMORY);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_fold_as_people_type_them),
        cmocka_unit_test(folding_twice_changes_nothing),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(the_ceiling_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
