/*
 * What T1 says of whoever drops out of a call.
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(rubbish_counts_as_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
