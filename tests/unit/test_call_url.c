/*
 * The addresses that Twilio is given.
 */
#include "unit.h"

#include "call/call_url.h"

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
    call_url(&out, PUBLIC, "status-callback");
    expect(&out, PUBLIC "/status-callback" OVERRIDES);
    call_url_status_callback(&out, PUBLIC, NULL);
    expect(&out, PUBLIC "/status-callback" OVERRIDES);
    call_url_status_callback(&out, PUBLIC, "s1.x");
    expect(&out, PUBLIC "/status-callback?pass=s1.x" OVERRIDES);
    struct call_wait wait = { .t1_sid = T1_SID };
    call_url_wait(&out, PUBLIC, &wait);
    expect(&out, PUBLIC "/ringback?taskSid=" T1_SID OVERRIDES);
    wait.room = T1_SID "-r";
    wait.round = 7;
    call_url_wait(&out, PUBLIC, &wait);
    expect(&out, PUBLIC "/ringback?taskSid=" T1_SID "&room=" T1_SID "-r&round=7" OVERRIDES);
    wait.pass = "s1.x";
    wait.why = "reconnect";
    call_url_wait(&out, PUBLIC, &wait);
    expect(&out, PUBLIC "/ringback?taskSid=" T1_SID "&room=" T1_SID
                        "-r&pass=s1.x&why=reconnect&round=7" OVERRIDES);
    call_url_tone(&out, PUBLIC);
    expect(&out, PUBLIC "/ringback?tone=1");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fragment_comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
