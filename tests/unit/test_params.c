#include "unit.h"

#include "base/json.h"
#include "base/params.h"
#include "base/sid.h"
#include "guard.h"

#define TASK "WT0123456789abcdef0123456789abcdef"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static enum err parse(const char *text, size_t len, struct params *params)
{
    struct guard guard;
    const char *copy = guard_copy(&guard, text, len);
    enum err rc = params_parse_form(&arena, copy, len, params);
    guard_free(&guard);
    return rc;
}

static void forms_are_split_then_decoded(void **state)
{
    (void)state;
    /* The expected pairs are written as name, value, name, value. */
    static const struct {
        const char *text;
        size_t count;
        const char *expected[6];
    } rows[] = {
        { "", 0, { NULL } },
        { "&", 0, { NULL } },
        { "&&&", 0, { NULL } },
        { "a=1", 1, { "a", "1" } },
        { "a=1&b=2", 2, { "a", "1", "b", "2" } },
        { "&a=1&&b=2&", 2, { "a", "1", "b", "2" } },
        { "a", 1, { "a", "" } },
        { "a&b", 2, { "a", "", "b", "" } },
        { "a=", 1, { "a", "" } },
        { "=1", 1, { "", "1" } },
        { "=", 1, { "", "" } },
        { "a=b=c", 1, { "a", "b=c" } },
        { "a%3Db=c%26d", 1, { "a=b", "c&d" } },
        { "n+n=v+%2B%20", 1, { "n n", "v + " } },
        { "a=1&a=2", 2, { "a", "1", "a", "2" } },
        { "x=%C3%A9&y=\xC3\xA9", 2, { "x", "\xC3\xA9", "y", "\xC3\xA9" } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct params params = { .count = 99 };
        assert_row(i, parse(rows[i].text, strlen(rows[i].text), &params) == ERR_OK);
        assert_row(i, params.count == rows[i].count);
        for (size_t k = 0; k < params.count; k++) {
            assert_string_equal(params.list[k].name, rows[i].expected[2 * k]);
            assert_string_equal(params.list[k].value, rows[i].expected[2 * k + 1]);
            assert_row(i, params.list[k].kind == PARAM_TEXT);
        }
    }
}

static void malformed_forms_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        { "a=%", 3 },    { "a=1%4", 5 }, { "a=%zz", 5 },   { "%=1", 3 },      { "a=%00", 5 },
        { "a%00=1", 6 }, { "a=\0", 3 },  { "a=1&b=%", 7 }, { "a=%&41=1", 8 }, /* an escape never
                                                                                 reaches over the
                                                                                 "&" */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct params params = { .count = 99 };
        assert_row(i, parse(rows[i].text, rows[i].len, &params) == ERR_INPUT);
        assert_row(i, params.count == 99);
    }
}

static void what_can_be_read_of_a_malformed_form_is_read(void **state)
{
    (void)state;
    static const char text[] = "a=%zz&=1&b=2&%=3&b=%00&c";
    struct params params;
    assert_int_equal(params_parse_what_can_be_read(&arena, text, sizeof text - 1, &params), ERR_OK);
    assert_int_equal(params.count, 5);
    assert_string_equal(params_get(&params, "a"), "");
    assert_int_equal(params.list[0].kind, PARAM_OTHER);
    assert_string_equal(params_get(&params, "b"), "2");
    assert_int_equal(params.list[3].kind, PARAM_OTHER);
    assert_string_equal(params_get(&params, "c"), "");
    assert_int_equal(params.list[4].kind, PARAM_TEXT);

    char many[4 * (PARAMS_MAX + 10)];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = "a=1&"[i % 4];
    assert_int_equal(params_parse_what_can_be_read(&arena, many, sizeof many, &params), ERR_OK);
    assert_int_equal(params.count, PARAMS_MAX);
}

static void pairs_and_memory_are_bounded(void **state)
{
    (void)state;
    char text[4 * (PARAMS_MAX + 1)];
    struct params params;
    for (size_t i = 0; i <= PARAMS_MAX; i++)
        memcpy(text + 4 * i, "a=b&", 4);
    assert_int_equal(parse(text, 4 * PARAMS_MAX, &params), ERR_OK);
    assert_int_equal(params.count, PARAMS_MAX);
    assert_int_equal(parse(text, sizeof text, &params), ERR_TOO_LARGE);

    struct arena small;
    arena_init(&small, 100);
    assert_int_equal(params_parse_form(&small, text, sizeof text, &params), ERR_MEMORY);
    arena_free(&small);
}

enum { P_TASK, P_HOLD, P_Q, P__MAX };

static const struct param_spec specs[P__MAX] = {
    [P_TASK] = { "taskSid", true, PARAM_TEXT, sid_is_task },
    [P_HOLD] = { "hold", false, PARAM_BOOL, NULL },
    [P_Q] = { "q", false, PARAM_TEXT, NULL },
};

struct outcome {
    const char *text;
    const char *hold; /* the value, with q below, if all is well */
    const char *q;
    const char *bad_name; /* NULL: all is well */
    const char *why;
};

static void check(size_t row, const struct params *params, const struct outcome *expected)
{
    const char *values[P__MAX];
    const char *bad_name = NULL;
    const char *why = NULL;
    enum err rc = params_validate(params, specs, P__MAX, values, &bad_name, &why);
    assert_row(row, rc == (expected->bad_name == NULL ? ERR_OK : ERR_INPUT));
    if (expected->bad_name != NULL) {
        assert_string_equal(bad_name, expected->bad_name);
        assert_string_equal(why, expected->why);
        return;
    }
    assert_string_equal(values[P_TASK], TASK);
    const char *const expected_values[P__MAX] = { TASK, expected->hold, expected->q };
    for (size_t i = 0; i < P__MAX; i++) {
        assert_row(row, (values[i] == NULL) == (expected_values[i] == NULL));
        if (values[i] != NULL) assert_string_equal(values[i], expected_values[i]);
    }
}

static void forms_are_checked_against_the_table(void **state)
{
    (void)state;
    static const struct outcome rows[] = {
        { "taskSid=" TASK, NULL, NULL, NULL, NULL },
        { "taskSid=" TASK "&hold=1&q=", "true", "", NULL, NULL },
        { "taskSid=" TASK "&hold=false", "false", NULL, NULL, NULL },
        { "taskSid=" TASK "&x=1&x=2&taskSi=3&taskSidd=4&TASKSID=5&=6", NULL, NULL, NULL, NULL },
        { "", NULL, NULL, "taskSid", "is missing" },
        { "TaskSid=" TASK, NULL, NULL, "taskSid", "is missing" },
        { "taskSid", NULL, NULL, "taskSid", "is malformed" },
        { "taskSid=WT1", NULL, NULL, "taskSid", "is malformed" },
        { "taskSid=" TASK "&taskSid=" TASK, NULL, NULL, "taskSid", "is repeated" },
        { "taskSid=" TASK "&q=a&q=b", NULL, NULL, "q", "is repeated" },
        { "taskSid=" TASK "&hold=yes", NULL, NULL, "hold", "is malformed" },
        { "taskSid=" TASK "&hold=", NULL, NULL, "hold", "is malformed" },
        { "taskSid=" TASK "&hold=TRUE", NULL, NULL, "hold", "is malformed" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct params params;
        assert_row(i, parse(rows[i].text, strlen(rows[i].text), &params) == ERR_OK);
        check(i, &params, &rows[i]);
    }
}

static void json_keeps_its_types(void **state)
{
    (void)state;
    static const struct outcome rows[] = {
        { "{\"taskSid\":\"" TASK "\"}", NULL, NULL, NULL, NULL },
        { "{\"taskSid\":\"" TASK "\",\"hold\":true,\"q\":\"1\",\"x\":[]}", "true", "1", NULL,
          NULL },
        { "{\"taskSid\":\"" TASK "\",\"hold\":false}", "false", NULL, NULL, NULL },
        { "{\"taskSid\":\"" TASK "\",\"hold\":\"true\"}", NULL, NULL, "hold", "is malformed" },
        { "{\"taskSid\":\"" TASK "\",\"hold\":1}", NULL, NULL, "hold", "is malformed" },
        { "{\"taskSid\":\"" TASK "\",\"hold\":null}", NULL, NULL, "hold", "is malformed" },
        { "{\"taskSid\":\"" TASK "\",\"q\":true}", NULL, NULL, "q", "is malformed" },
        { "{\"taskSid\":\"" TASK "\",\"q\":{}}", NULL, NULL, "q", "is malformed" },
        { "{\"taskSid\":null}", NULL, NULL, "taskSid", "is malformed" },
        { "{\"taskSid\":[\"" TASK "\"]}", NULL, NULL, "taskSid", "is malformed" },
        { "{}", NULL, NULL, "taskSid", "is missing" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        cJSON *object = NULL;
        struct params params;
        assert_row(i, json_parse_object(rows[i].text, strlen(rows[i].text), &object) == ERR_OK);
        assert_row(i, params_from_json(&arena, object, &params) == ERR_OK);
        cJSON_Delete(object); /* nothing below may depend on it */
        check(i, &params, &rows[i]);
    }
}

static void a_value_is_found_by_its_whole_name(void **state)
{
    (void)state;
    struct params params;
    assert_int_equal(parse("CallSidX=0&CallSid=1&CallSid=2", 30, &params), ERR_OK);
    assert_string_equal(params_get(&params, "CallSid"), "1");
    assert_null(params_get(&params, "CallSi"));
    assert_null(params_get(&params, ""));
}

static void numbers_are_digits_within_bounds(void **state)
{
    (void)state;
    static const char *const good[] = { "1", "007", "200" };
    static const char *const bad[] = {
        "", "0", "201", "0007", "-1", "+1", " 1", "1 ", "1x", "1e2"
    };
    for (size_t i = 0; i < COUNT(good); i++)
        assert_row(i, params_is_number(good[i], 3, 1, 200));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_row(i, !params_is_number(bad[i], 3, 1, 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_split_then_decoded),
        cmocka_unit_test(malformed_forms_are_refused),
        cmocka_unit_test(what_can_be_read_of_a_malformed_form_is_read),
        cmocka_unit_test(pairs_and_memory_are_bounded),
        cmocka_unit_test(forms_are_checked_against_the_table),
        cmocka_unit_test(json_keeps_its_types),
        cmocka_unit_test(a_value_is_found_by_its_whole_name),
        cmocka_unit_test(numbers_are_digits_within_bounds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
