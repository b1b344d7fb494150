#include "twilio/task_expression.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { EXPRESSION_MAX = 2000, WORD_MAX = 256, DEPTH_MAX = 16 };

struct reader {
    const char *at;
    const cJSON *attributes;
    int depth;
    bool lost; /* it isn't understood from here on */
};

/* What stands at one side of a comparison. */
struct operand {
    enum { IS_MISSING, IS_NULL, IS_TEXT, IS_NUMBER, IS_BOOL } kind;
    char text[WORD_MAX];
    double number; /* of IS_BOOL: 0 or 1 */
};

static void skip_blanks(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
}

/* Takes `symbol` if it comes next. */
static bool take(struct reader *reader, const char *symbol)
{
    size_t len = strlen(symbol);
    skip_blanks(reader);
    if (strncasecmp(reader->at, symbol, len) != 0) return false;
    bool word = isalpha((unsigned char)symbol[0]);
    if (word && (isalnum((unsigned char)reader->at[len]) || reader->at[len] == '_')) return false;
    reader->at += len;
    return true;
}

static void read_text(struct reader *reader, struct operand *operand)
{
    const char quote = *reader->at++;
    size_t len = 0;
    operand->kind = IS_TEXT;
    while (*reader->at != '\0' && *reader->at != quote && len < WORD_MAX - 1) {
        if (*reader->at == '\\' && reader->at[1] != '\0') reader->at++;
        operand->text[len++] = *reader->at++;
    }
    operand->text[len] = '\0';
    reader->lost = reader->lost || *reader->at != quote;
    if (!reader->lost) reader->at++;
}

static void set_value(struct reader *reader, const cJSON *value, struct operand *operand)
{
    if (value == NULL) {
        operand->kind = IS_MISSING;
    } else if (cJSON_IsNull(value)) {
        operand->kind = IS_NULL;
    } else if (cJSON_IsString(value)) {
        operand->kind = IS_TEXT;
        snprintf(operand->text, WORD_MAX, "%s", value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        operand->kind = IS_NUMBER;
        operand->number = value->valuedouble;
    } else if (cJSON_IsBool(value)) {
        operand->kind = IS_BOOL;
        operand->number = cJSON_IsTrue(value);
    } else {
        reader->lost = true;
    }
}

/* A path of names, "conversations.conversation_id", in the Task's attributes. */
static void read_attribute(struct reader *reader, struct operand *operand)
{
    const cJSON *value = reader->attributes;
    for (;;) {
        char name[WORD_MAX];
        size_t len = strspn(reader->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                        "0123456789$-");
        if (len == 0 || len >= WORD_MAX) {
            reader->lost = true;
            return;
        }
        memcpy(name, reader->at, len);
        name[len] = '\0';
        value = cJSON_GetObjectItemCaseSensitive(value, name);
        reader->at += len;
        if (*reader->at != '.') break;
        reader->at++;
    }
    set_value(reader, value, operand);
}

static void read_operand(struct reader *reader, struct operand *operand)
{
    char *end = NULL;
    memset(operand, 0, sizeof *operand);
    skip_blanks(reader);
    if (*reader->at == '\'' || *reader->at == '"') {
        read_text(reader, operand);
    } else if (isdigit((unsigned char)*reader->at) || *reader->at == '-') {
        operand->kind = IS_NUMBER;
        operand->number = strtod(reader->at, &end);
        reader->lost = reader->lost || end == reader->at;
        reader->at = end;
    } else if (take(reader, "null")) {
        operand->kind = IS_NULL;
    } else if (take(reader, "true")) {
        operand->kind = IS_BOOL;
        operand->number = 1;
    } else if (take(reader, "false")) {
        operand->kind = IS_BOOL;
    } else {
        read_attribute(reader, operand);
    }
}

/* What is missing equals null, and nothing else. */
static bool are_equal(const struct operand *a, const struct operand *b)
{
    bool nothing_a = a->kind == IS_MISSING || a->kind == IS_NULL;
    bool nothing_b = b->kind == IS_MISSING || b->kind == IS_NULL;
    if (nothing_a || nothing_b) return nothing_a && nothing_b;
    if (a->kind != b->kind) return false;
    if (a->kind == IS_TEXT) return strcmp(a->text, b->text) == 0;
    return a->number >= b->number && a->number <= b->number;
}

static bool read_either(struct reader *reader);

static bool read_comparison(struct reader *reader)
{
    struct operand left;
    struct operand right;
    if (take(reader, "(")) {
        if (++reader->depth > DEPTH_MAX) reader->lost = true;
        bool inside = !reader->lost && read_either(reader);
        if (!take(reader, ")")) reader->lost = true;
        reader->depth--;
        return inside;
    }
    read_operand(reader, &left);
    bool negated = take(reader, "!=") || take(reader, "<>");
    if (!negated && !take(reader, "==") && !take(reader, "=")) reader->lost = true;
    if (reader->lost) return false;
    read_operand(reader, &right);
    return are_equal(&left, &right) != negated;
}

static bool read_both(struct reader *reader)
{
    bool result = read_comparison(reader);
    while (!reader->lost && take(reader, "AND"))
        result = read_comparison(reader) && result;
    return result;
}

static bool read_either(struct reader *reader)
{
    bool result = read_both(reader);
    while (!reader->lost && take(reader, "OR"))
        result = read_both(reader) || result;
    return result;
}

enum task_expression task_expression_judge(const char *expression, const cJSON *attributes)
{
    if (expression == NULL || strlen(expression) > EXPRESSION_MAX) return TASK_EXPRESSION_UNKNOWN;
    struct reader reader = { .at = expression, .attributes = attributes };
    bool meets = read_either(&reader);
    skip_blanks(&reader);
    if (reader.lost || *reader.at != '\0') return TASK_EXPRESSION_UNKNOWN;
    return meets ? TASK_EXPRESSION_MEETS : TASK_EXPRESSION_MISSES;
}
