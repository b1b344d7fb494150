#include "unit.h"

#include <string.h>

#include "twilio/task_expression.h"

enum { NO = TASK_EXPRESSION_MISSES, YES = TASK_EXPRESSION_MEETS, WHO = TASK_EXPRESSION_UNKNOWN };

static void one_task(void **state)
{
    (void)state;
    static const struct row {
        const char *expression;
        int wanted;
    } rows[] = {
        { "1==1", YES },
        { "1 == 2", NO },
        { "dialpad != null", YES },
        { "dialpad!=null AND targetWorker != null", YES },
        { "other != null", NO },
        { "other == null", YES },
        { "client_call == true", YES },
        { "client_call == 'true'", NO },
        { "direction == \"outbound\" OR direction = 'internal'", YES },
        { "direction <> 'internal'", NO },
        { "(1==2 OR 1==1) AND (direction == 'internal')", YES },
        { "1==1 OR 1==2 AND 1==2", YES },
        { "conversations.conversation_id != null", YES },
        { "conversations.other != null", NO },
        { "null == null", YES },
        { "name == 'O\\'Brien'", YES },
        { "skills HAS 'x'", WHO },
        { "direction IN ['internal']", WHO },
        { "client_call", WHO },
        { "1==1 AND", WHO },
        { "(1==1", WHO },
        { "1==1)", WHO },
        { "direction == 'internal", WHO },
        { "conversations == null", WHO },
        { "", WHO },
        { NULL, WHO },
    };
    cJSON *attributes = cJSON_Parse(
        "{\"dialpad\":\"x\",\"targetWorker\":\"client:a\",\"client_call\":true,\"name\":\"O'Brien\","
        "\"direction\":\"internal\",\"conversations\":{\"conversation_id\":\"WT1\"}}");
    assert_non_null(attributes);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((int)task_expression_judge(rows[i].expression, attributes) != rows[i].wanted)
            fail_msg("row %zu: %s", i, rows[i].expression);
    }
    cJSON_Delete(attributes);
}

static void parentheses_without_end(void **state)
{
    (void)state;
    char deep[1001];
    memset(deep, '(', 1000);
    deep[1000] = '\0';
    assert_int_equal(task_expression_judge(deep, NULL), WHO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_task),
        cmocka_unit_test(parentheses_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
