/*
 * The addresses that Twilio is given.
 */
#include "unit.h"

#include <string.h>

#include "call/call_url.h"

#define PUBLIC    "https://calls.example.com/cgi-bin"
#define T1_SID    "WT00000000000000000000000000000001"
#define PASS      "sqwxyz.AAAAAAAAAAAAAAAAAAAAAA"
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
    struct config config = { .public_url = (char[]){ PUBLIC } };
    call_url(&out, &config, "status-callback");
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

static void read_query(const char *query, struct arena *arena, struct call_wait *wait)
{
    struct params params = { 0 };
    arena_init(arena, 4096);
    assert_int_equal(params_parse_form(arena, query, strlen(query), &params), ERR_OK);
    call_url_read_wait(&params, wait);
}

static void an_address_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct arena arena;
    struct call_wait wait;
    read_query("taskSid=" T1_SID "&room=r&pass=" PASS "&why=hold&round=7", &arena, &wait);
    assert_string_equal(wait.t1_sid, T1_SID);
    assert_string_equal(wait.room, "r");
    assert_string_equal(wait.pass, PASS);
    assert_string_equal(wait.why, "hold");
    assert_int_equal(wait.round, 7);
    arena_free(&arena);
}

static void whatever_else_stands_there_is_read_as_nothing(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",
        "taskSid=WT1&pass=<x>&why=holdx&round=7x",
        "taskSid=&pass=&why=&round=",
        "taskSid=CA00000000000000000000000000000001&round=-1&why=HOLD",
        "round=1001",
        "round=+ 1",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct arena arena;
        struct call_wait wait;
        read_query(odd[i], &arena, &wait);
        assert_null(wait.t1_sid);
        assert_null(wait.pass);
        assert_null(wait.why);
        assert_int_equal(wait.round, 0);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fragment_comes_last),
        cmocka_unit_test(an_address_is_read_as_it_was_written),
        cmocka_unit_test(whatever_else_stands_there_is_read_as_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
