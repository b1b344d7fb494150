#include "unit.h"

#include "base/decode.h"
#include "base/encode.h"

static void form_values_are_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *encoded;
    } rows[] = {
        { "AZaz09*-._", "AZaz09*-._" },
        { "a b+c&d=e~'()!", "a+b%2Bc%26d%3De%7E%27%28%29%21" },
        { "client:zo\xC3\xAB", "client%3Azo%C3%AB" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        encode_form_value(&out, rows[i].text);
        assert_string_equal(out.buf, rows[i].encoded);
        strbuf_free(&out);
    }
}

static void pairs_are_joined(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, 1000);
    encode_form_pair(&out, "To", "+1 5");
    encode_form_pair(&out, "a&b", "");
    assert_string_equal(out.buf, "To=%2B1+5&a%26b=");
    strbuf_free(&out);
}

/* RFC 4648, section 10, and a text that needs the last two digits. */
static void base64_is_that_of_rfc_4648(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        const char *url;
    } rows[] = {
        { "", "" },
        { "f", "Zg" },
        { "fo", "Zm8" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg" },
        { "fooba", "Zm9vYmE" },
        { "foobar", "Zm9vYmFy" },
        { "\xFB\xFF\xBF", "-_-_" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        unsigned char decoded[16];
        size_t len = 99;
        strbuf_init(&out, 1000);
        encode_base64url(&out, rows[i].data, strlen(rows[i].data));
        assert_string_equal(out.buf, rows[i].url);
        assert_row(i, decode_base64url(out.buf, out.len, decoded, &len));
        assert_row(i, len == strlen(rows[i].data));
        assert_memory_equal(decoded, rows[i].data, len);
        strbuf_free(&out);
    }
}

static void log_text_is_printable_json(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *encoded;
    } rows[] = {
        { "a \"b\"\\\n", "a \\\"b\\\"\\\\\\u000a" },
        { "\x1B[31m\x7F", "\\u001b[31m\\u007f" },
        { "\xC5\x81ukasz", "\\u0141ukasz" },
        { "\xE2\x80\xAE\xEF\xBB\xBF", "\\u202e\\ufeff" }, /* right to left, no width */
        { "\xF0\x9F\x98\x80", "\\ud83d\\ude00" },
        { "\xC3(\xED\xA0\x80", "\\ufffd(\\ufffd\\ufffd\\ufffd" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        const char *text = rows[i].text;
        size_t len = strlen(text);
        for (size_t done = 0; done < len;)
            done += encode_log_char(&out, text + done, len - done);
        assert_string_equal(out.buf, rows[i].encoded);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_values_are_escaped),
        cmocka_unit_test(pairs_are_joined),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(log_text_is_printable_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
