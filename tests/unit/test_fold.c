#include "unit.h"

#include "base/fold.h"

static void put_utf8(struct strbuf *out, uint32_t letter)
{
    if (letter < 0x80) {
        strbuf_addch(out, (char)letter);
        return;
    }
    static const uint32_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    int more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
    strbuf_addch(out, (char)(lead[more] | (letter >> (6 * more))));
    for (int shift = 6 * (more - 1); shift >= 0; shift -= 6)
        strbuf_addch(out, (char)(0x80 | ((letter >> shift) & 0x3f)));
}

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
    { "タナカ", "たなか" }, /* katakana as hiragana */
    { "ﾀﾅｶ", "たなか" },
    { "ミッキー", "みっきー" },
    { "مصطفى", "مصطفي" }, /* alef maksura, farsi yeh, teh marbuta, keheh */
    { "علی", "علي" },
    { "فاطمة", "فاطمه" },
    { "کریم", "كريم" },
    { "محـــمد", "محمد" }, /* tatweel */
    { "مُحَمَّد", "محمد" },    /* vowels */
    { "ŉa", "na" },        /* decomposes into an apostrophe and a letter */
    { "a\xE2\x80\x8B\xE2\x80\x8D\xEF\xBB\xBF"
      "b\xE3\x85\xA4",
      "ab" }, /* zero-width space and joiner, a byte order mark, a Hangul filler */
};

static void every_sign_like_an_apostrophe_vanishes(void **state)
{
    (void)state;
    static const char *const signs[] = { "'", "`", "´", "’", "‘", "‛", "′", "‵",  "ʹ",  "ʻ",
                                         "ʼ", "ʽ", "ʾ", "ʿ", "ˈ", "ˊ", "ˋ", "＇", "｀", "׳",
                                         "՚", "ꞌ", "ߴ", "΄", "᾽", "᾿", "῾", "´" };
    for (size_t i = 0; i < COUNT(signs); i++) {
        char text[32];
        struct strbuf out;
        snprintf(text, sizeof text, "O%sNeil", signs[i]);
        strbuf_init(&out, 1024);
        assert_int_equal(fold_text(&out, text), ERR_OK);
        assert_string_equal(out.buf, "oneil");
        strbuf_free(&out);
    }
}

static void a_style_writes_what_others_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned style;
        const char *folded;
        unsigned differs;
    } styles[] = {
        { "Jörg Müller", FOLD_SPELLED_OUT, "joerg mueller", FOLD_SPELLED_OUT },
        { "Jo\xCC\x88rg Mu\xCC\x88ller", FOLD_SPELLED_OUT, "joerg mueller", FOLD_SPELLED_OUT },
        { "Åse Sørensen", FOLD_SPELLED_OUT, "aase soerensen", FOLD_SPELLED_OUT },
        { "Zoë Naïma", FOLD_SPELLED_OUT, "zoe naima", 0 },
        { "Jan van den Berg", FOLD_JOINED, "jan vandenberg", FOLD_JOINED },
        { "Mc Donald", FOLD_JOINED, "mcdonald", FOLD_JOINED },
        { "Anne-Marie Dupont", FOLD_JOINED, "annemarie dupont", FOLD_JOINED },
        { "Anne - Marie", FOLD_JOINED, "anne marie", 0 },
        { "山田 太郎", FOLD_JOINED, "山田太郎", FOLD_JOINED },
        { "Ana López", FOLD_JOINED, "ana lopez", 0 },
        { "Van der Müll", FOLD_JOINED | FOLD_SPELLED_OUT, "vandermuell",
          FOLD_JOINED | FOLD_SPELLED_OUT },
    };
    for (size_t i = 0; i < COUNT(styles); i++) {
        struct strbuf out;
        unsigned differs = 99;
        strbuf_init(&out, 1024);
        assert_int_equal(fold_styled(&out, styles[i].text, styles[i].style, &differs, NULL, 0),
                         ERR_OK);
        assert_string_equal(out.buf, styles[i].folded);
        assert_int_equal(differs, styles[i].differs);
        strbuf_free(&out);
    }
}

/* Where each folded byte comes from, in JavaScript's units. */
static void a_folded_byte_knows_its_origin(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t byte; /* of the folded text */
        uint16_t start, end;
    } table_of_origins[] = {
        { "Ana", 2, 2, 3 },        { "e\xCC\x81t", 0, 0, 2 }, /* the accent belongs to its letter */
        { "e\xCC\x81t", 1, 2, 3 }, { "Straße", 4, 4, 5 },     /* both letters come from one */
        { "Straße", 5, 4, 5 },     { "🙂 Joy", 5, 3, 4 },   /* an emoji is two units */
        { "O’Neil", 1, 2, 3 },     { "  two", 0, 2, 3 },
    };
    for (size_t i = 0; i < COUNT(table_of_origins); i++) {
        struct fold_origin origins[64];
        struct strbuf out;
        strbuf_init(&out, 1024);
        assert_int_equal(fold_styled(&out, table_of_origins[i].text, FOLD_PLAIN, NULL, origins, 64),
                         ERR_OK);
        assert_int_equal(origins[table_of_origins[i].byte].start, table_of_origins[i].start);
        assert_int_equal(origins[table_of_origins[i].byte].end, table_of_origins[i].end);
        assert_int_equal(fold_styled(&out, "ab", FOLD_PLAIN, NULL, origins, 1), ERR_TOO_LARGE);
        strbuf_free(&out);
    }
}

/* Whatever the character: what is found once is found again by what was found. */
static void every_character_folds_to_what_stays(void **state)
{
    (void)state;
    struct strbuf text;
    struct strbuf once;
    struct strbuf twice;
    strbuf_init(&text, 16);
    strbuf_init(&once, 1024);
    strbuf_init(&twice, 1024);
    for (uint32_t letter = 1; letter <= 0x10ffff; letter++) {
        if (letter >= 0xd800 && letter <= 0xdfff) continue;
        strbuf_reset(&text);
        strbuf_reset(&once);
        strbuf_reset(&twice);
        put_utf8(&text, letter);
        assert_int_equal(fold_text(&once, text.buf), ERR_OK);
        assert_int_equal(fold_text(&twice, once.buf), ERR_OK);
        if (strcmp(once.buf, twice.buf) != 0)
            fail_msg("U+%04X: %s, %s", letter, once.buf, twice.buf);
    }
    strbuf_free(&text);
    strbuf_free(&once);
    strbuf_free(&twice);
}

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
        cmocka_unit_test(every_sign_like_an_apostrophe_vanishes),
        cmocka_unit_test(a_style_writes_what_others_write),
        cmocka_unit_test(a_folded_byte_knows_its_origin),
        cmocka_unit_test(every_character_folds_to_what_stays),
        cmocka_unit_test(the_ceiling_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
