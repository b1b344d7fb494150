/*
 * The rules of a call, row by row.
 */

#include "unit.h"

#include "base/json.h"
#include "call/call_rules.h"

#define T1_SID    "WT00000000000000000000000000000001"
#define K_SID     "WT00000000000000000000000000000002"
#define CA_CALLER "CA00000000000000000000000000000004"
#define CA_CALLEE "CA00000000000000000000000000000005"

static const struct token_statement who = {
    .party = {
        [ROLE_CALLER] = { .worker_sid = "WK0000000000000000000000000000000a",
                          .contact_uri = "client:alice",
                          .name = "Alice Archer" },
        [ROLE_CALLEE] = { .worker_sid = "WK0000000000000000000000000000000b",
                          .contact_uri = "client:bob",
                          .name = "Bob Baker" },
    },
};

static void outcomes_have_the_contract_s_names(void **state)
{
    (void)state;
    static const char *const names[] = { "hangup", "cancel", "declined", "no-answer",
                                         "busy",   "glare",  "failed" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        enum call_outcome outcome = call_rules_outcome_parse(names[i]);
        assert_int_not_equal(outcome, OUTCOME_NONE);
        assert_string_equal(call_rules_outcome_name(outcome), names[i]);
    }
    assert_null(call_rules_outcome_name(OUTCOME_NONE));
    assert_int_equal(call_rules_outcome_parse("none"), OUTCOME_NONE);
    assert_int_equal(call_rules_outcome_parse("Hangup"), OUTCOME_NONE);
    assert_int_equal(call_rules_outcome_parse(""), OUTCOME_NONE);
    assert_int_equal(call_rules_outcome_parse(NULL), OUTCOME_NONE);
}

static void roles_and_legs_come_from_the_statement(void **state)
{
    (void)state;
    assert_int_equal(call_rules_role(&who, who.party[ROLE_CALLER].worker_sid), ROLE_CALLER);
    assert_int_equal(call_rules_role(&who, who.party[ROLE_CALLEE].worker_sid), ROLE_CALLEE);
    assert_int_equal(call_rules_role(&who, "WK0000000000000000000000000000000c"), ROLE_NONE);
    assert_int_equal(call_rules_role(&who, ""), ROLE_NONE);
    assert_int_equal(call_rules_leg(&who, "client:alice"), ROLE_CALLER);
    assert_int_equal(call_rules_leg(&who, "client:bob"), ROLE_CALLEE);
    assert_int_equal(call_rules_leg(&who, "client:bobby"), ROLE_NONE);
    assert_int_equal(call_rules_leg(&who, "client:bo"), ROLE_NONE);
    assert_int_equal(call_rules_leg(&who, "client:bob?a=client:alice"), ROLE_CALLEE);
    assert_int_equal(call_rules_leg(&who, ""), ROLE_NONE);
    assert_int_equal(call_rules_leg(&who, "client:Alice"), ROLE_NONE);
    assert_int_equal(call_rules_leg(&who, "alice"), ROLE_NONE);
}

static void attributes_are_the_contract_s(void **state)
{
    (void)state;
    cJSON *t1 = call_rules_caller_attributes(&who, "s.t.1", "c0ffee");
    assert_non_null(t1);
    assert_string_equal(json_get_string(t1, "targetWorker"), "client:alice");
    assert_string_equal(json_get_string(t1, "autoAnswer"), "true");
    assert_true(json_get_bool(t1, "client_call", false));
    assert_string_equal(json_get_string(t1, "to"), "client:bob");
    assert_string_equal(json_get_string(t1, "name"), "Bob Baker");
    assert_string_equal(json_get_string(t1, "fromName"), "Alice Archer");
    assert_string_equal(json_get_string(t1, "from"), "client:alice");
    assert_string_equal(json_get_string(t1, "outbound_to"), "client:bob");
    assert_string_equal(json_get_string(t1, "direction"), "internal");
    assert_string_equal(json_get_string(t1, "dialpad"), "s.t.1");
    assert_string_equal(json_get_string(json_get_object(t1, "conversations"), "conversation_id"),
                        "c0ffee");
    cJSON_Delete(t1);

    cJSON *k = call_rules_callee_attributes(&who, "s.k", T1_SID, "c0ffee");
    assert_non_null(k);
    assert_string_equal(json_get_string(k, "targetWorker"), "client:bob");
    assert_string_equal(json_get_string(k, "autoAnswer"), "false");
    assert_true(json_get_bool(k, "client_call", false));
    assert_string_equal(json_get_string(k, "internal"), "true");
    assert_string_equal(json_get_string(k, "conferenceSid"), T1_SID);
    assert_null(json_get_string(json_get_object(k, "conference"), "sid"));
    assert_string_equal(json_get_string(json_get_object(k, "conference"), "friendlyName"), T1_SID);
    assert_string_equal(json_get_string(k, "from"), "client:alice");
    assert_string_equal(json_get_string(k, "name"), "Alice Archer");
    assert_string_equal(json_get_string(json_get_object(k, "conversations"), "conversation_id"),
                        "c0ffee");
    cJSON_Delete(k);
}

/* Merges a patch into attributes and reads them; the patch is deleted. */
static void apply(cJSON *attributes, cJSON *patch, struct call_facts *facts)
{
    assert_non_null(patch);
    assert_int_equal(json_merge(attributes, patch), ERR_OK);
    cJSON_Delete(patch);
    call_rules_read(attributes, facts);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct call_facts facts;
    cJSON *attributes = call_rules_caller_attributes(&who, "s", "c0ffee");
    call_rules_read(attributes, &facts);
    assert_int_equal(facts.outcome, OUTCOME_NONE);
    assert_string_equal(facts.k_sid, "");
    assert_string_equal(facts.claim_id, "");
    assert_string_equal(facts.connected_at, "");
    assert_string_equal(facts.conversation_id, "c0ffee");

    apply(attributes, call_rules_patch_claim("abcd", 1700000000), &facts);
    assert_string_equal(facts.claim_id, "abcd");
    assert_int_equal(facts.claimed_at_s, 1700000000);
    apply(attributes, call_rules_patch_unclaim(), &facts);
    assert_string_equal(facts.claim_id, "");

    apply(attributes, call_rules_patch_callee_task(T1_SID, CA_CALLER, K_SID), &facts);
    assert_string_equal(facts.k_sid, K_SID);

    apply(attributes, call_rules_patch_connected(CA_CALLEE, 1700000000), &facts);
    assert_string_equal(facts.connected_at, "2023-11-14T22:13:20Z");
    assert_string_equal(facts.k_sid, K_SID); /* the patches don't tread on each other */

    apply(attributes, call_rules_patch_hold(ROLE_CALLER, true), &facts);
    apply(attributes, call_rules_patch_hold(ROLE_CALLEE, true), &facts);
    assert_true(facts.party[ROLE_CALLER].holds);
    assert_true(facts.party[ROLE_CALLEE].holds);
    apply(attributes, call_rules_patch_hold(ROLE_CALLER, false), &facts);
    assert_false(facts.party[ROLE_CALLER].holds);
    assert_true(facts.party[ROLE_CALLEE].holds);

    apply(attributes, call_rules_patch_outcome(OUTCOME_NO_ANSWER, 1795414207), &facts);
    assert_int_equal(facts.outcome, OUTCOME_NO_ANSWER);
    cJSON_Delete(attributes);
}

static void lines_are_read(void **state)
{
    (void)state;
    static const char text[] = "{\"note\":\"Refund for ACME\",\"reply\":\"in 5 minutes\"}";
    struct call_facts facts;
    cJSON *attributes = NULL;
    assert_int_equal(json_parse_object(text, strlen(text), &attributes), ERR_OK);
    call_rules_read(attributes, &facts);
    assert_string_equal(facts.note, "Refund for ACME");
    assert_string_equal(facts.reply, "in 5 minutes");
    cJSON_Delete(attributes);
}

/* An agent's browser can write anything into them. */
static void rubbish_in_attributes_counts_as_absent(void **state)
{
    (void)state;
    static const char *const rubbish[] = {
        "{\"outcome\":7,\"conference\":[],\"claim\":\"x\",\"hold\":1}",
        "{\"outcome\":\"sold\",\"conference\":{\"sid\":\"../x\",\"participants\":{\"taskSid\":"
        "\"WT1\",\"worker\":null}},\"worker_call_sid\":\"CA/..\"}",
        "{\"conference\":{\"participants\":\"" K_SID "\"},\"claim\":{\"id\":5,\"at\":\"y\"}}",
        "{\"claim\":{\"id\":\"0123456789012345678901234567890123456789\",\"at\":1}}",
        "{\"note\":\"two\\nlines\",\"reply\":[\"later\"]}",
        "{}",
    };
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        struct call_facts facts;
        struct call_facts empty;
        cJSON *attributes = NULL;
        memset(&empty, 0, sizeof empty);
        assert_int_equal(json_parse_object(rubbish[i], strlen(rubbish[i]), &attributes), ERR_OK);
        call_rules_read(attributes, &facts);
        facts.claimed_at_s = 0; /* means nothing without an id */
        assert_memory_equal(&facts, &empty, sizeof facts);
        cJSON_Delete(attributes);
    }
}

static void a_claim_is_taken_once(void **state)
{
    (void)state;
    enum { NOW = 1000 };
    static const struct {
        const char *what;
        enum call_outcome outcome;
        enum task_status t1;
        const char *k_sid;
        const char *claim_id;
        int64_t claimed_at_s;
        enum claim_decision expected;
    } rows[] = {
        { "free", OUTCOME_NONE, TASK_ASSIGNED, "", "", 0, CLAIM_TAKE },
        { "free, T1 still reserved", OUTCOME_NONE, TASK_RESERVED, "", "", 0, CLAIM_TAKE },
        { "free, T1 pending", OUTCOME_NONE, TASK_PENDING, "", "", 0, CLAIM_TAKE },
        { "mine", OUTCOME_NONE, TASK_ASSIGNED, "", "me", NOW, CLAIM_MINE },
        { "mine, old", OUTCOME_NONE, TASK_ASSIGNED, "", "me", NOW - 60, CLAIM_MINE },
        { "somebody's, new", OUTCOME_NONE, TASK_ASSIGNED, "", "you", NOW, CLAIM_WAIT },
        { "somebody's, 5 s", OUTCOME_NONE, TASK_ASSIGNED, "", "you", NOW - 5, CLAIM_WAIT },
        { "somebody's, 6 s", OUTCOME_NONE, TASK_ASSIGNED, "", "you", NOW - 6, CLAIM_TAKE_OVER },
        { "of the future", OUTCOME_NONE, TASK_ASSIGNED, "", "you", NOW + 3, CLAIM_WAIT },
        { "K exists", OUTCOME_NONE, TASK_ASSIGNED, K_SID, "you", NOW, CLAIM_DONE },
        { "K exists, no claim", OUTCOME_NONE, TASK_ASSIGNED, K_SID, "", 0, CLAIM_DONE },
        { "over", OUTCOME_CANCEL, TASK_ASSIGNED, "", "", 0, CLAIM_OVER },
        { "over, mine", OUTCOME_CANCEL, TASK_ASSIGNED, "", "me", NOW, CLAIM_OVER },
        { "over with K", OUTCOME_HANGUP, TASK_ASSIGNED, K_SID, "", 0, CLAIM_OVER },
        { "T1 wrapping", OUTCOME_NONE, TASK_WRAPPING, "", "", 0, CLAIM_OVER },
        { "T1 completed", OUTCOME_NONE, TASK_COMPLETED, "", "", 0, CLAIM_OVER },
        { "T1 canceled", OUTCOME_NONE, TASK_CANCELED, "", "", 0, CLAIM_OVER },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call_facts facts;
        memset(&facts, 0, sizeof facts);
        facts.outcome = rows[i].outcome;
        snprintf(facts.k_sid, sizeof facts.k_sid, "%s", rows[i].k_sid);
        snprintf(facts.claim_id, sizeof facts.claim_id, "%s", rows[i].claim_id);
        facts.claimed_at_s = rows[i].claimed_at_s;
        enum claim_decision got = call_rules_claim(&facts, rows[i].t1, "me", NOW);
        if (got != rows[i].expected) fail_msg("%s: %d", rows[i].what, got);
    }
}

static void both_hosts_settle_glare_alike(void **state)
{
    (void)state;
    assert_true(call_rules_wins_glare(T1_SID, K_SID));
    assert_false(call_rules_wins_glare(K_SID, T1_SID));
}

static void of_two_calls_of_one_agent_the_older_lives(void **state)
{
    (void)state;
    static const struct {
        int64_t created_s;
        const char *sid;
        int64_t other_created_s;
        const char *other_sid;
        bool older;
    } rows[] = {
        { 10, K_SID, 11, T1_SID, true },   { 11, T1_SID, 10, K_SID, false },
        { 10, T1_SID, 10, K_SID, true },   { 10, K_SID, 10, T1_SID, false },
        { 0, T1_SID, 10, K_SID, true },    { 10, K_SID, 0, T1_SID, false },
        { 10, T1_SID, 10, T1_SID, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(call_rules_is_older(rows[i].created_s, rows[i].sid,
                                             rows[i].other_created_s, rows[i].other_sid),
                         rows[i].older);
    }
}

static void a_task_is_ended_by_the_step_that_its_state_allows(void **state)
{
    (void)state;
    static const enum close_step expected[TASK__MAX] = {
        [TASK_PENDING] = CLOSE_CANCEL,    [TASK_RESERVED] = CLOSE_CANCEL,
        [TASK_ASSIGNED] = CLOSE_WRAP,     [TASK_WRAPPING] = CLOSE_NOTHING,
        [TASK_COMPLETED] = CLOSE_NOTHING, [TASK_CANCELED] = CLOSE_NOTHING,
    };
    for (int i = 0; i < TASK__MAX; i++)
        assert_int_equal(call_rules_close_step((enum task_status)i), expected[i]);
}

static void a_talk_ends_by_what_can_end_one(void **state)
{
    (void)state;
    static const enum call_outcome expected[OUTCOME__MAX] = {
        [OUTCOME_NONE] = OUTCOME_NONE,      [OUTCOME_HANGUP] = OUTCOME_HANGUP,
        [OUTCOME_CANCEL] = OUTCOME_HANGUP,  [OUTCOME_DECLINED] = OUTCOME_NONE,
        [OUTCOME_NO_ANSWER] = OUTCOME_NONE, [OUTCOME_BUSY] = OUTCOME_BUSY,
        [OUTCOME_GLARE] = OUTCOME_GLARE,    [OUTCOME_FAILED] = OUTCOME_HANGUP,
    };
    for (int i = 0; i < OUTCOME__MAX; i++)
        assert_int_equal(call_rules_end_of_talk((enum call_outcome)i), expected[i]);
}

static void only_five_words_are_the_end_of_a_leg(void **state)
{
    (void)state;
    static const char *const ends[] = { "completed", "busy", "no-answer", "failed", "canceled" };
    static const char *const others[] = { "queued",      "initiated", "ringing", "answered",
                                          "in-progress", "Completed", "",        NULL };
    for (size_t i = 0; i < COUNT(ends); i++)
        assert_row(i, call_rules_status_is_end(ends[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_row(i, !call_rules_status_is_end(others[i]));
}

static void the_page_is_told_the_state(void **state)
{
    (void)state;
    enum { NO_K = -1 };
    static const struct {
        enum task_status t1;
        enum call_outcome outcome;
        int k;
        bool connected;
        enum call_state expected;
        const char *name;
    } rows[] = {
        { TASK_PENDING, OUTCOME_NONE, NO_K, false, STATE_CALLING, "calling" },
        { TASK_ASSIGNED, OUTCOME_NONE, NO_K, false, STATE_CALLING, "calling" },
        { TASK_ASSIGNED, OUTCOME_NONE, TASK_RESERVED, false, STATE_RINGING, "ringing" },
        { TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, false, STATE_RINGING, "ringing" },
        { TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, true, STATE_CONNECTED, "connected" },
        { TASK_ASSIGNED, OUTCOME_HANGUP, TASK_ASSIGNED, true, STATE_ENDED, "ended" },
        { TASK_WRAPPING, OUTCOME_NONE, TASK_ASSIGNED, true, STATE_ENDED, "ended" },
        { TASK_CANCELED, OUTCOME_NONE, NO_K, false, STATE_ENDED, "ended" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call_view view = { .t1_found = true, .t1 = rows[i].t1 };
        view.facts.outcome = rows[i].outcome;
        view.k_found = rows[i].k != NO_K;
        if (view.k_found) view.k = (enum task_status)rows[i].k;
        if (view.k_found) sid_copy(view.facts.k_sid, K_SID);
        if (rows[i].connected) view.facts.connected_at[0] = '2';
        assert_row(i, call_rules_state(&view) == rows[i].expected);
        assert_string_equal(call_rules_state_name(rows[i].expected), rows[i].name);
    }
}

static void a_call_without_t1_is_over(void **state)
{
    (void)state;
    const struct call_view view = { .t1_found = false };
    assert_int_equal(call_rules_state(&view), STATE_ENDED);
}

/* TaskRouter offers K to the callee while its SID is still on its way into T1. */
static void a_callee_who_is_quicker_than_t1_is_rung(void **state)
{
    (void)state;
    const struct call_view view = {
        .t1_found = true,
        .t1 = TASK_ASSIGNED,
        .k_found = true,
        .k = TASK_RESERVED,
    };
    assert_int_equal(call_rules_state(&view), STATE_RINGING);
}

static void test_who_ended_a_call_a_moment_ago_is_at_work(void **state)
{
    static const struct {
        enum call_outcome outcome;
        int64_t ended_at_s;
        bool expected;
    } rows[] = {
        { OUTCOME_NONE, 100, false },  { OUTCOME_HANGUP, 100, true },
        { OUTCOME_HANGUP, 96, true },  { OUTCOME_HANGUP, 95, false },
        { OUTCOME_HANGUP, 104, true }, { OUTCOME_HANGUP, 105, false },
        { OUTCOME_HANGUP, 0, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct call_facts facts = { .outcome = rows[i].outcome,
                                          .ended_at_s = rows[i].ended_at_s };
        assert_row(i, call_rules_is_being_ended(&facts, 100) == rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_ended_a_call_a_moment_ago_is_at_work),
        cmocka_unit_test(outcomes_have_the_contract_s_names),
        cmocka_unit_test(roles_and_legs_come_from_the_statement),
        cmocka_unit_test(attributes_are_the_contract_s),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(rubbish_in_attributes_counts_as_absent),
        cmocka_unit_test(a_claim_is_taken_once),
        cmocka_unit_test(both_hosts_settle_glare_alike),
        cmocka_unit_test(of_two_calls_of_one_agent_the_older_lives),
        cmocka_unit_test(a_task_is_ended_by_the_step_that_its_state_allows),
        cmocka_unit_test(a_talk_ends_by_what_can_end_one),
        cmocka_unit_test(only_five_words_are_the_end_of_a_leg),
        cmocka_unit_test(a_call_without_t1_is_over),
        cmocka_unit_test(the_page_is_told_the_state),
        cmocka_unit_test(a_callee_who_is_quicker_than_t1_is_rung),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
