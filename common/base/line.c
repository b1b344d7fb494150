#include "base/line.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Of a well-formed character; the programs that only write TwiML load no Unicode library. */
static uint32_t code_point(const char *text, size_t len)
{
    static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t point = (unsigned char)text[0] & masks[len];
    for (size_t i = 1; i < len; i++)
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    return point;
}

/* C0, C1, what breaks a line, and what turns its direction (Unicode, Bidi_Control). */
static bool is_refused(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } refused[] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },
        { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (point >= refused[i].first && point <= refused[i].last) return true;
    return false;
}

bool line_is_valid(const char *text)
{
    size_t left = strlen(text);
    for (int points = 0; left > 0; points++) {
        size_t len = utf8_char_len(text, left);
        if (len == 0 || points == LINE_POINTS_MAX || is_refused(code_point(text, len)))
            return false;
        text += len;
        left -= len;
    }
    return true;
}
