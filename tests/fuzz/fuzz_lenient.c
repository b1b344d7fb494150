/*
 * JSON from Twilio: whatever the bytes, what was read is JSON again; a text without fault is read
 * as the strict reader reads it; and a page of Workers with this text in its middle keeps the
 * others.
 */
#include "fuzz.h"

#include "base/json.h"
#include "base/json_lenient.h"

enum { SIZE_MAX_BYTES = 64 * 1024, PAGE_MAX = 1024 * 1024 };

/* cJSON_Compare takes a time that doubles with each level. */
static bool prints_alike(const cJSON *a, const cJSON *b)
{
    struct strbuf of_a;
    struct strbuf of_b;
    strbuf_init(&of_a, PAGE_MAX);
    strbuf_init(&of_b, PAGE_MAX);
    json_print(&of_a, a);
    json_print(&of_b, b);
    MUST(!strbuf_failed(&of_a) && !strbuf_failed(&of_b));
    bool alike = strcmp(of_a.buf, of_b.buf) == 0;
    strbuf_free(&of_a);
    strbuf_free(&of_b);
    return alike;
}

/* The strict reader takes a doubled key inside, and numbers that no double holds. */
static void check_strict(const char *text, size_t size, const cJSON *lenient)
{
    cJSON *strict = NULL;
    if (json_parse_object(text, size, &strict) != ERR_OK) return;
    MUST(lenient != NULL);
    MUST((json_lenient_faults(lenient) & (JSON_FAULT_TEXT | JSON_FAULT_DEEP | JSON_FAULT_CUT)) ==
         0);
    if (json_lenient_faults(lenient) == 0) MUST(prints_alike(strict, lenient));
    cJSON_Delete(strict);
}

static void check_read(const char *text, size_t size)
{
    cJSON *lenient = NULL;
    cJSON *again = NULL;
    struct strbuf printed;
    enum err rc = json_lenient_read(text, size, &lenient);
    MUST((rc == ERR_OK) == (lenient != NULL));
    check_strict(text, size, lenient);
    if (rc != ERR_OK) return;
    strbuf_init(&printed, PAGE_MAX);
    json_print(&printed, lenient);
    MUST(json_lenient_read(printed.buf, printed.len, &again) == ERR_OK);
    MUST(json_lenient_faults(again) == 0 && prints_alike(lenient, again));
    cJSON_Delete(again);
    cJSON_Delete(lenient);
    strbuf_free(&printed);
}

/* As an attribute, where a text can break nothing but itself. */
static void check_page(const char *text)
{
    cJSON *page = NULL;
    struct strbuf out;
    strbuf_init(&out, PAGE_MAX);
    strbuf_addstr(&out, "{\"workers\":[{\"sid\":\"1\"},{\"attributes\":");
    json_print_string(&out, text);
    strbuf_addstr(&out, "},{\"sid\":\"3\"}]}");
    MUST(json_lenient_read(out.buf, out.len, &page) == ERR_OK);
    const cJSON *workers = json_get_array(page, "workers");
    MUST(cJSON_GetArraySize(workers) == 3);
    MUST(strcmp(json_get_string(cJSON_GetArrayItem(workers, 2), "sid"), "3") == 0);
    cJSON_Delete(page);
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > SIZE_MAX_BYTES) return 0;
    char *text = fuzz_text(data, size);
    check_read(text, size);
    check_page(text);
    free(text);
    return 0;
}
