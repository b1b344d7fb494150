#include "unit.h"

#include "base/json.h"
#include "twilio/worker_fields.h"

static const char *read_field(const char *json, const char *path)
{
    static char text[WORKER_FIELD_VALUE_MAX + 1];
    cJSON *attributes = NULL;
    struct strbuf value;
    strbuf_init(&value, STRBUF_MAX_REPLY);
    assert_int_equal(json_parse_object(json, strlen(json), &attributes), ERR_OK);
    worker_fields_read(&value, attributes, path);
    assert_true(value.len <= WORKER_FIELD_VALUE_MAX);
    snprintf(text, sizeof text, "%s", value.len > 0 ? value.buf : "");
    strbuf_free(&value);
    cJSON_Delete(attributes);
    return text;
}

static void values_are_texts_numbers_and_lists_of_them(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *path;
        const char *value;
    } rows[] = {
        { "{\"team\":\"Billing\"}", "team", "Billing" },
        { "{\"Team\":\"Billing\"}", "team", "" },
        { "{}", "team", "" },
        { "{\"floor\":3,\"share\":0.5}", "floor", "3" },
        { "{\"floor\":3,\"share\":0.5}", "share", "0.5" },
        { "{\"skills\":[\"es\",\"\",7,null,{\"a\":1},[\"x\"],\"fr\"]}", "skills", "es, 7, fr" },
        { "{\"routing\":{\"skills\":[\"es\"]}}", "routing.skills", "es" },
        { "{\"routing.skills\":\"de\",\"routing\":{\"skills\":\"es\"}}", "routing.skills", "de" },
        { "{\"a\":{\"b.c\":\"x\"}}", "a.b.c", "x" },
        { "{\"routing\":\"x\"}", "routing.skills", "" },
        { "{\"routing\":{\"skills\":{\"es\":1}}}", "routing.skills", "" },
        { "{\"team\":true}", "team", "" },
        { "{\"team\":\"a\\nb\\u0007c\"}", "team", "a b c" },
        { "{\"team\":\"a\\u202eb\\u2067c\\u2069\\u2026\"}", "team", "abc\xe2\x80\xa6" },
        { "{\"a\":{\"\":\"x\"}}", "a.", "x" },
        { "{\"a\":\"x\"}", "..", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(read_field(rows[i].json, rows[i].path), rows[i].value);
}

static void a_long_value_is_cut_between_characters(void **state)
{
    (void)state;
    char json[1024];
    char text[160] = "a";
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 3);
    snprintf(json, sizeof json, "{\"team\":\"%s\",\"list\":[\"%s\",\"more\"]}", text, text);
    for (size_t i = 0; i < 2; i++) {
        const char *value = read_field(json, i == 0 ? "team" : "list");
        assert_int_equal(strlen(value), WORKER_FIELD_VALUE_MAX - 1);
        assert_memory_equal(value, text, WORKER_FIELD_VALUE_MAX - 1);
    }
}

static void a_list_never_ends_with_its_comma(void **state)
{
    (void)state;
    char first[WORKER_FIELD_VALUE_MAX + 1];
    char json[1024];
    for (size_t len = WORKER_FIELD_VALUE_MAX - 8; len < sizeof first; len++) {
        memset(first, 'a', len);
        first[len] = '\0';
        snprintf(json, sizeof json, "{\"list\":[\"%s\",\"\xf0\x9f\x98\x80\"]}", first);
        const char *value = read_field(json, "list");
        assert_int_not_equal(value[strlen(value) - 1], ' ');
        assert_int_not_equal(value[strlen(value) - 1], ',');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_texts_numbers_and_lists_of_them),
        cmocka_unit_test(a_long_value_is_cut_between_characters),
        cmocka_unit_test(a_list_never_ends_with_its_comma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
