#include "base/encode.h"

#include <string.h>

static const char upper_hex[] = "0123456789ABCDEF";
static const char lower_hex[] = "0123456789abcdef";

/* Our own, because isalnum() and its like depend on the locale and on the sign of char. */
static bool is_alnum(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_one_of(unsigned char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static void add_percent(struct strbuf *out, unsigned char c)
{
    const char escape[3] = { '%', upper_hex[c >> 4], upper_hex[c & 15] };
    strbuf_add(out, escape, sizeof escape);
}

void encode_url_segment(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_alnum(c) || is_one_of(c, "-._~"))
            strbuf_addch(out, *text);
        else
            add_percent(out, c);
    }
}

void encode_form_value(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_alnum(c) || is_one_of(c, "*-._"))
            strbuf_addch(out, *text);
        else if (c == ' ')
            strbuf_addch(out, '+');
        else
            add_percent(out, c);
    }
}

void encode_form_pair(struct strbuf *out, const char *name, const char *value)
{
    if (out->len > 0) strbuf_addch(out, '&');
    encode_form_value(out, name);
    strbuf_addch(out, '=');
    encode_form_value(out, value);
}

static void add_base64(struct strbuf *out, const void *data, size_t len, const char *last_two,
                       bool pad)
{
    static const char common[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        unsigned long group = (unsigned long)bytes[i] << 16;
        if (have > 1) group |= (unsigned long)bytes[i + 1] << 8;
        if (have > 2) group |= bytes[i + 2];

        char text[4];
        for (size_t k = 0; k < 4; k++) {
            unsigned digit = (group >> (18 - 6 * k)) & 63;
            text[k] = digit < 62 ? common[digit] : last_two[digit - 62];
            if (k > have) text[k] = '=';
        }
        strbuf_add(out, text, pad ? 4 : have + 1);
    }
}

void encode_base64(struct strbuf *out, const void *data, size_t len)
{
    add_base64(out, data, len, "+/", true);
}

void encode_base64url(struct strbuf *out, const void *data, size_t len)
{
    add_base64(out, data, len, "-_", false);
}

void encode_hex(struct strbuf *out, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i++) {
        strbuf_addch(out, lower_hex[bytes[i] >> 4]);
        strbuf_addch(out, lower_hex[bytes[i] & 15]);
    }
}

void encode_log_text(struct strbuf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
            strbuf_addch(out, text[i]);
        } else {
            const char escape[4] = { '\\', 'x', lower_hex[c >> 4], lower_hex[c & 15] };
            strbuf_add(out, escape, sizeof escape);
        }
    }
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool decode_form_value(char *text, size_t *len)
{
    size_t to = 0;
    for (size_t from = 0; from < *len; from++) {
        char c = text[from];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (*len - from < 3) return false;
            int high = hex_value(text[from + 1]);
            int low = hex_value(text[from + 2]);
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            from += 2;
        }
        if (c == '\0') return false;
        text[to++] = c;
    }
    text[to] = '\0';
    *len = to;
    return true;
}

/* The value of a base64url digit, or -1. */
static int base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    if (c == '_') return 63;
    return -1;
}

bool decode_base64url(const char *text, size_t text_len, unsigned char *out, size_t *out_len)
{
    if (text_len % 4 == 1) return false;
    unsigned long bits = 0;
    unsigned bit_count = 0;
    size_t len = 0;
    for (size_t i = 0; i < text_len; i++) {
        int value = base64url_value(text[i]);
        if (value < 0) return false;
        bits = (bits << 6 | (unsigned long)value) & 0xFFFFFF;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            out[len++] = (unsigned char)(bits >> bit_count);
        }
    }
    /* Bits that stand for nothing must be zero, or one value would have several spellings. */
    if ((bits & ((1UL << bit_count) - 1)) != 0) return false;
    *out_len = len;
    return true;
}
