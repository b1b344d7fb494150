#include "unit.h"

#include "twilio/twiml.h"

#define PROLOGUE "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void the_caller_starts_and_ends_the_conference(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    twiml_dial_conference(&out, &(struct twiml_conference){
                                    .name = "WT1",
                                    .status_callback = "https://h/status-callback?a=1#rc=4&rt=5",
                                    .wait_url = "https://h/ringback?taskSid=WT1&round=0",
                                    .start_on_enter = true,
                                    .end_on_exit = true,
                                });
    assert_string_equal(out.buf, PROLOGUE
                        "<Response><Dial><Conference"
                        " statusCallback=\"https://h/status-callback?a=1#rc=4&amp;rt=5\""
                        " statusCallbackEvent=\"join leave end\" endConferenceOnExit=\"true\""
                        " beep=\"false\" waitUrl=\"https://h/ringback?taskSid=WT1&amp;round=0\">WT1"
                        "</Conference></Dial></Response>");
    strbuf_free(&out);
}

static void the_callee_starts_nothing(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    twiml_dial_conference(&out, &(struct twiml_conference){
                                    .name = "WT1",
                                    .status_callback = "s",
                                    .wait_url = "w",
                                    .end_on_exit = true,
                                });
    assert_non_null(strstr(out.buf, " startConferenceOnEnter=\"false\""));
    strbuf_free(&out);
}

static void a_sound_and_what_comes_next(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    twiml_play_then(&out, "https://h/ringback?tone=1", "https://h/ringback?taskSid=WT1&round=1");
    assert_string_equal(out.buf, PROLOGUE "<Response><Play>https://h/ringback?tone=1</Play>"
                                          "<Redirect method=\"POST\">"
                                          "https://h/ringback?taskSid=WT1&amp;round=1"
                                          "</Redirect></Response>");
    strbuf_free(&out);
}

static void nothing_breaks_out_of_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *escaped;
    } rows[] = {
        { "<>&\"'", "&lt;&gt;&amp;&quot;&apos;" },
        { "</Play><Hangup/>", "&lt;/Play&gt;&lt;Hangup/&gt;" },
        { "&amp;", "&amp;amp;" },
        { "a\x01\n\t\x1F\x7F", "a\x7F" },
        { "zo\xC3\xAB", "zo\xC3\xAB" },
        { "a\xC3", "a" },
        { "\xC3<", "&lt;" }, /* a cut character hides nothing */
        { "\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD", "\xEF\xBF\xBD" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        char expected[200];
        strbuf_init(&out, STRBUF_MAX_REPLY);
        twiml_play_then(&out, rows[i].text, "n");
        snprintf(expected, sizeof expected,
                 PROLOGUE "<Response><Play>%s</Play><Redirect method=\"POST\">n</Redirect>"
                          "</Response>",
                 rows[i].escaped);
        assert_string_equal(out.buf, expected);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caller_starts_and_ends_the_conference),
        cmocka_unit_test(the_callee_starts_nothing),
        cmocka_unit_test(a_sound_and_what_comes_next),
        cmocka_unit_test(nothing_breaks_out_of_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
