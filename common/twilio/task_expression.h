/*
 * Does a Workflow's filter take a Task with these attributes? The part of TaskRouter's expressions
 * that such filters are made of (https://www.twilio.com/docs/taskrouter/expression-syntax):
 * comparisons with == = != <>, AND, OR, parentheses, strings, numbers, true, false, null. Pure.
 */
#ifndef DIALPAD_TASK_EXPRESSION_H
#define DIALPAD_TASK_EXPRESSION_H

#include <cjson/cJSON.h>

enum task_expression {
    TASK_EXPRESSION_MISSES,
    TASK_EXPRESSION_MEETS,
    TASK_EXPRESSION_UNKNOWN /* it holds something else, such as IN or HAS */
};

/* Of NULL and of an expression that is too long it is unknown. */
enum task_expression task_expression_judge(const char *expression, const cJSON *attributes);

#endif
