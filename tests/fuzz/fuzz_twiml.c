/*
 * TwiML made from any texts is well-formed, has the elements that we wrote and no others, and says
 * the text: read back, it is what went in, without the characters that XML can't hold.
 */
#include "fuzz.h"

#include "base/strbuf.h"
#include "base/utf8.h"
#include "twilio/twiml.h"

static const char *expect(const char *at, const char *text)
{
    MUST(strncmp(at, text, strlen(text)) == 0);
    return at + strlen(text);
}

/* Steps over one character as a reader of XML does, and says what it means. */
static const char *read_char(const char *at, const char *end, char *meaning, size_t *len)
{
    static const struct {
        const char *entity;
        char means;
    } entities[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
    };
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (strncmp(at, entities[i].entity, strlen(entities[i].entity)) != 0) continue;
        *meaning = entities[i].means;
        *len = 1;
        return at + strlen(entities[i].entity);
    }
    size_t step = utf8_char_len(at, (size_t)(end - at));
    MUST(step > 0 && (unsigned char)*at >= 0x20 && strchr("&<>\"'", *at) == NULL);
    memcpy(meaning, at, step);
    *len = step;
    return at + step;
}

/* The escaped text that stands at `at` and ends before `after`. */
static const char *expect_text(const char *at, const char *after, const char *text)
{
    const char *end = strpbrk(at, "<\"");
    size_t text_len = strlen(text);
    const char *text_end = text + text_len;
    MUST(end != NULL);
    while (at < end) {
        char meaning[4];
        size_t len;
        at = read_char(at, end, meaning, &len);
        /* Only what XML can't hold may be missing, and the next character must come in order. */
        while ((size_t)(text_end - text) >= len && memcmp(text, meaning, len) != 0) {
            size_t lost = utf8_char_len(text, (size_t)(text_end - text));
            MUST(lost != 1 || (unsigned char)*text < 0x20);
            MUST(lost != 2 && lost != 4);
            text += lost > 0 ? lost : 1;
        }
        MUST((size_t)(text_end - text) >= len);
        text += len;
    }
    return expect(end, after);
}

static void check_play(const char *sound, const char *next)
{
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    twiml_play_then(&out, sound, next);
    const char *at = strchr(out.buf, '\n') + 1;
    at = expect_text(expect(at, "<Response><Play>"), "</Play>", sound);
    at = expect_text(expect(at, "<Redirect method=\"POST\">"), "</Redirect></Response>", next);
    MUST(*at == '\0');
    strbuf_free(&out);
}

static void check_conference(const struct twiml_conference *conference)
{
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    twiml_dial_conference(&out, conference);
    const char *at = strchr(out.buf, '\n') + 1;
    at = expect(at, "<Response><Dial><Conference statusCallback=\"");
    at = expect_text(at, "\" statusCallbackEvent=\"join leave end\"", conference->status_callback);
    if (!conference->start_on_enter) at = expect(at, " startConferenceOnEnter=\"false\"");
    at = expect(at, " endConferenceOnExit=\"true\" beep=\"false\" waitUrl=\"");
    at = expect_text(at, "\">", conference->wait_url);
    at = expect_text(at, "</Conference></Dial></Response>", conference->name);
    MUST(*at == '\0');
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) return 0;
    char *first = fuzz_line(&data, &size);
    char *second = fuzz_line(&data, &size);
    char *third = fuzz_text(data, size);
    const struct twiml_conference conference = {
        .name = first,
        .status_callback = second,
        .wait_url = third,
        .start_on_enter = size % 2 == 0,
        .end_on_exit = true,
    };
    check_play(first, third);
    check_conference(&conference);
    free(first);
    free(second);
    free(third);
    return 0;
}
