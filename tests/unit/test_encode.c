#include "unit.h"

#include "base/encode.h"

static void each_place_has_its_escaping(void **state)
{
    (void)state;
    static const struct {
        void (*encode)(struct strbuf *out, const char *text);
        const char *text;
        const char *encoded;
    } rows[] = {
        { encode_url_segment, "", "" },
        { encode_url_segment, "AZaz09-._~", "AZaz09-._~" },
        { encode_url_segment, "a/b c?d#e+f%g*", "a%2Fb%20c%3Fd%23e%2Bf%25g%2A" },
        { encode_url_segment, "\xC3\xA9\x01\xFF", "%C3%A9%01%FF" },
        { encode_form_value, "AZaz09*-._", "AZaz09*-._" },
        { encode_form_value, "a b+c&d=e~'()!", "a+b%2Bc%26d%3De%7E%27%28%29%21" },
        { encode_form_value, "client:zo\xC3\xAB", "client%3Azo%C3%AB" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        rows[i].encode(&out, rows[i].text);
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
        const char *padded;
        const char *url;
    } rows[] = {
        { "", "", "" },
        { "f", "Zg==", "Zg" },
        { "fo", "Zm8=", "Zm8" },
        { "foo", "Zm9v", "Zm9v" },
        { "foob", "Zm9vYg==", "Zm9vYg" },
        { "fooba", "Zm9vYmE=", "Zm9vYmE" },
        { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
        { "\xFB\xFF\xBF", "+/+/", "-_-_" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        unsigned char decoded[16];
        size_t len = 99;
        strbuf_init(&out, 1000);
        encode_base64(&out, rows[i].data, strlen(rows[i].data));
        assert_string_equal(out.buf, rows[i].padded);
        strbuf_reset(&out);
        encode_base64url(&out, rows[i].data, strlen(rows[i].data));
        assert_string_equal(out.buf, rows[i].url);
        assert_row(i, decode_base64url(out.buf, out.len, decoded, &len));
        assert_row(i, len == strlen(rows[i].data));
        assert_memory_equal(decoded, rows[i].data, len);
        strbuf_free(&out);
    }
}

static void base64url_has_one_spelling(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "Z",     /* six bits */
        "Zg==",  /* padding */
        "Zh",    /* bits that stand for nothing */
        "Zm9",   /* the same, one byte later */
        "Zm9vY", /* a whole group and six bits */
        "+/+/",  /* the other alphabet */
        "Zm 9v", "Zm9v\n", "Zm9\xC3",
    };
    for (size_t i = 0; i < COUNT(malformed); i++) {
        unsigned char out[16];
        size_t len = 99;
        assert_row(i, !decode_base64url(malformed[i], strlen(malformed[i]), out, &len));
        assert_row(i, len == 99);
    }
}

static void hex_and_log_text(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, 1000);
    encode_hex(&out, "\x00\x7F\xFF", 3);
    assert_string_equal(out.buf, "007fff");
    strbuf_reset(&out);
    encode_log_text(&out, "a \"b\"\\\n\x1B[31m\x7F\xC3\0z", 16);
    assert_string_equal(out.buf, "a \\x22b\\x22\\x5c\\x0a\\x1b[31m\\x7f\\xc3\\x00z");
    strbuf_free(&out);
}

static void form_values_decode_or_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *decoded; /* NULL: refused */
    } rows[] = {
        { "", 0, "" },
        { "abc", 3, "abc" },
        { "a+b", 3, "a b" },
        { "a%20b", 5, "a b" },
        { "%2B%2b%C3%A9", 12, "++\xC3\xA9" },
        { "%25%32%30", 9, "%20" }, /* decoded once */
        { "a=b", 3, "a=b" },
        { "%41bc", 3, "A" },
        { "%", 1, NULL },
        { "%4", 2, NULL },
        { "%41", 2, NULL }, /* the digit behind the end doesn't count */
        { "100%", 4, NULL },
        { "%zz", 3, NULL },
        { "%4g", 3, NULL },
        { "% 4", 3, NULL },
        { "%+4", 3, NULL },
        { "a%00b", 5, NULL },
        { "a\0b", 3, NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32] = "";
        size_t len = rows[i].len;
        memcpy(text, rows[i].text, rows[i].len);
        assert_row(i, decode_form_value(text, &len) == (rows[i].decoded != NULL));
        if (rows[i].decoded != NULL) {
            assert_string_equal(text, rows[i].decoded);
            assert_row(i, len == strlen(text));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_has_its_escaping),
        cmocka_unit_test(pairs_are_joined),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(base64url_has_one_spelling),
        cmocka_unit_test(hex_and_log_text),
        cmocka_unit_test(form_values_decode_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
