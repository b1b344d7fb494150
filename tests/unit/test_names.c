#include "unit.h"

#include "base/name_query.h"
#include "base/names.h"

enum { ROUNDS = 10000 };

/* The same numbers in every run, so that what fails once fails again. */
static uint32_t dice_state = 1;

static size_t dice(size_t sides)
{
    dice_state = dice_state * 1664525 + 1013904223;
    return (dice_state >> 8) % sides;
}

#define ONE_OF(list) (list)[dice(COUNT(list))]

enum { TEXT_SIZE = 256 };

static void append(char text[TEXT_SIZE], const char *more)
{
    size_t len = strlen(text);
    snprintf(text + len, TEXT_SIZE - len, "%s", more);
}

static const char *const nothing[] = {
    " ",
    "\xC2\xA0",
    "\xE2\x80\x83",
    "\xE3\x80\x80", /* spaces */
    "\t",
    "\n",
    "\x01", /* controls */
    "\xC2\xAD",
    "\xE2\x80\x8B",
    "\xE2\x80\x8D",
    "\xEF\xBB\xBF", /* soft, zero width */
    "\xE2\x80\x8E",
    "\xE2\x81\xA6",
    "\xE2\x81\xA9",
    "\xE2\x81\xA0", /* directional, word joiner */
    "\xE3\x85\xA4",
    "\xEF\xBE\xA0",
    "\xE1\x85\x9F",
    "\xE1\x85\xA0", /* Hangul fillers */
    "\xE2\xA0\x80",
    "\xE1\xA0\x8E",
    "\xCD\x8F",
    "\xEF\xB8\x8F", /* Braille, Mongolian, CGJ, VS16 */
    "\xF3\xA0\x80\xA0",
    "\xEF\xBF\xBD", /* a tag, what was lost */
};

static void a_name_that_shows_nothing_is_none(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    assert_true(names_is_empty(""));
    for (size_t round = 0; round < ROUNDS; round++) {
        text[0] = '\0';
        for (size_t i = dice(8); i > 0; i--)
            append(text, ONE_OF(nothing));
        assert_true(names_is_empty(text));
        assert_string_equal(names_of_agent(text, "bob", "client:bob"), "bob");
        assert_string_equal(names_of_agent(text, text, "client:bob"), "client:bob");
        assert_string_equal(names_of_agent(text, text, text), "");
        append(text, "x");
        assert_false(names_is_empty(text));
        assert_string_equal(names_of_agent(text, "bob", "client:bob"), text);
    }
    static const char *const visible[] = { "-", "é", "山", "🙂", "\xCC\x81", "ـ", "0", "'" };
    for (size_t i = 0; i < COUNT(visible); i++)
        assert_false(names_is_empty(visible[i]));
}

/* Pieces of names, each in the spellings that mean the same to a reader. */
static const char *const pieces[][6] = {
    { "a", "A", "ａ", "Ａ", "á", "a\xCC\x81" },
    { "e", "É", "E\xCC\x81", "ẽ", "ｅ", "e\xE2\x80\x8D" },
    { "ss", "ß", "SS", "ẞ", "ſs", "sS" },
    { "l", "ł", "Ł", "L", "ｌ", "l\xC2\xAD" },
    { "'", "’", "ʻ", "", "′", "＇" },
    { "n", "ñ", "N\xCC\x83", "Ｎ", "n\xE2\x80\x8B", "\xE2\x81\xA0n" },
    { "fi", "ﬁ", "FI", "Fi", "ｆi", "f\xC2\xADi" },
    { "か", "カ", "ｶ", "が", "ガ", "か\xE3\x82\x99" },
    { "ي", "ى", "ی", "يـ", "ي\xD9\x91", "ﻱ" },
    { "한", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한", "한", "한\xE2\x80\x8B", "한" },
    { "x ", "X  ", "x\xC2\xA0", "x\xE3\x80\x80", "x\t", "x , " },
    { "7", "７", "⁷", "₇", "𝟕", "7\xE2\x83\xA3" },
};

static void two_spellings(char a[TEXT_SIZE], char b[TEXT_SIZE])
{
    append(a, "K");
    append(b, "k");
    for (size_t i = 1 + dice(8); i > 0; i--) {
        const char *const *piece = pieces[dice(COUNT(pieces))];
        append(a, piece[dice(6)]);
        append(b, piece[dice(6)]);
    }
    if (dice(2) == 0) append(b, ONE_OF(nothing));
}

static void spellings_of_one_name_are_the_same(void **state)
{
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        char a[TEXT_SIZE] = "";
        char b[TEXT_SIZE] = "";
        struct strbuf folded_a;
        struct strbuf folded_b;
        two_spellings(a, b);
        strbuf_init(&folded_a, 1024);
        strbuf_init(&folded_b, 1024);
        assert_int_equal(fold_text(&folded_a, a), ERR_OK);
        assert_int_equal(fold_text(&folded_b, b), ERR_OK);
        /* What was lost is a sign of its own to a search. */
        if (strstr(b, "\xEF\xBF\xBD") == NULL && strstr(b, "\xE2\xA0\x80") == NULL) {
            assert_string_equal(folded_a.buf, folded_b.buf);
            assert_true(names_are_same(a, b) && names_are_same(b, a));
            append(b, "q");
            assert_false(names_are_same(a, b));
        }
        strbuf_free(&folded_a);
        strbuf_free(&folded_b);
    }
}

static const struct {
    const char *a;
    const char *b;
    bool same;
} pairs[] = {
    { "Jörg Müller", "joerg MUELLER", true },
    { "Jörg Müller", "Jorg Muller", true },
    { "Muller", "Mueller", false },
    { "Jan van den Berg", "Jan Vandenberg", true },
    { "Mc Donald", "McDonald", true },
    { "Anne-Marie", "Annemarie", true },
    { "山田 太郎", "山田太郎", true },
    { "김 민수", "김민수", true },
    { "Ana López", "Analópez", false },
    { "Ana", "Anna", false },
    { "--", "--", true },
    { "--", "++", false },
    { "", "", true },
    { "", "--", false },
    { "\xFF", "a", false },
};

static void sameness_is_a_matter_of_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        assert_row(i, names_are_same(pairs[i].a, pairs[i].b) == pairs[i].same);
        assert_row(i, names_are_same(pairs[i].b, pairs[i].a) == pairs[i].same);
    }
}

static void a_search_line_has_each_word_once(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *line;
    } lines[] = {
        { "Ana", "ana" },
        { "Jörg Müller", "jorg muller\tjoerg mueller" },
        { "Lena Müller", "lena muller mueller" },
        { "Jan van den Berg", "jan van den berg vandenberg" },
        { "van den Bürg", "van den burg buerg\tvandenburg\tvandenbuerg" },
        { "", "" },
        { "--", "" },
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct strbuf line;
        strbuf_init(&line, 1024);
        assert_int_equal(names_search_line(&line, lines[i].name), ERR_OK);
        assert_string_equal(line.buf, lines[i].line);
        assert_int_equal(names_search_line(&line, "\xFF"), ERR_INPUT);
        assert_string_equal(line.buf, lines[i].line);
        strbuf_free(&line);
    }
}

/* The marked parts of the name as "[0,3][5,1]", and "=" when the whole name was typed. */
static void assert_marks(size_t row, const char *name, const char *typed, const char *expected)
{
    char found[TEXT_SIZE] = "";
    struct name_query query;
    struct name_marks marks;
    assert_int_equal(name_query_read(&query, typed), ERR_OK);
    name_marks_init(&marks);
    name_marks_find(&marks, &query, name);
    for (size_t from = 0; from < marks.units; from++) {
        size_t to = from;
        while (to < marks.units && marks.marked[to])
            to++;
        if (to == from) continue;
        size_t len = strlen(found);
        snprintf(found + len, sizeof found - len, "[%zu,%zu]", from, to - from);
        from = to;
    }
    if (marks.exact) append(found, "=");
    name_marks_free(&marks);
    name_query_free(&query);
    if (strcmp(found, expected) != 0) fail_msg("row %zu: %s", row, found);
}

static void what_was_typed_is_marked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *typed;
        const char *marks;
    } rows[] = {
        { "Łukasz Kowalski", "kow luk", "[0,3][7,3]" },
        { "Ana Banana", "ana", "[0,3]" },  /* where words begin with it... */
        { "Banana Kahn", "ana", "[1,5]" }, /* ...else everywhere inside */
        { "Ana ana", "ana", "[0,3][4,3]" },
        { "Conan O’Neil", "oneil", "[6,6]" },
        { "Conan O’Neil", "o", "[6,1]" },
        { "Jose\xCC\x81 Luis", "jose", "[0,5]" },
        { "🙂 Joy", "joy", "[3,3]" },
        { "🙂 Joy", "🙂", "[0,2]" },
        { "Jörg Straße", "STRASS", "[5,5]" },
        { "Jörg Müller", "mueller", "[5,6]" },
        { "Jörg Müller", "muller", "[5,6]" },
        { "Jörg Mueller", "müller", "[5,7]" },
        { "Jan van den Berg", "vandenberg", "[4,12]" },
        { "Jan van den Berg", "vandenb", "[4,9]" },
        { "山田 太郎", "山田太郎", "[0,5]=" },
        { "山田 太郎", "太郎", "[3,2]" },
        { "Ana López", "ANA  lopez", "[0,3][4,5]=" },
        { "Ana López", "ana lope", "[0,3][4,4]" },
        { "Jörg Müller", "joerg mueller", "[0,4][5,6]=" },
        { "Müller", "muller", "[0,6]=" },
        { "Ana", "", "" },
        { "Ana", "--", "" },
        { "--", "--", "" },
        { "Ana", "ana ana", "[0,3]" },
        { "Ana", "zzz", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_marks(i, rows[i].name, rows[i].typed, rows[i].marks);
}

/* However it was typed: the whole name is marked, and known to be whole. */
static void a_name_typed_whole_is_marked_whole(void **state)
{
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        char name[TEXT_SIZE] = "";
        char typed[TEXT_SIZE] = "";
        struct name_query query;
        struct name_marks marks;
        two_spellings(name, typed);
        if (strstr(typed, "\xEF\xBF\xBD") != NULL || strstr(typed, "\xE2\xA0\x80") != NULL)
            continue;
        assert_int_equal(name_query_read(&query, typed), ERR_OK);
        name_marks_init(&marks);
        name_marks_find(&marks, &query, name);
        if (!marks.exact || !marks.marked[0]) fail_msg("%s, typed %s", name, typed);
        name_marks_free(&marks);
        name_query_free(&query);
    }
}

static void a_query_has_a_ceiling_of_words(void **state)
{
    (void)state;
    static char text[2 * NAME_QUERY_WORDS_MAX + 3];
    struct name_query query;
    for (size_t i = 0; i < NAME_QUERY_WORDS_MAX; i++)
        memcpy(text + 2 * i, "a ", 3);
    assert_int_equal(name_query_read(&query, text), ERR_OK);
    assert_int_equal(query.count, NAME_QUERY_WORDS_MAX);
    assert_false(query.too_long);
    name_query_free(&query);
    memcpy(text + 2 * (size_t)NAME_QUERY_WORDS_MAX, "b", 2);
    assert_int_equal(name_query_read(&query, text), ERR_OK);
    assert_true(query.too_long);
    name_query_free(&query);
    assert_int_equal(name_query_read(&query, "\xFF"), ERR_INPUT);
    name_query_free(&query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_shows_nothing_is_none),
        cmocka_unit_test(spellings_of_one_name_are_the_same),
        cmocka_unit_test(sameness_is_a_matter_of_spelling),
        cmocka_unit_test(a_search_line_has_each_word_once),
        cmocka_unit_test(what_was_typed_is_marked),
        cmocka_unit_test(a_name_typed_whole_is_marked_whole),
        cmocka_unit_test(a_query_has_a_ceiling_of_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
