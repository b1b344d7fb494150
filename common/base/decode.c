#include "base/decode.h"

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
    /* Most values stand for themselves, and nothing of them needs to move. */
    size_t to = 0;
    while (to < *len && text[to] != '+' && text[to] != '%' && text[to] != '\0')
        to++;
    for (size_t from = to; from < *len; from++) {
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
