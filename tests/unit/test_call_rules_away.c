/*
 * Who drops out of a call, who may come back, and when it is over: row by row.
 */
#include "unit.h"

#include "base/json.h"
#include "call/call_rules_away.h"

#define LEG "CA00000000000000000000000000000009"

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct call_facts facts;
    cJSON *attributes = cJSON_CreateObject();
    cJSON *patches[] = {
        call_rules_away_patch(ROLE_CALLER, 1700000000),
        call_rules_away_patch(ROLE_CALLEE, 1700000007),
        call_rules_away_patch_leg(ROLE_CALLEE, LEG),
        call_rules_away_patch_back(ROLE_CALLER),
    };
    call_rules_read(attributes, &facts);
    assert_false(call_rules_is_away(&facts, ROLE_CALLER));
    assert_string_equal(facts.party[ROLE_CALLER].rejoined_leg, "");
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        assert_non_null(patches[i]);
        assert_int_equal(json_merge(attributes, patches[i]), ERR_OK);
        cJSON_Delete(patches[i]);
    }
    call_rules_read(attributes, &facts);
    assert_false(call_rules_is_away(&facts, ROLE_CALLER));
    assert_true(call_rules_is_away(&facts, ROLE_CALLEE));
    assert_int_equal(facts.party[ROLE_CALLEE].away_since_s, 1700000007);
    assert_string_equal(facts.party[ROLE_CALLEE].rejoined_leg, LEG);
    assert_string_equal(facts.party[ROLE_CALLER].rejoined_leg, "");
    cJSON_Delete(attributes);
}

static void rubbish_counts_as_absent(void **state)
{
    (void)state;
    static const char text[] =
        "{\"away\":{\"caller\":\"now\",\"callee\":[]},\"rejoined\":{\"caller\":\"CA1\"}}";
    struct call_facts facts;
    cJSON *attributes = NULL;
    assert_int_equal(json_parse_object(text, strlen(text), &attributes), ERR_OK);
    call_rules_read(attributes, &facts);
    assert_false(call_rules_is_away(&facts, ROLE_CALLER));
    assert_false(call_rules_is_away(&facts, ROLE_CALLEE));
    assert_string_equal(facts.party[ROLE_CALLER].rejoined_leg, "");
    cJSON_Delete(attributes);
}

static void who_leaves_may_come_back_for_a_while(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct presence_view view;
        enum presence_decision expected;
    } rows[] = {
        /* connected, present, other present, away for, grace */
        { "both there", { true, true, true, 0, 20 }, PRESENCE_FINE },
        { "a second leg of his is there", { true, true, true, 19, 20 }, PRESENCE_FINE },
        { "there, not connected yet", { false, true, false, 0, 20 }, PRESENCE_FINE },
        { "has just gone", { true, false, true, 0, 20 }, PRESENCE_WAIT },
        { "gone for 19 s", { true, false, true, 19, 20 }, PRESENCE_WAIT },
        { "gone for 20 s", { true, false, true, 20, 20 }, PRESENCE_CLOSE },
        { "gone, no grace", { true, false, true, 0, 0 }, PRESENCE_CLOSE },
        { "gone before connected", { false, false, true, 0, 20 }, PRESENCE_CLOSE },
        { "nobody is left", { true, false, false, 0, 20 }, PRESENCE_CLOSE },
        { "nobody was ever there", { false, false, false, 0, 20 }, PRESENCE_CLOSE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum presence_decision got = call_rules_away_presence(&rows[i].view);
        if (got != rows[i].expected) fail_msg("%s: %d", rows[i].what, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(rubbish_counts_as_absent),
        cmocka_unit_test(who_leaves_may_come_back_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
