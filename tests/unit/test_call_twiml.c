/*
 * The documents that carry the addresses of our programs to Twilio.
 */
#include "unit.h"

#include "call/call_twiml.h"

#define PUBLIC "https://calls.example.com/cgi-bin"
#define T1_SID "WT00000000000000000000000000000001"
#define ROOM   T1_SID "-tzwrZjLhNc4imMaHncXscw"
#define PASS   "s44wmk.c9F2aOGbaNqbrbGIqZx0HA"

static const struct call_join caller = {
    .t1_sid = T1_SID,
    .room = ROOM,
    .label = T1_SID ".label",
    .pass = PASS,
    .start_on_enter = true,
    .end_on_exit = true,
};
static const struct call_join callee = { .t1_sid = T1_SID, .room = ROOM };
static const struct call_wait ringing = { .t1_sid = T1_SID, .room = ROOM, .round = 3 };
static const struct call_wait held = { .t1_sid = T1_SID, .room = ROOM, .why = "hold" };

static void the_documents_carry_them_escaped(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    assert_int_equal(call_twiml_join(&out, PUBLIC, &caller), ERR_OK);
    assert_non_null(strstr(out.buf, "statusCallback=\"" PUBLIC "/status-callback?pass=" PASS
                                    "#rc=4&amp;rp=ct,rt,5xx&amp;"));
    assert_non_null(strstr(out.buf, "statusCallbackEvent=\"join leave end\""));
    assert_non_null(strstr(out.buf, "endConferenceOnExit=\"true\""));
    assert_non_null(strstr(out.buf, "waitUrl=\"" PUBLIC "/ringback?taskSid=" T1_SID
                                    "&amp;room=" ROOM "&amp;pass=" PASS "#"));
    assert_non_null(strstr(out.buf, ">" ROOM "</Conference>"));
    assert_non_null(strstr(out.buf, "participantLabel=\"" T1_SID ".label\""));
    assert_null(strstr(out.buf, "startConferenceOnEnter"));
    strbuf_reset(&out);
    assert_int_equal(call_twiml_join(&out, PUBLIC, &callee), ERR_OK);
    assert_non_null(strstr(out.buf, "startConferenceOnEnter=\"false\""));
    assert_non_null(strstr(out.buf, "endConferenceOnExit=\"false\""));
    assert_null(strstr(out.buf, "participantLabel"));
    assert_null(strstr(out.buf, "pass="));
    strbuf_reset(&out);
    assert_int_equal(call_twiml_wait(&out, PUBLIC, &ringing), ERR_OK);
    assert_non_null(strstr(out.buf, "<Play>" PUBLIC "/ringback?tone=1</Play>"));
    assert_non_null(strstr(out.buf, "&amp;room=" ROOM "&amp;round=4#"));
    strbuf_reset(&out);
    assert_int_equal(call_twiml_wait(&out, PUBLIC, &held), ERR_OK);
    assert_non_null(strstr(out.buf, "<Play>" PUBLIC "/ringback?tone=2</Play>"));
    assert_non_null(strstr(out.buf, "&amp;why=hold&amp;round=1#"));
    strbuf_free(&out);
}

/* An address that is longer than any may be would otherwise be told to Twilio in part. */
static void a_document_is_whole_or_an_error(void **state)
{
    (void)state;
    struct strbuf out;
    char public_url[STRBUF_MAX_URL];
    memset(public_url, 'a', sizeof public_url);
    public_url[sizeof public_url - 1] = '\0';
    strbuf_init(&out, STRBUF_MAX_REPLY);
    assert_int_equal(call_twiml_join(&out, public_url, &caller), ERR_MEMORY);
    assert_int_equal(call_twiml_wait(&out, public_url, &ringing), ERR_MEMORY);
    assert_int_equal(call_twiml_wait(&out, public_url, &held), ERR_MEMORY);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_carry_them_escaped),
        cmocka_unit_test(a_document_is_whole_or_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
