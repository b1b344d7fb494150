/* Names and other texts on their way into a search, a URL, a form, JSON, a log line; and dates. */
#include "fuzz.h"

#include "base/date.h"
#include "base/decode.h"
#include "base/encode.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/utf8.h"

static void check_fold(const char *text)
{
    struct strbuf once;
    struct strbuf twice;
    strbuf_init(&once, STRBUF_MAX_REPLY);
    strbuf_init(&twice, STRBUF_MAX_REPLY);
    if (fold_text(&once, text) == ERR_OK) {
        MUST(utf8_valid(once.buf, once.len) && strpbrk(once.buf, "\r\n") == NULL);
        MUST(once.len == 0 || (once.buf[0] != ' ' && once.buf[once.len - 1] != ' '));
        /* A name that was folded is found by its folded form. */
        MUST(fold_text(&twice, once.buf) == ERR_OK && strcmp(once.buf, twice.buf) == 0);
    }
    strbuf_free(&once);
    strbuf_free(&twice);
}

static void check_form(const char *text)
{
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    encode_form_value(&out, text);
    MUST(strpbrk(out.buf, "&=#? \"<>\r\n") == NULL);
    size_t len = out.len;
    if (len > 0) MUST(decode_form_value(out.buf, &len) && strcmp(out.buf, text) == 0);
    strbuf_free(&out);
}

static void check_json(const char *text)
{
    cJSON *object = NULL;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    strbuf_addstr(&out, "{\"text\":");
    json_print_string(&out, text);
    strbuf_addch(&out, '}');
    MUST(json_parse_object(out.buf, out.len, &object) == ERR_OK);
    if (utf8_valid(text, strlen(text))) MUST(strcmp(json_get_string(object, "text"), text) == 0);
    cJSON_Delete(object);
    strbuf_free(&out);
}

static void check_log(const char *text)
{
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    strbuf_addstr(&out, "{\"text\":\"");
    for (size_t done = 0, len = strlen(text); done < len;)
        done += encode_log_char(&out, text + done, len - done);
    strbuf_addstr(&out, "\"}");
    for (size_t i = 0; i < out.len; i++)
        MUST(out.buf[i] >= ' ' && out.buf[i] <= '~');
    cJSON *object = NULL;
    MUST(json_parse_object(out.buf, out.len, &object) == ERR_OK);
    if (utf8_valid(text, strlen(text))) MUST(strcmp(json_get_string(object, "text"), text) == 0);
    cJSON_Delete(object);
    strbuf_free(&out);
}

static void check_base64(const char *text)
{
    size_t len = strlen(text);
    unsigned char *bytes = malloc(len + 1);
    size_t bytes_len;
    MUST(bytes != NULL);
    if (decode_base64url(text, len, bytes, &bytes_len)) {
        struct strbuf out;
        strbuf_init(&out, STRBUF_MAX_REPLY);
        encode_base64url(&out, bytes, bytes_len);
        MUST(strcmp(out.buf, text) == 0);
        strbuf_free(&out);
    }
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t epoch_s;
    if (size > 8192) return 0;
    char *text = fuzz_text(data, size);
    check_fold(text);
    check_form(text);
    check_json(text);
    check_log(text);
    check_base64(text);
    (void)date_parse_iso8601(text, &epoch_s);
    (void)date_parse_rfc2822(text, &epoch_s);
    free(text);
    return 0;
}
