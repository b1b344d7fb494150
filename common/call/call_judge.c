#include "call/call_judge.h"

#include <string.h>

/* A call as the rules change it, and what that comes to. */
struct judging {
    struct judge_view view;
    bool changed;                                    /* who hears what may no longer be right */
    bool closes[JUDGE_SEATS_MAX];                    /* these seats end by this judgement */
    bool released[JUDGE_SEATS_MAX][JUDGE_SEATS_MAX]; /* held, holder */
    struct judge_actions *actions;
};

/* Whom those in the call have, or may yet have, to talk to. */
struct company {
    size_t there;        /* are in, as far as one knows */
    size_t possible;     /* may be in */
    size_t audible;      /* are there and nobody holds them */
    bool seen;           /* one of those who are there is listed */
    bool awaited;        /* an agent may come back */
    bool holder_awaited; /* one who holds somebody */
    bool ringing;        /* an invitation that is worth waiting for */
};

static struct judge_action *add(struct judging *judging, enum judge_act act, size_t seat)
{
    struct judge_action *action = &judging->actions->list[judging->actions->count++];
    *action = (struct judge_action){ .act = act, .seat = seat, .holder = JUDGE_NOBODY };
    return action;
}

static bool rings(const struct judge_seat *seat)
{
    return seat->state < SEAT_JOINED;
}

static bool is_live(const struct judge_view *view, size_t seat)
{
    return seat < view->count && view->seats[seat].state != SEAT_ENDED;
}

static bool is_there(const struct judge_seat *seat)
{
    if (seat->state != SEAT_JOINED) return false;
    return seat->presence == PRESENCE_IN ||
           (seat->presence == PRESENCE_UNSEEN && !seat->away_noted);
}

/* Before two have talked there is nothing to come back to. */
static bool is_awaited(const struct judge_view *view, const struct judge_seat *seat)
{
    if (seat->kind != SEAT_AGENT || seat->state != SEAT_JOINED || !view->talked) return false;
    if (seat->presence == PRESENCE_UNSEEN) return seat->away_noted;
    return seat->presence == PRESENCE_GONE && seat->away_s < view->grace_seconds;
}

static enum hold_why held_why(const struct judge_view *view, size_t seat)
{
    enum hold_why why = HOLD_NONE;
    for (size_t holder = 0; holder < view->count && why == HOLD_NONE; holder++)
        why = view->seats[seat].held_by[holder].why;
    return why;
}

static bool holds_any(const struct judge_view *view, size_t holder)
{
    bool holds = false;
    for (size_t seat = 0; seat < view->count && !holds; seat++)
        holds = view->seats[seat].held_by[holder].why != HOLD_NONE;
    return holds;
}

static void end_seat(struct judging *judging, size_t seat, enum call_outcome end)
{
    judging->view.seats[seat].state = SEAT_ENDED;
    judging->view.seats[seat].end = end;
    judging->closes[seat] = true;
    judging->changed = true;
}

/* R1, R3: the grace time and the ring time run out. */
static void end_late(struct judging *judging)
{
    const struct judge_view *view = &judging->view;
    for (size_t i = 0; i < view->count; i++) {
        const struct judge_seat *seat = &view->seats[i];
        bool late = seat->ringing_s >= view->ring_seconds + CALL_RING_MARGIN_S;
        bool is_lost = seat->state == SEAT_JOINED && seat->presence == PRESENCE_GONE;
        if (rings(seat) && late)
            end_seat(judging, i, seat->state == SEAT_ANSWERED ? OUTCOME_FAILED : OUTCOME_NO_ANSWER);
        else if (is_lost && !is_awaited(view, seat))
            end_seat(judging, i, view->talked ? OUTCOME_HANGUP : OUTCOME_FAILED);
    }
}

/* R6 */
static void hand_over(struct judging *judging)
{
    const struct judge_view *view = &judging->view;
    for (size_t i = 0; i < view->count; i++) {
        const struct judge_seat *seat = &view->seats[i];
        bool takes_over = seat->state == SEAT_JOINED && seat->presence == PRESENCE_IN &&
                          seat->mode == MODE_TRANSFER;
        if (takes_over && is_live(view, seat->inviter))
            end_seat(judging, seat->inviter, OUTCOME_HANGUP);
    }
}

/* R4, R7: nobody is called for a talk with somebody who has left. */
static void call_off(struct judging *judging)
{
    const struct judge_view *view = &judging->view;
    for (size_t i = 0; i < view->count; i++) {
        const struct judge_seat *seat = &view->seats[i];
        if (rings(seat) && seat->mode == MODE_CONSULT && !is_live(view, seat->inviter))
            end_seat(judging, i, OUTCOME_CANCEL);
    }
}

/* R5, R7: a hold lasts as long as both ends of it, and whatever it was for. */
static void release_holds(struct judging *judging)
{
    struct judge_view *view = &judging->view;
    for (size_t i = 0; i < view->count; i++) {
        for (size_t holder = 0; holder < view->count; holder++) {
            struct seat_hold *hold = &view->seats[i].held_by[holder];
            if (hold->why == HOLD_NONE) continue;
            bool for_nothing = hold->because != JUDGE_NOBODY && !is_live(view, hold->because);
            if (is_live(view, i) && is_live(view, holder) && !for_nothing) continue;
            hold->why = HOLD_NONE;
            judging->released[i][holder] = true;
            judging->changed = true;
        }
    }
}

static void find_company(const struct judge_view *view, struct company *company)
{
    memset(company, 0, sizeof *company);
    for (size_t i = 0; i < view->count; i++) {
        const struct judge_seat *seat = &view->seats[i];
        bool there = is_there(seat);
        bool awaited = is_awaited(view, seat);
        company->there += there;
        company->possible += seat->state == SEAT_JOINED && seat->presence != PRESENCE_GONE;
        company->audible += there && held_why(view, i) == HOLD_NONE;
        company->seen = company->seen || (there && seat->presence == PRESENCE_IN);
        company->awaited = company->awaited || awaited;
        company->holder_awaited = company->holder_awaited || (awaited && holds_any(view, i));
        company->ringing = company->ringing || (rings(seat) && seat->mode != MODE_CONSULT);
    }
}

/* R4 */
static bool is_over(const struct company *company)
{
    if (company->there >= 2 || company->possible >= 2) return false;
    return !company->seen || (!company->awaited && !company->ringing);
}

/* A talk ends by being hung up, what never was one by whoever ended it first. */
static enum call_outcome outcome_of(const struct judge_view *view)
{
    enum call_outcome outcome = view->talked ? OUTCOME_HANGUP : OUTCOME_NONE;
    for (size_t i = 0; i < view->count && outcome == OUTCOME_NONE; i++)
        if (view->seats[i].state == SEAT_ENDED) outcome = view->seats[i].end;
    return outcome != OUTCOME_NONE ? outcome : OUTCOME_FAILED;
}

static void close_call(struct judging *judging, enum call_outcome outcome)
{
    judging->actions->count = 0;
    add(judging, JUDGE_CLOSE_CALL, JUDGE_NOBODY)->outcome = outcome;
}

/* R2, R3, R8, and then what the others wish. */
static enum hold_why wanted(const struct judge_view *view, const struct company *company,
                            size_t seat)
{
    enum hold_why wish = held_why(view, seat);
    bool alone = company->there == 1;
    bool left_alone = company->holder_awaited && company->audible == 1 && wish == HOLD_NONE;
    if (left_alone || (alone && company->awaited)) return HOLD_RECONNECT;
    return alone && company->ringing && view->talked ? HOLD_TRANSFER : wish;
}

/*
 * Holds before resumes: two who aren't to hear each other never do. Where nothing has changed,
 * wishes are left alone, because each is carried out before it is written down; whoever waits by a
 * rule and isn't on hold has been forgotten by a process that died.
 */
static void move_legs(struct judging *judging, const struct company *company, bool changed)
{
    const struct judge_view *view = &judging->view;
    for (int resumes = 0; resumes < 2; resumes++) {
        for (size_t i = 0; i < view->count; i++) {
            const struct judge_seat *seat = &view->seats[i];
            enum hold_why why = wanted(view, company, i);
            bool forgotten = seat->unheld && why != held_why(view, i);
            bool comes_unheld = seat->returns && !seat->on_hold;
            if (!is_there(seat) || !(changed || forgotten)) continue;
            if (!resumes && why != HOLD_NONE) add(judging, JUDGE_HOLD, i)->why = why;
            if (resumes && why == HOLD_NONE && !comes_unheld) add(judging, JUDGE_RESUME, i);
        }
    }
}

static void write_seat(struct judging *judging, size_t i)
{
    const struct judge_seat *seat = &judging->view.seats[i];
    for (size_t holder = 0; holder < judging->view.count; holder++)
        if (judging->released[i][holder]) add(judging, JUDGE_RELEASE, i)->holder = holder;
    if (judging->closes[i]) add(judging, JUDGE_CLOSE_SEAT, i)->outcome = seat->end;
    bool drops = is_awaited(&judging->view, seat) && !seat->away_noted;
    if (drops) add(judging, JUDGE_NOTE_AWAY, i);
    if (seat->state == SEAT_JOINED && seat->returns) add(judging, JUDGE_NOTE_BACK, i);
    if (seat->state == SEAT_LOST) add(judging, JUDGE_MAKE, i);
}

/* Has anybody dropped out or come in since the last judgement? */
static bool moves(const struct judge_view *view)
{
    bool found = view->asked;
    for (size_t i = 0; i < view->count && !found; i++) {
        const struct judge_seat *seat = &view->seats[i];
        found = seat->returns || (is_awaited(view, seat) && !seat->away_noted);
    }
    return found;
}

void call_judge(const struct judge_view *view, struct judge_actions *actions)
{
    struct judging judging = { .view = *view, .actions = actions };
    struct company company;
    actions->count = 0;
    if (view->over) {
        close_call(&judging, view->outcome);
        return;
    }
    end_late(&judging);
    hand_over(&judging);
    call_off(&judging);
    release_holds(&judging);
    find_company(&judging.view, &company);
    if (is_over(&company)) {
        close_call(&judging, outcome_of(&judging.view));
        return;
    }
    for (size_t i = 0; i < view->count; i++) {
        const struct judge_seat *seat = &judging.view.seats[i];
        if (seat->state == SEAT_ENDED && seat->presence == PRESENCE_IN)
            add(&judging, JUDGE_PUT_OUT, i);
    }
    move_legs(&judging, &company, judging.changed || moves(&judging.view));
    for (size_t i = 0; i < view->count; i++)
        write_seat(&judging, i);
}

const struct judge_action *call_judge_find(const struct judge_actions *actions, enum judge_act act)
{
    size_t i = 0;
    while (i < actions->count && actions->list[i].act != act)
        i++;
    return i < actions->count ? &actions->list[i] : NULL;
}
