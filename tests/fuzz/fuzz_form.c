/* A query or a form body, and the table of a program's parameters. */
#include "fuzz.h"

#include "base/params.h"
#include "base/sid.h"

static const struct param_spec specs[] = {
    { "taskSid", true, PARAM_TEXT, sid_is_task },
    { "hold", false, PARAM_BOOL, NULL },
    { "q", false, PARAM_TEXT, NULL },
};

enum { SPECS = sizeof specs / sizeof specs[0] };

static void check(const struct params *params)
{
    const char *values[SPECS];
    const char *name = NULL;
    const char *why = NULL;
    enum err rc = params_validate(params, specs, SPECS, values, &name, &why);
    if (rc != ERR_OK) {
        MUST(rc == ERR_INPUT && name != NULL && why != NULL);
        return;
    }
    MUST(sid_is_task(values[0]));
    MUST(values[1] == NULL || strcmp(values[1], "true") == 0 || strcmp(values[1], "false") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct params params = { 0 };
    arena_init(&arena, 512 * 1024);
    enum err rc = params_parse_form(&arena, (const char *)data, size, &params);
    if (rc == ERR_OK) {
        MUST(params.count <= PARAMS_MAX && params.count <= size + 1);
        size_t text = 0;
        for (size_t i = 0; i < params.count; i++)
            text += strlen(params.list[i].name) + strlen(params.list[i].value);
        MUST(text <= size);
        check(&params);
    }
    MUST(rc == ERR_OK || rc == ERR_INPUT || rc == ERR_TOO_LARGE || rc == ERR_MEMORY);
    arena_free(&arena);
    return 0;
}
