#include "base/encode.h"

#include <string.h>

#include "base/utf8.h"

static const char upper_hex[] = "0123456789ABCDEF";

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

void encode_base64url(struct strbuf *out, const void *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        unsigned long group = (unsigned long)bytes[i] << 16;
        if (have > 1) group |= (unsigned long)bytes[i + 1] << 8;
        if (have > 2) group |= bytes[i + 2];
        for (size_t k = 0; k <= have; k++)
            strbuf_addch(out, digits[(group >> (18 - 6 * k)) & 63]);
    }
}

/* Beyond U+FFFF JSON has two escapes, a surrogate pair (RFC 8259, section 7). */
static void add_code_point(struct strbuf *out, unsigned long point)
{
    if (point <= 0xFFFF) {
        strbuf_addf(out, "\\u%04lx", point);
    } else {
        point -= 0x10000;
        strbuf_addf(out, "\\u%04lx\\u%04lx", 0xD800 + (point >> 10), 0xDC00 + (point & 0x3FF));
    }
}

size_t encode_log_char(struct strbuf *out, const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t char_len = utf8_char_len(text, len);
    if (char_len == 0) {
        add_code_point(out, 0xFFFD);
        return 1;
    }
    if (char_len == 1) {
        if (*text == '"' || *text == '\\') strbuf_addch(out, '\\');
        if (*bytes >= 0x20 && *bytes < 0x7F)
            strbuf_addch(out, *text);
        else
            add_code_point(out, *bytes);
        return 1;
    }
    /* The first byte tells by its leading ones how many there are, the others hold six bits. */
    unsigned long point = *bytes & (0x7FU >> char_len);
    for (size_t i = 1; i < char_len; i++)
        point = point << 6 | (bytes[i] & 0x3FU);
    add_code_point(out, point);
    return char_len;
}
