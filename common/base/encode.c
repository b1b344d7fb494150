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

static bool is_log_char(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void encode_log_text(struct strbuf *out, const char *text, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        size_t plain = at;
        while (plain < len && is_log_char((unsigned char)text[plain]))
            plain++;
        strbuf_add(out, text + at, plain - at);
        at = plain;
        if (at == len) break;
        unsigned char c = (unsigned char)text[at];
        const char escape[4] = { '\\', 'x', lower_hex[c >> 4], lower_hex[c & 15] };
        strbuf_add(out, escape, sizeof escape);
    }
}
