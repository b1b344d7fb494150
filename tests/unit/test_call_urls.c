/*
 * The addresses that Twilio is given, and the documents that carry them.
 */
#include "unit.h"

#include "call/call_urls.h"

#define PUBLIC    "https://calls.example.com/cgi-bin"
#define T1_SID    "WT00000000000000000000000000000001"
#define OVERRIDES "#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000"

static void expect(struct strbuf *got, const char *expected)
{
    assert_false(strbuf_failed(got));
    assert_string_equal(got->buf, expected);
    strbuf_reset(got);
}

static void the_fragment_comes_last(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_URL);
    call_url(&out, PUBLIC, "status-callback", NULL);
    expect(&out, PUBLIC "/status-callback" OVERRIDES);
    call_url(&out, PUBLIC, "status-callback", "taskSid=" T1_SID);
    expect(&out, PUBLIC "/status-callback?taskSid=" T1_SID OVERRIDES);
    call_url_ringback(&out, PUBLIC, T1_SID, 0);
    expect(&out, PUBLIC "/ringback?taskSid=" T1_SID OVERRIDES);
    call_url_ringback(&out, PUBLIC, T1_SID, 7);
    expect(&out, PUBLIC "/ringback?taskSid=" T1_SID "&round=7" OVERRIDES);
    call_url_waiting(&out, PUBLIC, T1_SID, "reconnect", 2);
    expect(&out, PUBLIC "/ringback?taskSid=" T1_SID "&why=reconnect&round=2" OVERRIDES);
    call_url_tone(&out, PUBLIC);
    expect(&out, PUBLIC "/ringback?tone=1");
    strbuf_free(&out);
}

static void the_documents_carry_them_escaped(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    call_twiml_join(&out, PUBLIC, T1_SID, true, true);
    assert_non_null(
        strstr(out.buf, "statusCallback=\"" PUBLIC "/status-callback#rc=4&amp;rp=ct,rt,5xx&amp;"));
    assert_non_null(strstr(out.buf, "statusCallbackEvent=\"join leave end\""));
    assert_non_null(strstr(out.buf, "endConferenceOnExit=\"true\""));
    assert_non_null(strstr(out.buf, "waitUrl=\"" PUBLIC "/ringback?taskSid=" T1_SID "#"));
    assert_non_null(strstr(out.buf, ">" T1_SID "</Conference>"));
    assert_null(strstr(out.buf, "startConferenceOnEnter"));
    strbuf_reset(&out);
    call_twiml_join(&out, PUBLIC, T1_SID, false, false);
    assert_non_null(strstr(out.buf, "startConferenceOnEnter=\"false\""));
    assert_non_null(strstr(out.buf, "endConferenceOnExit=\"false\""));
    strbuf_reset(&out);
    call_twiml_ringback(&out, PUBLIC, T1_SID, 3);
    assert_non_null(strstr(out.buf, "<Play>" PUBLIC "/ringback?tone=1</Play>"));
    assert_non_null(strstr(out.buf, "taskSid=" T1_SID "&amp;round=4#"));
    strbuf_reset(&out);
    call_twiml_waiting(&out, PUBLIC, T1_SID, "hold", 0);
    assert_non_null(strstr(out.buf, "<Play>" PUBLIC "/ringback?tone=2</Play>"));
    assert_non_null(strstr(out.buf, "&amp;why=hold&amp;round=1#"));
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fragment_comes_last),
        cmocka_unit_test(the_documents_carry_them_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
