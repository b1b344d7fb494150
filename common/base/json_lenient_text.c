#include "base/json_lenient_text.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
_Static_assert(sizeof replacement - 1 == JSON_LENIENT_TEXT_GROWTH, "what a broken byte becomes");

struct reader {
    const char *at;
    const char *end;
    struct strbuf *out;
};

/* Four hexadecimal digits at `at`; -1 if there are none. */
static int32_t hex4(const struct reader *reader, const char *at)
{
    if (reader->end - at < 4) return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = at[i] != '\0' ? strchr(digits, at[i]) : NULL;
        if (digit == NULL) return -1;
        value = value * 16 + (int32_t)((digit - digits) % 16);
    }
    return value;
}

static void add_utf8(struct strbuf *out, int32_t c)
{
    if (c < 0x80) {
        strbuf_addch(out, (char)c);
        return;
    }
    static const unsigned lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    strbuf_addch(out, (char)(lead[more] | ((unsigned)c >> (6 * more))));
    for (int shift = 6 * (more - 1); shift >= 0; shift -= 6)
        strbuf_addch(out, (char)(0x80 | (((unsigned)c >> shift) & 0x3f)));
}

static bool replace(struct reader *reader)
{
    strbuf_addstr(reader->out, replacement);
    return false;
}

/* After "\u". A pair of surrogates is one character, and half of one is none. */
static bool read_code_unit(struct reader *reader)
{
    int32_t unit = hex4(reader, reader->at);
    if (unit < 0) return replace(reader);
    reader->at += 4;
    if (unit >= 0xd800 && unit <= 0xdbff && reader->end - reader->at >= 6 &&
        memcmp(reader->at, "\\u", 2) == 0) {
        int32_t low = hex4(reader, reader->at + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            reader->at += 6;
            add_utf8(reader->out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            return true;
        }
    }
    if (unit == 0 || (unit >= 0xd800 && unit <= 0xdfff)) return replace(reader);
    add_utf8(reader->out, unit);
    return true;
}

/* After the backslash. */
static bool read_escape(struct reader *reader)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end) return replace(reader);
    char c = *reader->at;
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    if (name != NULL) {
        reader->at++;
        strbuf_addch(reader->out, meant[name - names]);
        return true;
    }
    if (c != 'u') return replace(reader); /* what follows is read as itself */
    reader->at++;
    return read_code_unit(reader);
}

/* One character, or a run of plain ones. */
static bool read_characters(struct reader *reader)
{
    const char *at = reader->at;
    while (at < reader->end && *at != '"' && *at != '\\' && *at > '\0') /* ASCII */
        at++;
    if (at > reader->at) {
        strbuf_add(reader->out, reader->at, (size_t)(at - reader->at));
        reader->at = at;
        return true;
    }
    if (*at == '\\') {
        reader->at++;
        return read_escape(reader);
    }
    size_t len = *at != '\0' ? utf8_char_len(at, (size_t)(reader->end - at)) : 0;
    reader->at += len > 0 ? len : 1;
    if (len == 0) return replace(reader);
    strbuf_add(reader->out, at, len);
    return true;
}

bool json_lenient_text(const char **at, const char *end, struct strbuf *out, bool *closed)
{
    struct reader reader = { .at = *at, .end = end, .out = out };
    bool sound = true;
    strbuf_reset(out);
    while (reader.at < end && *reader.at != '"')
        sound = read_characters(&reader) && sound;
    *closed = reader.at < end;
    *at = *closed ? reader.at + 1 : reader.at;
    return sound;
}
