/*
 * A call of two as the programs see it, and what the judge makes of it: row by row.
 */
#include "unit.h"

#include "call/call_seats.h"

#include "judge_words.h"

#define K_SID        "WT00000000000000000000000000000002"
#define RING_SECONDS 30

enum decision { GOES_ON, MAKES_K, CLOSES };

static enum decision decision_of(const struct judge_view *view, enum call_outcome *outcome)
{
    struct judge_actions actions;
    call_judge(view, &actions);
    const struct judge_action *end = call_judge_find(&actions, JUDGE_CLOSE_CALL);
    *outcome = end != NULL ? end->outcome : OUTCOME_NONE;
    if (end != NULL) return CLOSES;
    return call_judge_find(&actions, JUDGE_MAKE) != NULL ? MAKES_K : GOES_ON;
}

static enum decision decide(const struct call_view *call, enum call_outcome *outcome)
{
    struct judge_view view;
    call_seats_of_ring(call, &view);
    return decision_of(&view, outcome);
}

/* One row of the ringback table: -1 as K's status means that T1 names no K. */
struct ring_row {
    const char *what;
    enum task_status t1;
    enum call_outcome outcome;
    int k;
    bool k_leg_ended;
    bool caller_leg_ended;
    bool connected;
    int64_t rung_s;
    enum decision expected;
    enum call_outcome expected_outcome;
};

enum { NO_K = -1, K_GONE = -2 };

static struct call_view view_of(const struct ring_row *row)
{
    struct call_view view = {
        .t1_found = true,
        .t1 = row->t1,
        .leg_ended = { [ROLE_CALLER] = row->caller_leg_ended, [ROLE_CALLEE] = row->k_leg_ended },
        .rung_s = row->rung_s,
        .ring_seconds = RING_SECONDS,
    };
    view.facts.outcome = row->outcome;
    if (row->k != NO_K) sid_copy(view.facts.k_sid, K_SID);
    view.k_found = row->k >= 0;
    view.k = row->k >= 0 ? (enum task_status)row->k : TASK_PENDING;
    if (row->connected) view.facts.connected_at[0] = '2';
    return view;
}

static void ringback_decides_by_the_table(void **state)
{
    (void)state;
    static const struct ring_row rows[] = {
        { "young, nothing yet", TASK_ASSIGNED, OUTCOME_NONE, NO_K, 0, 0, 0, 5, MAKES_K, 0 },
        { "T1 still reserved", TASK_RESERVED, OUTCOME_NONE, NO_K, 0, 0, 0, 5, MAKES_K, 0 },
        { "K pending", TASK_ASSIGNED, OUTCOME_NONE, TASK_PENDING, 0, 0, 0, 5, GOES_ON, 0 },
        { "K rings", TASK_ASSIGNED, OUTCOME_NONE, TASK_RESERVED, 0, 0, 0, 30, GOES_ON, 0 },
        { "K answered, leg under way", TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, 0, 0, 0, 20,
          GOES_ON, 0 },
        { "K answered, leg ended", TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, 1, 0, 0, 20, CLOSES,
          OUTCOME_FAILED },
        { "K's old leg, K offered again", TASK_ASSIGNED, OUTCOME_NONE, TASK_RESERVED, 1, 0, 0, 20,
          GOES_ON, 0 },
        { "K canceled", TASK_ASSIGNED, OUTCOME_NONE, TASK_CANCELED, 0, 0, 0, 10, CLOSES,
          OUTCOME_NO_ANSWER },
        { "K wrapping", TASK_ASSIGNED, OUTCOME_NONE, TASK_WRAPPING, 0, 0, 0, 10, CLOSES,
          OUTCOME_FAILED },
        { "K wrapping after talk", TASK_ASSIGNED, OUTCOME_NONE, TASK_WRAPPING, 0, 0, 1, 10, CLOSES,
          OUTCOME_HANGUP },
        { "K deleted", TASK_ASSIGNED, OUTCOME_NONE, K_GONE, 0, 0, 0, 10, CLOSES, OUTCOME_FAILED },
        { "ring time over, margin not", TASK_ASSIGNED, OUTCOME_NONE, TASK_RESERVED, 0, 0, 0, 35,
          GOES_ON, 0 },
        { "margin over", TASK_ASSIGNED, OUTCOME_NONE, TASK_RESERVED, 0, 0, 0, 40, CLOSES,
          OUTCOME_NO_ANSWER },
        { "margin over without K", TASK_ASSIGNED, OUTCOME_NONE, NO_K, 0, 0, 0, 40, CLOSES,
          OUTCOME_NO_ANSWER },
        { "margin over, answered, never joined", TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, 0, 0,
          0, 40, CLOSES, OUTCOME_FAILED },
        { "connected, long ago", TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, 0, 0, 1, 400, GOES_ON,
          0 },
        { "connected, K's leg ended", TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, 1, 0, 1, 400,
          CLOSES, OUTCOME_HANGUP },
        { "caller's leg ended", TASK_ASSIGNED, OUTCOME_NONE, TASK_RESERVED, 0, 1, 0, 5, CLOSES,
          OUTCOME_CANCEL },
        { "caller's leg ended after talk", TASK_ASSIGNED, OUTCOME_NONE, TASK_ASSIGNED, 0, 1, 1, 5,
          CLOSES, OUTCOME_HANGUP },
        { "declined", TASK_ASSIGNED, OUTCOME_DECLINED, TASK_RESERVED, 0, 0, 0, 5, CLOSES,
          OUTCOME_DECLINED },
        { "over, T1 wrapping", TASK_WRAPPING, OUTCOME_GLARE, NO_K, 0, 0, 0, 5, CLOSES,
          OUTCOME_GLARE },
        { "T1 wrapping, nobody said why", TASK_WRAPPING, OUTCOME_NONE, NO_K, 0, 0, 0, 5, CLOSES,
          OUTCOME_FAILED },
        { "T1 completed after talk", TASK_COMPLETED, OUTCOME_NONE, NO_K, 0, 0, 1, 5, CLOSES,
          OUTCOME_HANGUP },
        { "T1 canceled by its Timeout", TASK_CANCELED, OUTCOME_NONE, NO_K, 0, 0, 0, 5, CLOSES,
          OUTCOME_FAILED },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call_view view = view_of(&rows[i]);
        enum call_outcome outcome;
        enum decision got = decide(&view, &outcome);
        if (got != rows[i].expected || outcome != rows[i].expected_outcome)
            fail_msg("%s: decided %d, outcome %d", rows[i].what, got, outcome);
    }
}

/* What holds for every combination, whether the table above has thought of it or not. */
static void ringback_never_rings_for_a_call_that_is_over(void **state)
{
    (void)state;
    for (int t1 = 0; t1 < TASK__MAX; t1++) {
        for (int k = K_GONE; k < TASK__MAX; k++) {
            for (int bits = 0; bits < 8; bits++) {
                for (int64_t rung = 0; rung <= 60; rung += CALL_ROUND_S) {
                    const struct ring_row row = {
                        .t1 = (enum task_status)t1,
                        .k = k,
                        .k_leg_ended = (bits & 1) != 0,
                        .caller_leg_ended = (bits & 2) != 0,
                        .connected = (bits & 4) != 0,
                        .rung_s = rung,
                    };
                    struct call_view view = view_of(&row);
                    enum call_outcome outcome;
                    enum decision got = decide(&view, &outcome);
                    bool over = !task_status_is_live(row.t1) || row.caller_leg_ended ||
                                k == K_GONE || (k >= 0 && !task_status_is_live(view.k)) ||
                                (k == TASK_ASSIGNED && row.k_leg_ended);
                    bool late = !row.connected && rung >= RING_SECONDS + CALL_RING_MARGIN_S;
                    assert_int_equal(got == CLOSES, over || late);
                    assert_int_equal(got == CLOSES, outcome != OUTCOME_NONE);
                    if (got == MAKES_K) assert_int_equal(k, NO_K);
                    if (got == MAKES_K) assert_false(row.connected);
                }
            }
        }
    }
}

static void a_call_without_t1_is_over(void **state)
{
    (void)state;
    struct call_view view = { .t1_found = false, .ring_seconds = RING_SECONDS };
    enum call_outcome outcome;
    assert_int_equal(decide(&view, &outcome), CLOSES);
    assert_int_equal(outcome, OUTCOME_FAILED);
}

static void the_end_of_a_leg_means_what_the_call_had_come_to(void **state)
{
    (void)state;
    static const struct {
        enum call_role leg;
        bool had_joined;
        const char *call_status;
        enum call_outcome expected;
    } rows[] = {
        { ROLE_CALLER, false, "completed", OUTCOME_CANCEL },
        { ROLE_CALLER, true, "completed", OUTCOME_CANCEL },
        { ROLE_CALLER, false, NULL, OUTCOME_CANCEL },
        { ROLE_CALLER, false, "no-answer", OUTCOME_FAILED },
        { ROLE_CALLER, false, "busy", OUTCOME_FAILED },
        { ROLE_CALLER, false, "failed", OUTCOME_FAILED },
        { ROLE_CALLEE, false, "completed", OUTCOME_FAILED },
        { ROLE_CALLEE, false, "busy", OUTCOME_FAILED },
        { ROLE_CALLEE, true, "completed", OUTCOME_HANGUP },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct judge_view view;
        enum call_outcome outcome;
        call_seats_of_leg_end(rows[i].leg, rows[i].had_joined, rows[i].call_status, &view);
        assert_row(i, decision_of(&view, &outcome) == CLOSES && outcome == rows[i].expected);
    }
}

/* What a row says of a look at one end. */
enum { LISTED = 1, ON_HOLD = 2, SURE = 4, RETURNS = 8, SETTLED = 16, BESIDE = 32 };

/* Of the caller's and the callee's end. */
struct talk_row {
    const char *what;
    unsigned look[ROLE__MAX];
    int64_t away_s[ROLE__MAX]; /* since when it is noted; 0: isn't */
    bool holds[ROLE__MAX];
    int grace_seconds;
    const char *expected;
};

static struct seat_look look_of(unsigned said)
{
    return (struct seat_look){
        .listed = said & LISTED,
        .on_hold = said & ON_HOLD,
        .is_sure = said & SURE,
        .returns = said & RETURNS,
        .is_settled = said & SETTLED,
        .is_beside = said & BESIDE,
    };
}

static void a_talk_goes_on_by_the_table(void **state)
{
    (void)state;
    static const struct talk_row rows[] = {
        { "both there", { LISTED | SURE, LISTED | SURE }, { 0 }, { 0 }, 20, "" },
        { "has just gone", { SURE, LISTED | SURE }, { 0 }, { 0 }, 20, "H1reconnect A0" },
        { "the other", { LISTED | SURE, SURE }, { 0 }, { 0 }, 20, "H0reconnect A1" },
        { "is noted", { SURE, LISTED | ON_HOLD | SURE }, { 18, 0 }, { 0 }, 20, "" },
        { "was forgotten",
          { SURE | SETTLED, LISTED | SURE | SETTLED },
          { 18, 0 },
          { 0 },
          20,
          "H1reconnect" },
        { "its return may be under way", { SURE, LISTED | SURE }, { 18, 0 }, { 0 }, 20, "" },
        { "not seen on hold yet", { SURE, LISTED }, { 9, 0 }, { 0 }, 20, "" },
        { "and late", { SURE, LISTED | ON_HOLD | SURE }, { 19, 0 }, { 0 }, 20, "Xhangup" },
        { "gone, no grace", { SURE, LISTED | SURE }, { 0 }, { 0 }, 0, "Xhangup" },
        { "both gone", { SURE, SURE }, { 0 }, { 0 }, 20, "Xhangup" },
        { "gone, other not seen", { SURE, 0 }, { 0 }, { 0 }, 20, "Xhangup" },
        { "not listed yet", { 0, LISTED }, { 0 }, { 0 }, 20, "" },
        { "nobody listed yet", { 0, 0 }, { 0 }, { 0 }, 20, "" },
        { "late by a late list", { 0, LISTED | ON_HOLD }, { 60, 0 }, { 0 }, 20, "" },
        { "back", { LISTED | RETURNS, LISTED | ON_HOLD }, { 5, 0 }, { 0 }, 20, "R1 B0" },
        { "a holder is back",
          { LISTED | RETURNS, LISTED | ON_HOLD },
          { 5, 0 },
          { 1, 0 },
          20,
          "H1wish B0" },
        { "a held one is back",
          { LISTED | RETURNS, LISTED | ON_HOLD },
          { 5, 0 },
          { 0, 1 },
          20,
          "H0wish R1 B0" },
        { "back to nobody", { LISTED | RETURNS, 0 }, { 5, 5 }, { 0 }, 20, "H0reconnect B0" },
        { "back, and the other has just left",
          { LISTED | RETURNS, LISTED | ON_HOLD | BESIDE },
          { 5, 4 },
          { 0 },
          20,
          "H0reconnect B0" },
        { "back, and the other was there again",
          { LISTED | RETURNS, LISTED | ON_HOLD | BESIDE },
          { 5, 5 },
          { 0 },
          20,
          "R1 B0" },
        { "both back",
          { LISTED | ON_HOLD | RETURNS, LISTED | ON_HOLD | RETURNS },
          { 9, 9 },
          { 0 },
          20,
          "R0 R1 B0 B1" },
        { "one back, one gone",
          { LISTED | SURE | RETURNS, SURE },
          { 9, 0 },
          { 0 },
          20,
          "H0reconnect B0 A1" },
        { "a holder has gone",
          { SURE, LISTED | ON_HOLD | SURE },
          { 0 },
          { 1, 0 },
          20,
          "H1reconnect A0" },
        { "on hold by a wish",
          { LISTED | SURE, LISTED | ON_HOLD | SURE },
          { 0 },
          { 1, 0 },
          20,
          "" },
        { "a wish not yet written",
          { LISTED | SURE, LISTED | ON_HOLD | SURE },
          { 0 },
          { 0 },
          20,
          "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call_facts facts = { .outcome = OUTCOME_NONE };
        struct judge_view view;
        struct judge_actions actions;
        char text[JUDGE_WORDS_SIZE];
        struct seat_look look[ROLE__MAX];
        for (enum call_role role = 0; role < ROLE__MAX; role++) {
            look[role] = look_of(rows[i].look[role]);
            facts.party[role].holds = rows[i].holds[role];
            if (rows[i].away_s[role] > 0)
                facts.party[role].away_since_s = 1000 - rows[i].away_s[role];
        }
        call_seats_of_talk(&facts, look, 1000, rows[i].grace_seconds, &view);
        call_judge(&view, &actions);
        judge_words(&actions, text);
        if (strcmp(text, rows[i].expected) != 0) fail_msg("%s: %s", rows[i].what, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ringback_decides_by_the_table),
        cmocka_unit_test(ringback_never_rings_for_a_call_that_is_over),
        cmocka_unit_test(a_call_without_t1_is_over),
        cmocka_unit_test(the_end_of_a_leg_means_what_the_call_had_come_to),
        cmocka_unit_test(a_talk_goes_on_by_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
