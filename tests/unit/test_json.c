#include "unit.h"

#include <limits.h>
#include <stdlib.h>

#include "base/json.h"
#include "guard.h"

/* Parses from the end of a page, so that a byte read behind the text ends the test. */
static enum err parse(const char *text, size_t len, cJSON **tree)
{
    struct guard guard;
    const char *copy = guard_copy(&guard, text, len);
    enum err rc = json_parse_object(copy, len, tree);
    guard_free(&guard);
    return rc;
}

static cJSON *parsed(const char *text)
{
    cJSON *tree = NULL;
    if (parse(text, strlen(text), &tree) != ERR_OK) fail_msg("doesn't parse: %s", text);
    return tree;
}

static void assert_prints(const cJSON *tree, const char *expected)
{
    struct strbuf out;
    strbuf_init(&out, 10000);
    json_print(&out, tree);
    assert_false(strbuf_failed(&out));
    assert_string_equal(out.buf, expected);
    strbuf_free(&out);
}

#define NESTED_15 "[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"
#define NESTED_16 "[" NESTED_15 "]"

static void only_one_whole_object_is_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        { "{}", true },
        { " \t\r\n{ } \t\r\n", true },
        { "{\"a\":1,\"A\":2}", true },
        { "{\"a\":{\"b\":1,\"b\":2}}", true }, /* repeated further down: nobody asks there */
        { "{\"a\":\"\xC3\xA9\\u00e9\\ud83d\\ude00\\\\u0000\"}", true },
        { "{\"a\":\"}{][\"}", true },
        { "{\"a\":\"\\\"\"}", true },
        { "{\"a\":" NESTED_15 "}", true },
        { "{\"a\":" NESTED_16 "}", false },
        { "", false },
        { " ", false },
        { "[]", false },
        { "\"a\"", false },
        { "1", false },
        { "null", false },
        { "{", false },
        { "}", false },
        { "{]", false },
        { "{\"a\":[}", false },
        { "{\"a\":[1}]", false },
        { "{\"1\":1,", false }, /* read past the end by cJSON itself before 1.7.18 */
        { "{\"1\":1,}", false },
        { "{\"a\"}", false },
        { "{\"a\":}", false },
        { "{a:1}", false },
        { "{\"a\":1 \"b\":2}", false },
        { "{\"a", false },
        { "{\"a\\", false },
        { "{\"a\\\"}", false },
        { "{\"a\":\"\\u12\"}", false },
        { "{\"a\":\"\\x\"}", false },
        { "{} x", false },
        { "{}{}", false },
        { "{},", false },
        { "{}\"\"", false },
        { "x{}", false },
        { "\xEF\xBB\xBF{}", false }, /* a byte order mark */
        { "{\"a\":\"\\u0000\"}", false },
        { "{\"a\\u0000b\":1}", false },
        { "{\"a\":\"\\u12g4\"}", false }, /* to cJSON the end of the string */
        { "{\"a\":\"\\u12\"}", false },
        { "{\"a\":\"\\ud800\"}", false }, /* half a character */
        { "{\"a\":\"\xC3\"}", false },
        { "{\"a\":\"\xC0\x80\"}", false },
        { "{\"a\":\"\xED\xA0\x80\"}", false },
        { "{\"\xFF\":1}", false },
        { "{\"a\":\"\n\"}", false },
        { "{\x01}", false },
        { "{\xC2\xA0}", false },
        { "{\"a\":1,\"b\":2,\"a\":3}", false },
        { "{\"a\":1,\"\\u0061\":2}", false }, /* the same key, spelt otherwise */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        cJSON *tree = NULL;
        enum err rc = parse(rows[i].text, strlen(rows[i].text), &tree);
        assert_row(i, rc == (rows[i].ok ? ERR_OK : ERR_INPUT));
        assert_row(i, (tree != NULL) == rows[i].ok);
        cJSON_Delete(tree);
    }
}

static void a_nul_byte_is_no_end(void **state)
{
    (void)state;
    cJSON *tree = NULL;
    assert_int_equal(parse("{}\0", 3, &tree), ERR_INPUT);
    assert_int_equal(parse("{\"a\":\"b\0c\"}", 11, &tree), ERR_INPUT);
    assert_int_equal(parse("\0{}", 3, &tree), ERR_INPUT);
    assert_null(tree);
}

/* Every beginning of a document, and every document with one byte changed, on a guarded page. */
static void damaged_documents_do_no_harm(void **state)
{
    (void)state;
    static const char good[] =
        "{\"a\":[1,-2.5e3,true,null],\"b\":{\"c\":\"x\\u00e9\\n\"},\"d\":\"\"}";
    static const char bytes[] = "\"\\{}[],:u0\x01\x80\xC3 -";
    for (size_t len = 0; len < sizeof good - 1; len++) {
        cJSON *tree = NULL;
        assert_row(len, parse(good, len, &tree) == ERR_INPUT);
    }
    for (size_t at = 0; at < sizeof good - 1; at++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            char text[sizeof good];
            cJSON *tree = NULL;
            memcpy(text, good, sizeof good);
            text[at] = bytes[k];
            if (parse(text, sizeof good - 1, &tree) == ERR_OK) assert_non_null(tree);
            cJSON_Delete(tree);
        }
    }
}

static void numbers_that_do_not_fit_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int as_int;
        int64_t as_int64;
    } rows[] = {
        { "{\"n\":1.9}", 1, 1 },
        { "{\"n\":-0.5}", 0, 0 },
        { "{\"n\":2147483647}", INT_MAX, INT_MAX },
        { "{\"n\":2147483648}", 7, INT64_C(2147483648) },
        { "{\"n\":-2147483649}", 7, INT64_C(-2147483649) },
        { "{\"n\":9007199254740992}", 7, 8 },
        { "{\"n\":1e300}", 7, 8 },
        { "{\"n\":-1e300}", 7, 8 },
        { "{\"n\":1e999}", 7, 8 },
        { "{\"n\":\"1\"}", 7, 8 },
        { "{}", 7, 8 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        cJSON *tree = parsed(rows[i].text);
        assert_row(i, json_get_int(tree, "n", 7) == rows[i].as_int);
        assert_row(i, json_get_int64(tree, "n", 8) == rows[i].as_int64);
        cJSON_Delete(tree);
    }
}

static void reads_are_exact_and_typed(void **state)
{
    (void)state;
    cJSON *tree = parsed("{\"To\":\"x\",\"to\":\"y\",\"n\":1.5,\"t\":true,\"z\":null,"
                         "\"o\":{\"p\":{\"q\":\"deep\"}},\"l\":[1]}");
    assert_string_equal(json_get_string(tree, "to"), "y");
    assert_null(json_get_string(tree, "TO"));
    assert_null(json_get_string(tree, "n"));
    assert_null(json_get_string(NULL, "n"));
    assert_true(json_get_bool(tree, "t", false));
    assert_true(json_get_bool(tree, "to", true));
    assert_false(json_get_bool(tree, "z", false));
    assert_true(json_get_number(tree, "n", 0) > 1.4);
    assert_true(json_get_number(tree, "to", 7) > 6.9);
    assert_non_null(json_get_object(tree, "o"));
    assert_null(json_get_object(tree, "l"));
    assert_non_null(json_get_array(tree, "l"));
    assert_null(json_get_array(tree, "o"));
    cJSON_Delete(tree);
}

static void merging_follows_rfc_7396(void **state)
{
    (void)state;
    static const struct {
        const char *into;
        const char *from;
        const char *merged;
    } rows[] = {
        { "{}", "{}", "{}" },
        { "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"A\":\"c\"}", "{\"a\":\"b\",\"A\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
        { "{\"a\":\"b\"}", "{\"x\":null}", "{\"a\":\"b\"}" },
        { "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
        { "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
        { "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
        { "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
        { "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
        { "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
        { "{\"a\":\"text\"}", "{\"a\":{\"b\":1,\"c\":null}}", "{\"a\":{\"b\":1}}" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        cJSON *into = parsed(rows[i].into);
        cJSON *from = parsed(rows[i].from);
        assert_row(i, json_merge(into, from) == ERR_OK);
        assert_prints(into, rows[i].merged);
        assert_prints(from, rows[i].from);
        cJSON_Delete(into);
        cJSON_Delete(from);
    }
}

static void members_are_added_or_replaced(void **state)
{
    (void)state;
    cJSON *tree = parsed("{\"a\":1}");
    assert_int_equal(json_set_string(tree, "a", "\xC3\xA9\"\n"), ERR_OK);
    assert_int_equal(json_set_bool(tree, "b", true), ERR_OK);
    assert_int_equal(json_set_number(tree, "c", 4102444800.0), ERR_OK);
    assert_int_equal(json_set_null(tree, "d"), ERR_OK);
    cJSON *inner = json_add_object(tree, "b");
    assert_int_equal(json_set_string(inner, "x", "y"), ERR_OK);
    assert_prints(tree,
                  "{\"a\":\"\xC3\xA9\\\"\\n\",\"b\":{\"x\":\"y\"},\"c\":4102444800,\"d\":null}");
    cJSON_Delete(tree);
}

static void what_cannot_be_made_is_an_error(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, 100);
    assert_int_equal(json_set_string(NULL, "a", "b"), ERR_MEMORY);
    assert_null(json_add_object(NULL, "a"));
    json_print(&out, NULL);
    assert_true(strbuf_failed(&out));
    strbuf_free(&out);
}

static void strings_are_quoted_and_repaired(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *quoted;
    } rows[] = {
        { "", "\"\"" },
        { "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
        { "\n\x1F\x7F", "\"\\u000a\\u001f\x7F\"" },
        { "\xC3\xA9\xF0\x9F\x98\x80", "\"\xC3\xA9\xF0\x9F\x98\x80\"" },
        { "a\xC3", "\"a\xEF\xBF\xBD\"" },
        { "\xFF\xC3(", "\"\xEF\xBF\xBD\xEF\xBF\xBD(\"" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        strbuf_init(&out, 100);
        json_print_string(&out, rows[i].text);
        assert_string_equal(out.buf, rows[i].quoted);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_whole_object_is_accepted),
        cmocka_unit_test(a_nul_byte_is_no_end),
        cmocka_unit_test(damaged_documents_do_no_harm),
        cmocka_unit_test(numbers_that_do_not_fit_are_none),
        cmocka_unit_test(reads_are_exact_and_typed),
        cmocka_unit_test(merging_follows_rfc_7396),
        cmocka_unit_test(members_are_added_or_replaced),
        cmocka_unit_test(what_cannot_be_made_is_an_error),
        cmocka_unit_test(strings_are_quoted_and_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
