/*
 * Every state that a call of three seats can reach: breadth first from the first ring, with all
 * events in all orders. A report may be lost, and whoever judges may die after any of the actions;
 * a look that comes later finds what is left.
 *
 * What is proved of every state that has been judged:
 *
 *   - nobody is alone and unheld, nor alone without a time limit
 *   - whoever is held for a consult never hears it, nor is resumed before the other is held
 *   - no seat outlives the call, and no call outlives its seats
 *   - nobody waits for nothing, is called for nobody, or stays whose place was taken
 *   - to judge once more changes nothing
 */
#include "unit.h"

#include <stdlib.h>

#include "call/call_judge.h"

enum { A, B, C, SEATS };
enum { CLOCK_END = 2, RING_SECONDS = 30, STATES_MAX = 1 << 21, SLOTS = STATES_MAX * 2 };

/* Bytes alone, so that two states are compared as memory. */
struct seat {
    uint8_t exists;
    uint8_t state;
    uint8_t is_in;
    uint8_t on_hold; /* enum hold_why */
    uint8_t away_noted;
    uint8_t away;    /* 0 to CLOCK_END */
    uint8_t ringing; /* the same */
    uint8_t mode;
    uint8_t inviter;
    uint8_t held_why[SEATS]; /* by holder */
    uint8_t for_third[SEATS];
};

struct model {
    uint8_t closed;
    uint8_t talked;
    uint8_t half_done; /* whoever judged last has died over it */
    struct seat seats[SEATS];
};

static struct model *states; /* in the order in which they were found */
static uint32_t *slots;      /* 1 + the index of a state; 0: free */
static size_t state_count;
static size_t event_count;

static uint32_t hash_of(const struct model *model)
{
    const uint8_t *bytes = (const uint8_t *)model;
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < sizeof *model; i++)
        hash = (hash ^ bytes[i]) * 16777619U;
    return hash;
}

static void remember(const struct model *model)
{
    uint32_t slot = hash_of(model) % SLOTS;
    while (slots[slot] != 0) {
        if (memcmp(&states[slots[slot] - 1], model, sizeof *model) == 0) return;
        slot = (slot + 1) % SLOTS;
    }
    assert_true(state_count < STATES_MAX);
    states[state_count++] = *model;
    slots[slot] = (uint32_t)state_count;
}

static bool has_come(const struct seat *seat)
{
    return seat->is_in && (seat->state == SEAT_JOINED || seat->state == SEAT_ANSWERED);
}

static bool is_talking(const struct seat *seat)
{
    return seat->is_in && seat->state == SEAT_JOINED;
}

/* `comes` is whose join has just been reported; SEATS: nobody's. */
static struct judge_seat view_of_seat(const struct model *model, size_t i, size_t comes)
{
    const struct seat *seat = &model->seats[i];
    bool joins = seat->is_in && seat->state == SEAT_ANSWERED;
    struct judge_seat view = {
        .state = joins ? SEAT_JOINED : (enum seat_state)seat->state,
        .end = OUTCOME_HANGUP,
        .presence = seat->is_in ? PRESENCE_IN : PRESENCE_GONE,
        .on_hold = seat->on_hold != HOLD_NONE,
        .unheld = seat->is_in && seat->on_hold == HOLD_NONE,
        .returns = seat->is_in && (joins || seat->away_noted || comes == i),
        .away_noted = seat->away_noted,
        .away_s = seat->away,
        .ringing_s = seat->ringing * (RING_SECONDS + CALL_RING_MARGIN_S) / CLOCK_END,
        .mode = (enum seat_mode)seat->mode,
        .inviter = seat->inviter < SEATS ? seat->inviter : JUDGE_NOBODY,
    };
    for (size_t holder = 0; holder < SEATS; holder++) {
        view.held_by[holder].why = (enum hold_why)seat->held_why[holder];
        view.held_by[holder].because = seat->for_third[holder] ? C : JUDGE_NOBODY;
    }
    return view;
}

static struct judge_view view_of(const struct model *model, size_t comes, bool asked)
{
    struct judge_view view = {
        .over = model->closed,
        .outcome = OUTCOME_HANGUP,
        .asked = asked,
        .grace_seconds = CLOCK_END,
        .ring_seconds = RING_SECONDS,
        .count = model->seats[C].exists ? SEATS : C,
    };
    int in = 0;
    for (size_t i = 0; i < SEATS; i++)
        in += has_come(&model->seats[i]);
    view.talked = model->talked || in >= 2;
    for (size_t i = 0; i < view.count; i++)
        view.seats[i] = view_of_seat(model, i, comes);
    return view;
}

static size_t count_in(const struct model *model)
{
    size_t in = 0;
    for (size_t i = 0; i < SEATS; i++)
        in += is_talking(&model->seats[i]);
    return in;
}

static void put_out(struct seat *seat)
{
    seat->is_in = false;
    seat->on_hold = HOLD_NONE;
}

static void end_seat(struct model *model, size_t i)
{
    struct seat *seat = &model->seats[i];
    seat->state = SEAT_ENDED;
    seat->away = seat->ringing = seat->away_noted = 0;
    memset(seat->held_why, 0, sizeof seat->held_why);
    memset(seat->for_third, 0, sizeof seat->for_third);
}

static void apply(struct model *model, const struct judge_action *action)
{
    struct seat *seat = action->seat < SEATS ? &model->seats[action->seat] : NULL;
    switch (action->act) {
    case JUDGE_PUT_OUT:
        put_out(seat);
        break;
    case JUDGE_HOLD:
    case JUDGE_RESUME:
        seat->on_hold = (uint8_t)action->why;
        break;
    case JUDGE_RELEASE:
        seat->held_why[action->holder] = HOLD_NONE;
        seat->for_third[action->holder] = false;
        break;
    case JUDGE_CLOSE_SEAT:
        end_seat(model, action->seat);
        break;
    case JUDGE_NOTE_AWAY:
        seat->away_noted = true;
        break;
    case JUDGE_NOTE_BACK:
        seat->state = SEAT_JOINED;
        model->talked = model->talked || count_in(model) >= 2;
        seat->away_noted = seat->away = seat->ringing = 0;
        break;
    case JUDGE_MAKE:
        seat->state = SEAT_RINGING;
        break;
    case JUDGE_CLOSE_CALL:
        model->closed = true;
        for (size_t i = 0; i < SEATS; i++) {
            put_out(&model->seats[i]);
            end_seat(model, i);
        }
        break;
    }
}

static void holds_come_before_resumes(const struct judge_actions *actions)
{
    bool resumed = false;
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->list[i].act == JUDGE_RESUME) resumed = true;
        if (actions->list[i].act == JUDGE_HOLD) assert_false(resumed);
    }
}

/* A state in words: for each seat what it is, its clocks and who holds it. */
static void describe(const struct model *model)
{
    printf("closed %d, talked %d\n", model->closed, model->talked);
    for (size_t i = 0; i < SEATS; i++) {
        const struct seat *seat = &model->seats[i];
        printf(
            "  %zu: exists %d, state %d, in %d, on hold %d, away %d since %d, rings %d, mode %d, "
            "by %d, held %d %d %d\n",
            i, seat->exists, seat->state, seat->is_in, seat->on_hold, seat->away_noted, seat->away,
            seat->ringing, seat->mode, seat->inviter, seat->held_why[A], seat->held_why[B],
            seat->held_why[C]);
    }
}

#define PROVE(model, condition)                               \
    do {                                                      \
        if (!(condition)) describe(model);                    \
        if (!(condition)) fail_msg("not so: %s", #condition); \
    } while (0)

static void judge(const struct model *model, size_t comes, bool asked,
                  struct judge_actions *actions)
{
    const struct judge_view view = view_of(model, comes, asked);
    call_judge(&view, actions);
    holds_come_before_resumes(actions);
}

static void look(struct model *model)
{
    struct judge_actions actions;
    judge(model, SEATS, false, &actions);
    for (size_t i = 0; i < actions.count; i++)
        apply(model, &actions.list[i]);
    model->half_done = false;
}

static void tick(struct model *model)
{
    for (size_t i = 0; i < SEATS; i++) {
        struct seat *seat = &model->seats[i];
        bool rings = seat->exists && seat->state < SEAT_JOINED && !seat->is_in;
        bool waits = seat->away_noted && !seat->is_in;
        if (rings && seat->ringing < CLOCK_END) seat->ringing++;
        if (waits && seat->away < CLOCK_END) seat->away++;
    }
}

/* Time alone ends it. */
static void has_a_limit(const struct model *from)
{
    struct model model = *from;
    for (int i = 0; i < 2 * CLOCK_END + 1 && !model.closed; i++) {
        tick(&model);
        look(&model);
    }
    PROVE(from, model.closed);
}

static bool is_held(const struct seat *seat)
{
    bool held = false;
    for (size_t holder = 0; holder < SEATS && !held; holder++)
        held = seat->held_why[holder] != HOLD_NONE;
    return held;
}

static bool expects_somebody(const struct model *model)
{
    bool expects = false;
    for (size_t i = 0; i < SEATS && !expects; i++) {
        const struct seat *seat = &model->seats[i];
        expects = seat->exists && (seat->away_noted || seat->state < SEAT_JOINED);
    }
    return expects;
}

/* Nobody whom this one hears, while somebody may come back to those whom he holds. */
static bool is_left_alone(const struct model *model, const struct seat *seat)
{
    bool holder_away = false;
    if (is_held(seat)) return false;
    for (size_t i = 0; i < SEATS; i++) {
        const struct seat *other = &model->seats[i];
        if (other != seat && is_talking(other) && !is_held(other)) return false;
        for (size_t held = 0; held < SEATS && other->away_noted; held++)
            holder_away = holder_away || model->seats[held].held_why[i] != HOLD_NONE;
    }
    return holder_away;
}

/*
 * A hold lasts as long as its holder and what it is for, a call for a consult as long as whoever
 * asks, and nobody stays whose place was taken.
 */
static void check_ties(const struct model *model, const struct seat *seat)
{
    const struct seat *third = &model->seats[C];
    const struct seat *inviter = seat->inviter < SEATS ? &model->seats[seat->inviter] : NULL;
    bool inviter_left = inviter != NULL && inviter->state == SEAT_ENDED;
    for (size_t holder = 0; holder < SEATS; holder++) {
        bool held = seat->held_why[holder] != HOLD_NONE;
        PROVE(model, !held || model->seats[holder].state != SEAT_ENDED);
        PROVE(model, !held || !seat->for_third[holder] || third->state != SEAT_ENDED);
    }
    if (inviter == NULL || !seat->exists) return;
    PROVE(model, seat->mode != MODE_TRANSFER || !is_talking(seat) || inviter_left);
    PROVE(model, seat->mode != MODE_CONSULT || seat->state >= SEAT_JOINED || !inviter_left);
}

static void check_seat(const struct model *model, const struct seat *seat)
{
    bool alone = count_in(model) == 1 && model->talked;
    PROVE(model, !model->closed || !seat->is_in);
    PROVE(model, !model->closed || !seat->exists || seat->state == SEAT_ENDED);
    PROVE(model, seat->state != SEAT_ENDED || !seat->is_in);
    if (!is_talking(seat)) return;
    bool on_hold = seat->on_hold != HOLD_NONE;
    PROVE(model, on_hold || !(alone || is_held(seat) || is_left_alone(model, seat)));
    PROVE(model, !on_hold || is_held(seat) || expects_somebody(model));
}

static void check(const struct model *model)
{
    struct model again = *model;
    for (size_t i = 0; i < SEATS; i++) {
        check_seat(model, &model->seats[i]);
        check_ties(model, &model->seats[i]);
    }
    PROVE(model, model->closed || count_in(model) > 0);
    if (!model->closed && count_in(model) == 1) has_a_limit(model);
    look(&again);
    if (memcmp(&again, model, sizeof again) != 0) describe(&again);
    PROVE(model, memcmp(&again, model, sizeof again) == 0);
}

/* Something has happened, and is judged; or whoever judges dies after some of the actions. */
static void happens(const struct model *after, size_t comes, bool asked)
{
    struct judge_actions actions;
    struct model model = *after;
    judge(&model, comes, asked, &actions);
    for (size_t i = 0; i < actions.count; i++) {
        model.half_done = true;
        if (!asked && comes == SEATS) remember(&model);
        apply(&model, &actions.list[i]);
    }
    model.half_done = false;
    event_count++;
    check(&model);
    remember(&model);
}

/* The same, and nobody is told. */
static void happens_unseen(const struct model *after)
{
    struct model model = *after;
    model.half_done = true;
    event_count++;
    remember(&model);
}

static void seat_moves(const struct model *before, size_t i)
{
    struct model after = *before;
    struct seat *seat = &after.seats[i];
    bool was_in = seat->is_in;
    if (!seat->exists) return;
    if (was_in) {
        put_out(seat);
        happens(&after, SEATS, false);
        happens_unseen(&after);
    } else if (seat->state >= SEAT_ANSWERED) {
        seat->is_in = true;
        happens(&after, i, false);
        if (seat->state != SEAT_JOINED) happens_unseen(&after);
    }
    after = *before;
    if (is_talking(seat)) { /* on purpose */
        put_out(seat);
        end_seat(&after, i);
        happens(&after, SEATS, true);
    }
}

static void invitation_moves(const struct model *before, size_t i)
{
    struct model after = *before;
    struct seat *seat = &after.seats[i];
    if (!seat->exists) return;
    if (seat->state == SEAT_RINGING) {
        seat->state = SEAT_ANSWERED;
        happens(&after, SEATS, false);
        happens_unseen(&after);
    }
    after = *before;
    if (seat->state < SEAT_JOINED && !seat->is_in) { /* declined, canceled, cut off */
        end_seat(&after, i);
        happens(&after, SEATS, false);
        happens_unseen(&after);
    }
}

/*
 * Whoever judges a return has read what was before a wish, and moves the legs by that afterwards.
 * What it writes then is refused, because something else has been written since: it judges anew.
 */
static void stale_judges(const struct model *before, const struct model *after)
{
    for (size_t comes = 0; comes < SEATS; comes++) {
        struct judge_actions actions;
        struct model model = *after;
        if (!is_talking(&before->seats[comes])) continue;
        judge(before, comes, false, &actions);
        for (size_t i = 0; i < actions.count; i++) {
            bool moves_leg =
                actions.list[i].act == JUDGE_HOLD || actions.list[i].act == JUDGE_RESUME;
            if (moves_leg) apply(&model, &actions.list[i]);
        }
        happens(&model, SEATS, true);
    }
}

static void wish_moves(const struct model *before, size_t holder, size_t i)
{
    struct model after = *before;
    struct seat *seat = &after.seats[i];
    if (holder == i || !is_talking(seat) || !is_talking(&after.seats[holder])) return;
    bool holds = seat->held_why[holder] != HOLD_NONE;
    seat->held_why[holder] = holds ? HOLD_NONE : HOLD_WISH;
    seat->for_third[holder] = false;
    happens(&after, SEATS, true);
    stale_judges(before, &after);
}

static void third_is_invited(const struct model *before, size_t inviter, enum seat_mode mode)
{
    struct model after = *before;
    struct seat *third = &after.seats[C];
    size_t other = inviter == A ? B : A;
    bool free = !third->exists || (third->state == SEAT_ENDED && !third->is_in);
    if (!free || !is_talking(&after.seats[inviter]) || !is_talking(&after.seats[other])) return;
    *third = (struct seat){ .exists = true, .inviter = (uint8_t)inviter, .mode = (uint8_t)mode };
    third->state = SEAT_RINGING;
    if (mode != MODE_ADD) {
        bool consult = mode == MODE_CONSULT;
        after.seats[other].held_why[inviter] = consult ? HOLD_CONSULT : HOLD_TRANSFER;
        after.seats[other].for_third[inviter] = true;
    }
    happens(&after, SEATS, true);
}

static void everything_happens(const struct model *before)
{
    struct model after = *before;
    happens(&after, SEATS, false); /* a look */
    tick(&after);
    happens(&after, SEATS, false);
    for (size_t i = 0; i < SEATS; i++) {
        seat_moves(before, i);
        /* What people ask for is judged where all that was reported is done. */
        if (before->half_done) continue;
        invitation_moves(before, i);
        for (size_t holder = 0; holder < SEATS; holder++)
            wish_moves(before, holder, i);
    }
    if (before->half_done) return;
    for (enum seat_mode mode = MODE_ADD; mode <= MODE_TRANSFER; mode++) {
        third_is_invited(before, A, mode);
        third_is_invited(before, B, mode);
    }
}

static void every_state_of_three_seats(void **state)
{
    (void)state;
    struct model first;
    memset(&first, 0, sizeof first);
    first.seats[A] = (struct seat){ .exists = true, .state = SEAT_JOINED, .is_in = true };
    first.seats[A].inviter = SEATS;
    first.seats[B] = (struct seat){ .exists = true, .state = SEAT_LOST, .inviter = A };
    states = malloc(STATES_MAX * sizeof *states);
    slots = calloc(SLOTS, sizeof *slots);
    assert_non_null(states);
    assert_non_null(slots);
    remember(&first);
    for (size_t i = 0; i < state_count; i++) {
        const struct model before = states[i];
        everything_happens(&before);
    }
    printf("%zu states, %zu events\n", state_count, event_count);
    free(states);
    free(slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_of_three_seats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
