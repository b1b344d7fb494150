#include "unit.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/json_lenient.h"

#define FFFD "\xEF\xBF\xBD"

static const struct {
    const char *text;
    const char *printed;
    unsigned faults;
} table[] = {
    /* Nothing wrong. */
    { "{}", "{}", 0 },
    { " {\"a\" : [1, -2.5e2, true, false, null, \"x\", {}, []]} ",
      "{\"a\":[1,-250,true,false,null,\"x\",{},[]]}", 0 },
    { "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude42\"}",
      "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\té🙂\"}", 0 },
    { "{\"é\":\"🙂\"}", "{\"é\":\"🙂\"}", 0 },
    /* Characters. */
    { "{\"a\":\"x\\ud83d\",\"b\":1}", "{\"a\":\"x" FFFD "\",\"b\":1}", JSON_FAULT_TEXT },
    { "{\"a\":\"\\ude42\\ud83d!\"}", "{\"a\":\"" FFFD FFFD "!\"}", JSON_FAULT_TEXT },
    { "{\"a\":\"\\ud83d\\ud83d\\ude42\"}", "{\"a\":\"" FFFD "🙂\"}", JSON_FAULT_TEXT },
    { "{\"a\":\"\\ud83d\\u00e9\"}", "{\"a\":\"" FFFD "é\"}", JSON_FAULT_TEXT },
    { "{\"a\":\"x\\u0000y\"}", "{\"a\":\"x" FFFD "y\"}", JSON_FAULT_TEXT },
    { "{\"a\":\"\\q\\u12g4\"}", "{\"a\":\"" FFFD "q" FFFD "12g4\"}", JSON_FAULT_TEXT },
    { "{\"a\":\"\xFF\xC3(\xED\xA0\x80\"}", "{\"a\":\"" FFFD FFFD "(" FFFD FFFD FFFD "\"}",
      JSON_FAULT_TEXT },
    { "{\"a\":\"tab\there\nline\"}", "{\"a\":\"tab\\there\\nline\"}", 0 },
    { "{\"\\u0000\":1}", "{\"" FFFD "\":1}", JSON_FAULT_TEXT },
    /* Keys. */
    { "{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}", JSON_FAULT_DOUBLED },
    { "{\"x\":{\"a\":1,\"a\":2,\"a\":{}},\"y\":1}", "{\"x\":{\"a\":{}},\"y\":1}",
      JSON_FAULT_DOUBLED },
    { "{\"a\":1,\"A\":2}", "{\"a\":1,\"A\":2}", 0 },
    { "{1:2,\"a\":3}", "{\"a\":3}", JSON_FAULT_VALUE },
    { "{a:2,\"b\":3}", "{\"b\":3}", JSON_FAULT_VALUE },
    { "{\"a\",\"b\":3}", "{\"b\":3}", JSON_FAULT_VALUE },
    /* Values. */
    { "{\"a\":NaN,\"b\":1e999,\"c\":undefined,\"d\":1}",
      "{\"a\":null,\"b\":null,\"c\":null,\"d\":1}", JSON_FAULT_VALUE },
    { "{\"a\":,\"b\":1}", "{\"a\":null,\"b\":1}", JSON_FAULT_VALUE },
    { "{\"a\":1 \"b\":2}", "{\"a\":1,\"b\":2}", JSON_FAULT_VALUE },
    { "{\"a\":[1,2,],\"b\":3,}", "{\"a\":[1,2],\"b\":3}", JSON_FAULT_VALUE },
    { "{\"a\":'x',\"b\":1}", "{\"a\":null,\"b\":1}", JSON_FAULT_VALUE },
    /* Ends. */
    { "{", "{}", JSON_FAULT_CUT },
    { "{\"a\":1", "{\"a\":1}", JSON_FAULT_CUT },
    { "{\"a\":{\"b\":[1,2", "{\"a\":{\"b\":[1,2]}}", JSON_FAULT_CUT },
    { "{\"a\":\"be", "{\"a\":\"be\"}", JSON_FAULT_CUT },
    { "{\"a\":1,\"b\":[1}", "{\"a\":1,\"b\":[1]}", JSON_FAULT_CUT },
    { "{\"a\":1}}", "{\"a\":1}", JSON_FAULT_CUT },
    { "{\"a\":1} x", "{\"a\":1}", JSON_FAULT_CUT },
};

static void what_can_be_read_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        cJSON *object = NULL;
        struct strbuf printed;
        strbuf_init(&printed, 1024);
        assert_int_equal(json_lenient_read(table[i].text, strlen(table[i].text), &object), ERR_OK);
        json_print(&printed, object);
        if (strcmp(printed.buf, table[i].printed) != 0) fail_msg("row %zu: %s", i, printed.buf);
        if (json_lenient_faults(object) != table[i].faults)
            fail_msg("row %zu: faults %u", i, json_lenient_faults(object));
        strbuf_free(&printed);
        cJSON_Delete(object);
    }
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "", " ", "[]", "1", "\"{}\"", "<html>", "null", "}" };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        cJSON *object = NULL;
        assert_int_equal(json_lenient_read(wrong[i], strlen(wrong[i]), &object), ERR_INPUT);
        assert_null(object);
    }
}

static void what_is_too_deep_is_left_out_alone(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    struct strbuf text;
    cJSON *object = NULL;
    strbuf_init(&text, 1024 * 1024);
    strbuf_addstr(&text, "{\"before\":1,\"deep\":");
    for (int i = 0; i < DEEP; i++)
        strbuf_addstr(&text, "[\"]\\\"\",");
    strbuf_addstr(&text, "1");
    for (int i = 0; i < DEEP; i++)
        strbuf_addch(&text, ']');
    strbuf_addstr(&text, ",\"after\":2}");
    assert_int_equal(json_lenient_read(text.buf, text.len, &object), ERR_OK);
    assert_int_equal(json_get_int(object, "before", 0), 1);
    assert_int_equal(json_get_int(object, "after", 0), 2);
    assert_int_equal(json_lenient_faults(object), JSON_FAULT_DEEP);
    cJSON_Delete(object);
    strbuf_free(&text);
}

/* Each object knows its own faults, so that a list can say which of its elements is odd. */
static void a_fault_is_known_where_it_is(void **state)
{
    (void)state;
    static const char text[] =
        "{\"list\":[{\"a\":1},{\"a\":{\"b\":\"\\ud83d\"}},{\"a\":2,\"a\":3}]}";
    cJSON *object = NULL;
    assert_int_equal(json_lenient_read(text, sizeof text - 1, &object), ERR_OK);
    const cJSON *list = json_get_array(object, "list");
    assert_int_equal(json_lenient_faults(cJSON_GetArrayItem(list, 0)), 0);
    assert_int_equal(json_lenient_faults(cJSON_GetArrayItem(list, 1)), JSON_FAULT_TEXT);
    assert_int_equal(json_lenient_faults(cJSON_GetArrayItem(list, 2)), JSON_FAULT_DOUBLED);
    assert_int_equal(json_lenient_faults(object), JSON_FAULT_TEXT | JSON_FAULT_DOUBLED);
    assert_int_equal(json_lenient_faults(NULL), 0);
    cJSON_Delete(object);
}

static void there_is_a_ceiling_of_values(void **state)
{
    (void)state;
    struct strbuf text;
    cJSON *object = NULL;
    strbuf_init(&text, 4 * JSON_LENIENT_VALUES);
    strbuf_addstr(&text, "{\"a\":[");
    for (int i = 0; i < JSON_LENIENT_VALUES; i++)
        strbuf_addstr(&text, "0,");
    strbuf_addstr(&text, "0]}");
    assert_int_equal(json_lenient_read(text.buf, text.len, &object), ERR_OK);
    assert_int_equal(json_lenient_faults(object), JSON_FAULT_CUT);
    assert_in_range(cJSON_GetArraySize(json_get_array(object, "a")), JSON_LENIENT_VALUES - 2,
                    JSON_LENIENT_VALUES);
    cJSON_Delete(object);
    strbuf_free(&text);
}

static void faults_have_words(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, 1024);
    json_lenient_describe(&out, 0);
    assert_string_equal(out.buf, "");
    json_lenient_describe(&out, JSON_FAULT_TEXT | JSON_FAULT_DEEP);
    assert_string_equal(out.buf, "broken text, too deep a value");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_read_is_read),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(what_is_too_deep_is_left_out_alone),
        cmocka_unit_test(a_fault_is_known_where_it_is),
        cmocka_unit_test(there_is_a_ceiling_of_values),
        cmocka_unit_test(faults_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
