/* A JSON body: what is accepted is printed, read again and still the same. */
#include "fuzz.h"

#include "base/json.h"
#include "base/params.h"
#include "base/utf8.h"

static void check_params(const cJSON *object)
{
    struct arena arena;
    struct params params = { 0 };
    arena_init(&arena, 512 * 1024);
    if (params_from_json(&arena, object, &params) == ERR_OK) {
        for (size_t i = 0; i < params.count; i++) {
            const char *value = params_get(&params, params.list[i].name);
            MUST(value != NULL && utf8_valid(value, strlen(value)));
        }
    }
    arena_free(&arena);
}

static void check_print(const cJSON *object)
{
    cJSON *again = NULL;
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_REPLY);
    json_print(&text, object);
    MUST(!strbuf_failed(&text));
    MUST(json_parse_object(text.buf, text.len, &again) == ERR_OK);
    cJSON_Delete(again);
    strbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *object = NULL;
    enum err rc = json_parse_object((const char *)data, size, &object);
    MUST(rc == ERR_OK || rc == ERR_INPUT || rc == ERR_MEMORY);
    MUST((rc == ERR_OK) == (object != NULL));
    if (rc != ERR_OK) return 0;
    MUST(cJSON_IsObject(object) && utf8_valid((const char *)data, size));
    check_params(object);
    check_print(object);
    cJSON *copy = cJSON_CreateObject();
    MUST(json_merge(copy, object) == ERR_OK);
    cJSON_Delete(copy);
    cJSON_Delete(object);
    return 0;
}
