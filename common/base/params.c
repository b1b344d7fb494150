#include "base/params.h"

#include <stdlib.h>
#include <string.h>

#include "base/decode.h"

/* How many pieces an "&"-separated text has, empty ones included. */
static size_t count_pieces(const char *text, size_t len)
{
    size_t count = 1;
    for (size_t i = 0; i < len; i++)
        count += text[i] == '&';
    return count;
}

/*
 * Decodes the piece [piece, end); *end may be overwritten. False when the name is malformed; a
 * value that is becomes "", PARAM_OTHER.
 */
static bool decode_pair(char *piece, char *end, struct param *param)
{
    char *equals = memchr(piece, '=', (size_t)(end - piece));
    char *name_end = equals != NULL ? equals : end;
    char *value = equals != NULL ? equals + 1 : end;
    size_t name_len = (size_t)(name_end - piece);
    size_t value_len = (size_t)(end - value);

    /* The value first: without "=" it is the empty text at `end`, where the name's NUL goes too. */
    bool readable = decode_form_value(value, &value_len);
    *param = (struct param){ .name = piece,
                             .value = readable ? value : "",
                             .kind = readable ? PARAM_TEXT : PARAM_OTHER };
    return decode_form_value(piece, &name_len);
}

static enum err parse_form(struct arena *arena, const char *text, size_t len, bool strict,
                           struct params *params)
{
    size_t pieces = count_pieces(text, len);
    size_t room = pieces < PARAMS_MAX ? pieces : PARAMS_MAX;
    char *copy = arena_strndup(arena, text, len);
    struct param *list = arena_alloc(arena, room * sizeof *list);
    if (copy == NULL || list == NULL) return ERR_MEMORY;

    size_t count = 0;
    char *const copy_end = copy + len;
    for (char *piece = copy; piece < copy_end;) {
        char *end = memchr(piece, '&', (size_t)(copy_end - piece));
        if (end == NULL) end = copy_end;
        if (end > piece) {
            if (count == room && strict) return ERR_TOO_LARGE;
            if (count == room) break;
            bool named = decode_pair(piece, end, &list[count]);
            if (strict && (!named || list[count].kind == PARAM_OTHER)) return ERR_INPUT;
            if (named) count++;
        }
        piece = end + 1;
    }
    *params = (struct params){ .list = list, .count = count };
    return ERR_OK;
}

enum err params_parse_form(struct arena *arena, const char *text, size_t len, struct params *params)
{
    return parse_form(arena, text, len, true, params);
}

enum err params_parse_what_can_be_read(struct arena *arena, const char *text, size_t len,
                                       struct params *params)
{
    return parse_form(arena, text, len, false, params);
}

static bool param_from_json(struct arena *arena, const cJSON *member, struct param *param)
{
    const char *value = "";
    param->kind = PARAM_OTHER;
    if (cJSON_IsString(member)) {
        param->kind = PARAM_STRING;
        value = arena_strdup(arena, member->valuestring);
    } else if (cJSON_IsBool(member)) {
        param->kind = PARAM_BOOL;
        value = cJSON_IsTrue(member) ? "true" : "false";
    }
    param->value = value;
    param->name = arena_strdup(arena, member->string);
    return param->name != NULL && param->value != NULL;
}

enum err params_from_json(struct arena *arena, const cJSON *object, struct params *params)
{
    size_t size = 0;
    const cJSON *member;
    cJSON_ArrayForEach(member, object) size++;
    if (size > PARAMS_MAX) return ERR_TOO_LARGE;

    struct param *list = arena_alloc(arena, size * sizeof *list);
    if (list == NULL) return ERR_MEMORY;
    size_t count = 0;
    cJSON_ArrayForEach(
        member, object) if (!param_from_json(arena, member, &list[count++])) return ERR_MEMORY;
    *params = (struct params){ .list = list, .count = count };
    return ERR_OK;
}

static const struct param *find(const struct params *params, const char *name, size_t from)
{
    for (size_t i = from; i < params->count; i++)
        if (strcmp(params->list[i].name, name) == 0) return &params->list[i];
    return NULL;
}

const char *params_get(const struct params *params, const char *name)
{
    const struct param *param = find(params, name, 0);
    return param != NULL ? param->value : NULL;
}

/* The value as "true" or "false"; NULL if it is neither. */
static const char *as_bool(const struct param *param)
{
    bool digit_ok = param->kind == PARAM_TEXT;
    if (param->kind != PARAM_TEXT && param->kind != PARAM_BOOL) return NULL;
    if (strcmp(param->value, "true") == 0 || (digit_ok && strcmp(param->value, "1") == 0))
        return "true";
    if (strcmp(param->value, "false") == 0 || (digit_ok && strcmp(param->value, "0") == 0))
        return "false";
    return NULL;
}

/* The value in the form that the spec promises; NULL if it is malformed. */
static const char *checked_value(const struct param *param, const struct param_spec *spec)
{
    const char *value = NULL;
    if (spec->kind == PARAM_BOOL)
        value = as_bool(param);
    else if (param->kind == PARAM_TEXT || param->kind == PARAM_STRING)
        value = param->value;
    if (value != NULL && spec->valid != NULL && !spec->valid(value)) return NULL;
    return value;
}

enum err params_validate(const struct params *params, const struct param_spec *specs, size_t count,
                         const char **values, const char **bad_name, const char **why)
{
    for (size_t i = 0; i < count; i++) {
        const char *problem = NULL;
        const struct param *param = find(params, specs[i].name, 0);
        values[i] = param != NULL ? checked_value(param, &specs[i]) : NULL;

        if (param == NULL)
            problem = specs[i].required ? "is missing" : NULL;
        else if (find(params, specs[i].name, (size_t)(param - params->list) + 1) != NULL)
            problem = "is repeated";
        else if (values[i] == NULL)
            problem = "is malformed";
        if (problem != NULL) {
            *bad_name = specs[i].name;
            *why = problem;
            return ERR_INPUT;
        }
    }
    return ERR_OK;
}

bool params_is_number(const char *value, size_t digits, long min, long max)
{
    size_t len = strlen(value);
    if (len < 1 || len > digits || strspn(value, "0123456789") != len) return false;
    long number = strtol(value, NULL, 10);
    return number >= min && number <= max;
}
