#include "base/utf8.h"

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t utf8_char_len(const char *text, size_t len)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (len == 0) return 0;
    if (byte[0] < 0x80) return 1;

    /* The first byte gives the length and bounds the second one: RFC 3629, section 4. */
    size_t need;
    unsigned char low = 0x80, high = 0xBF;
    if (byte[0] >= 0xC2 && byte[0] <= 0xDF) {
        need = 2;
    } else if (byte[0] >= 0xE0 && byte[0] <= 0xEF) {
        need = 3;
        if (byte[0] == 0xE0) low = 0xA0;
        if (byte[0] == 0xED) high = 0x9F;
    } else if (byte[0] >= 0xF0 && byte[0] <= 0xF4) {
        need = 4;
        if (byte[0] == 0xF0) low = 0x90;
        if (byte[0] == 0xF4) high = 0x8F;
    } else {
        return 0;
    }

    if (len < need || byte[1] < low || byte[1] > high) return 0;
    for (size_t i = 2; i < need; i++)
        if (!is_continuation(byte[i])) return 0;
    return need;
}

bool utf8_valid(const char *text, size_t len)
{
    return utf8_cut(text, len, len) == len;
}

size_t utf8_cut(const char *text, size_t len, size_t max)
{
    size_t at = 0;
    while (at < len) {
        size_t step = utf8_char_len(text + at, len - at);
        if (step == 0 || step > max - at) break;
        at += step;
    }
    return at;
}
