#include "unit.h"

#include <stdlib.h>

#include "base/strbuf.h"

static void an_empty_one_is_a_string(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb, 10);
    assert_string_equal(sb.buf, "");
    strbuf_add(&sb, NULL, 0);
    strbuf_addstr(&sb, "");
    strbuf_addf(&sb, "%s", "");
    strbuf_reset(&sb);
    assert_string_equal(sb.buf, "");
    assert_false(strbuf_failed(&sb));

    char *text = strbuf_detach(&sb);
    assert_string_equal(text, "");
    free(text);
    strbuf_free(&sb);
}

static void it_grows_and_stays_valid(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb, 100000);
    for (size_t i = 0; i < 10000; i++) {
        strbuf_addf(&sb, "%zu,", i % 10);
        assert_int_equal(sb.len, 2 * (i + 1));
        assert_int_equal(sb.buf[sb.len], '\0');
    }
    assert_memory_equal(sb.buf + 10, "5,6,7,8,9,0,", 12);
    strbuf_free(&sb);
    assert_string_equal(sb.buf, "");
}

static void the_ceiling_fails_and_is_remembered(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb, 5);
    strbuf_addstr(&sb, "12345");
    assert_false(strbuf_failed(&sb));
    strbuf_addch(&sb, '6');
    assert_true(strbuf_failed(&sb));
    strbuf_addstr(&sb, "");
    assert_string_equal(sb.buf, "12345");
    assert_null(strbuf_detach(&sb));

    assert_false(strbuf_failed(&sb));
    strbuf_addf(&sb, "%d", 123456);
    assert_true(strbuf_failed(&sb));
    assert_string_equal(sb.buf, "");
    strbuf_reset(&sb);
    assert_false(strbuf_failed(&sb));
    strbuf_addf(&sb, "%d", 12345);
    assert_string_equal(sb.buf, "12345");
    /* What was there stays, also where the new text had begun to be written behind it. */
    strbuf_reset(&sb);
    strbuf_addstr(&sb, "12");
    strbuf_addf(&sb, "%d", 3456);
    assert_true(strbuf_failed(&sb));
    assert_string_equal(sb.buf, "12");
    strbuf_addf(&sb, "%d", 3);
    assert_string_equal(sb.buf, "12");
    strbuf_free(&sb);
}

static void detached_text_belongs_to_the_caller(void **state)
{
    (void)state;
    struct strbuf sb;
    strbuf_init(&sb, 100);
    strbuf_addstr(&sb, "mine");
    char *text = strbuf_detach(&sb);
    strbuf_addstr(&sb, "next");
    assert_string_equal(text, "mine");
    assert_string_equal(sb.buf, "next");
    free(text);
    strbuf_free(&sb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_is_a_string),
        cmocka_unit_test(it_grows_and_stays_valid),
        cmocka_unit_test(the_ceiling_fails_and_is_remembered),
        cmocka_unit_test(detached_text_belongs_to_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
