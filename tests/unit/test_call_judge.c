/*
 * The judge's rules, row by row: seats that are there, away, invited and held, and what is done.
 * The calls of two that the programs show it are in test_call_seats.c.
 */
#include "unit.h"

#include "call/call_judge.h"

#include "judge_words.h"

enum { A, B, C, D, RING_SECONDS = 30, GRACE_SECONDS = 20 };

/* Seats as the rows name them. */
#define THERE                                                                  \
    {                                                                          \
        .state = SEAT_JOINED, .presence = PRESENCE_IN, .inviter = JUDGE_NOBODY \
    }
#define COMES                                                                                   \
    {                                                                                           \
        .state = SEAT_JOINED, .presence = PRESENCE_IN, .returns = true, .inviter = JUDGE_NOBODY \
    }
#define AWAY(kind_, noted, seconds)                                                        \
    {                                                                                      \
        .kind = (kind_), .state = SEAT_JOINED, .away_noted = (noted), .away_s = (seconds), \
        .inviter = JUDGE_NOBODY                                                            \
    }
#define LEFT                                                                \
    {                                                                       \
        .state = SEAT_ENDED, .end = OUTCOME_HANGUP, .inviter = JUDGE_NOBODY \
    }
#define RINGS(by, how, seconds)                                                       \
    {                                                                                 \
        .state = SEAT_RINGING, .mode = (how), .inviter = (by), .ringing_s = (seconds) \
    }
#define ANSWERED(by, how, seconds)                                                     \
    {                                                                                  \
        .state = SEAT_ANSWERED, .mode = (how), .inviter = (by), .ringing_s = (seconds) \
    }
#define JOINS(by, how)                                                                 \
    {                                                                                  \
        .state = SEAT_JOINED, .presence = PRESENCE_IN, .returns = true, .mode = (how), \
        .inviter = (by)                                                                \
    }
#define IS_IN(by, how)                                                                \
    {                                                                                 \
        .state = SEAT_JOINED, .presence = PRESENCE_IN, .mode = (how), .inviter = (by) \
    }
#define REFUSED(by, how)                                                             \
    {                                                                                \
        .state = SEAT_ENDED, .end = OUTCOME_DECLINED, .mode = (how), .inviter = (by) \
    }
#define STRANGER                                                              \
    {                                                                         \
        .state = SEAT_ENDED, .presence = PRESENCE_IN, .inviter = JUDGE_NOBODY \
    }

struct row {
    const char *what;
    struct judge_seat seats[4]; /* the fourth has left, unless a row says otherwise */
    struct seat_hold hold;      /* of B, by A */
    const char *expected;
};

static const struct row rows[] = {
    /* R1 */
    { "three there", { THERE, THERE, THERE }, { 0 }, "" },
    { "one of three drops", { THERE, THERE, AWAY(SEAT_AGENT, false, 0) }, { 0 }, "R0 R1 A2" },
    { "is away", { THERE, THERE, AWAY(SEAT_AGENT, true, 19) }, { 0 }, "" },
    { "loses the seat", { THERE, THERE, AWAY(SEAT_AGENT, true, 20) }, { 0 }, "R0 R1 S2hangup" },
    { "a number has left", { THERE, THERE, AWAY(SEAT_NUMBER, false, 0) }, { 0 }, "R0 R1 S2hangup" },
    { "is back", { THERE, THERE, COMES }, { 0 }, "R0 R1 B2" },
    /* R2 */
    { "one of two left drops",
      { THERE, AWAY(SEAT_AGENT, false, 0), LEFT },
      { 0 },
      "H0reconnect A1" },
    { "and does not come back", { THERE, AWAY(SEAT_AGENT, true, 20), LEFT }, { 0 }, "Xhangup" },
    { "two away, one there",
      { THERE, AWAY(SEAT_AGENT, false, 0), AWAY(SEAT_AGENT, true, 9) },
      { 0 },
      "H0reconnect A1" },
    { "nobody comes back to a number",
      { THERE, AWAY(SEAT_NUMBER, false, 0), LEFT },
      { 0 },
      "Xhangup" },
    /* R3 */
    { "left while somebody is added",
      { THERE, AWAY(SEAT_AGENT, true, 20), RINGS(A, MODE_ADD, 5) },
      { 0 },
      "H0transfer S1hangup" },
    { "left while one is to take over",
      { AWAY(SEAT_AGENT, true, 20), THERE, RINGS(A, MODE_TRANSFER, 5) },
      { HOLD_TRANSFER, C },
      "H1transfer S0hangup F1/0" },
    { "nobody takes over", { LEFT, THERE, RINGS(A, MODE_TRANSFER, 40) }, { 0 }, "Xhangup" },
    { "answered, and never came",
      { THERE, THERE, ANSWERED(A, MODE_ADD, 40) },
      { 0 },
      "R0 R1 S2failed" },
    { "nobody answers", { THERE, THERE, RINGS(A, MODE_ADD, 40) }, { 0 }, "R0 R1 S2no-answer" },
    { "still rings", { THERE, THERE, RINGS(A, MODE_ADD, 39) }, { 0 }, "" },
    /* R4 */
    { "left while one is asked", { THERE, LEFT, RINGS(A, MODE_CONSULT, 5) }, { 0 }, "Xhangup" },
    { "nobody is there to be called",
      { AWAY(SEAT_AGENT, true, 5), LEFT, RINGS(A, MODE_ADD, 5) },
      { 0 },
      "Xhangup" },
    { "one is left", { THERE, LEFT, LEFT }, { 0 }, "Xhangup" },
    /* R5 */
    { "declined", { THERE, THERE, REFUSED(A, MODE_CONSULT) }, { HOLD_CONSULT, C }, "R0 R1 F1/0" },
    { "unanswered",
      { THERE, THERE, RINGS(A, MODE_TRANSFER, 40) },
      { HOLD_TRANSFER, C },
      "R0 R1 F1/0 S2no-answer" },
    { "a wish stays",
      { THERE, THERE, RINGS(A, MODE_ADD, 40) },
      { HOLD_WISH, JUDGE_NOBODY },
      "H1wish R0 S2no-answer" },
    /* R6 */
    { "takes over",
      { THERE, THERE, JOINS(A, MODE_TRANSFER) },
      { HOLD_TRANSFER, C },
      "P0 R1 S0hangup F1/0 B2" },
    { "has taken over", { LEFT, THERE, IS_IN(A, MODE_TRANSFER) }, { 0 }, "" },
    { "is asked",
      { THERE, THERE, JOINS(A, MODE_CONSULT) },
      { HOLD_CONSULT, C },
      "H1consult R0 B2" },
    /* R7 */
    { "a holder leaves", { LEFT, THERE, THERE }, { HOLD_WISH, JUDGE_NOBODY }, "R1 R2 F1/0" },
    { "nobody asks for who has left, and two go on",
      { LEFT, THERE, THERE, RINGS(A, MODE_CONSULT, 5) },
      { 0 },
      "R1 R2 S3cancel" },
    { "nobody asks for who has left",
      { LEFT, THERE, RINGS(A, MODE_CONSULT, 5) },
      { 0 },
      "Xhangup" },
    { "he asked, and two go on",
      { THERE, THERE, RINGS(A, MODE_CONSULT, 5) },
      { HOLD_CONSULT, C },
      "" },
    /* R8 */
    { "who asks is away",
      { AWAY(SEAT_AGENT, false, 0), THERE, IS_IN(A, MODE_CONSULT) },
      { HOLD_CONSULT, C },
      "H1consult H2reconnect A0" },
    { "and stays away",
      { AWAY(SEAT_AGENT, true, 20), THERE, IS_IN(A, MODE_CONSULT) },
      { HOLD_CONSULT, C },
      "R1 R2 S0hangup F1/0" },
    { "and is back",
      { COMES, THERE, IS_IN(A, MODE_CONSULT) },
      { HOLD_CONSULT, C },
      "H1consult R2 B0" },
    /* R9 */
    { "a leg without a seat", { THERE, THERE, STRANGER }, { 0 }, "P2" },
};

static struct judge_view view_of(const struct row *row)
{
    struct judge_view view = {
        .talked = true,
        .grace_seconds = GRACE_SECONDS,
        .ring_seconds = RING_SECONDS,
        .count = 4,
    };
    static const struct judge_seat left = LEFT;
    memcpy(view.seats, row->seats, sizeof row->seats);
    if (view.seats[D].state == SEAT_LOST) view.seats[D] = left;
    view.seats[B].held_by[A] = row->hold;
    return view;
}

static void three_are_judged_by_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct judge_view view = view_of(&rows[i]);
        struct judge_actions actions;
        char words[JUDGE_WORDS_SIZE];
        call_judge(&view, &actions);
        judge_words(&actions, words);
        if (strcmp(words, rows[i].expected) != 0) fail_msg("%s: %s", rows[i].what, words);
    }
}

/* Whatever the seats look like, a call that has been ended is ended, by what it was ended by. */
static void what_is_over_is_closed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct judge_view view = view_of(&rows[i]);
        struct judge_actions actions;
        view.over = true;
        view.outcome = OUTCOME_DECLINED;
        call_judge(&view, &actions);
        assert_int_equal(actions.count, 1);
        assert_int_equal(actions.list[0].act, JUDGE_CLOSE_CALL);
        assert_int_equal(actions.list[0].outcome, OUTCOME_DECLINED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_are_judged_by_the_table),
        cmocka_unit_test(what_is_over_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
