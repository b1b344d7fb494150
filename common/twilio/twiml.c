#include "twilio/twiml.h"

#include <string.h>

#include "base/utf8.h"

static const char prologue[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/* What a character that can't stand for itself in XML is written as; NULL if it can. */
static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    default:
        return NULL;
    }
}

/* XML 1.0, production 2 (Char), without the white space that an attribute would lose. */
static bool is_xml_char(const char *text, size_t len)
{
    if (len == 1) return (unsigned char)*text >= 0x20;
    return len != 3 ||
           (memcmp(text, "\xEF\xBF\xBE", 3) != 0 && memcmp(text, "\xEF\xBF\xBF", 3) != 0);
}

/* How many bytes at the beginning of `text` stand for themselves. */
static size_t plain_len(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && escape_of(text[at]) == NULL) {
        /* Nearly all that we write is ASCII, which needs no look at what comes after it. */
        if (text[at] >= 0x20 && text[at] < 0x7f) {
            at++;
            continue;
        }
        size_t step = utf8_char_len(text + at, len - at);
        if (step == 0 || !is_xml_char(text + at, step)) break;
        at += step;
    }
    return at;
}

/* Fits both places, an element's text and a quoted attribute; what XML can't hold is dropped. */
static void add_escaped(struct strbuf *out, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        size_t plain = plain_len(text + at, len - at);
        strbuf_add(out, text + at, plain);
        at += plain;
        if (at == len) break;
        const char *escape = escape_of(text[at]);
        size_t step = utf8_char_len(text + at, len - at);
        if (escape != NULL) strbuf_addstr(out, escape);
        at += step > 0 ? step : 1;
    }
}

static void add_attribute(struct strbuf *out, const char *name, const char *value)
{
    strbuf_addch(out, ' ');
    strbuf_addstr(out, name);
    strbuf_addstr(out, "=\"");
    add_escaped(out, value);
    strbuf_addch(out, '"');
}

void twiml_dial_conference(struct strbuf *out, const struct twiml_conference *conference)
{
    strbuf_addstr(out, prologue);
    strbuf_addstr(out, "<Response><Dial><Conference");
    add_attribute(out, "statusCallback", conference->status_callback);
    add_attribute(out, "statusCallbackEvent", "join leave end");
    if (!conference->start_on_enter) add_attribute(out, "startConferenceOnEnter", "false");
    add_attribute(out, "endConferenceOnExit", conference->end_on_exit ? "true" : "false");
    add_attribute(out, "beep", "false");
    if (conference->label != NULL) add_attribute(out, "participantLabel", conference->label);
    add_attribute(out, "waitUrl", conference->wait_url);
    strbuf_addch(out, '>');
    add_escaped(out, conference->name);
    strbuf_addstr(out, "</Conference></Dial></Response>");
}

void twiml_play_then(struct strbuf *out, const char *sound_url, const char *next_url)
{
    strbuf_addstr(out, prologue);
    strbuf_addstr(out, "<Response><Play>");
    add_escaped(out, sound_url);
    strbuf_addstr(out, "</Play><Redirect method=\"POST\">");
    add_escaped(out, next_url);
    strbuf_addstr(out, "</Redirect></Response>");
}
