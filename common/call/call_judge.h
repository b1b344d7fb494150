/*
 * Who may be in a call, who waits, and when it is over: one pure function for every way of finding
 * out (a webhook, a round of what a waiting leg hears, a page, the sweep). It sees the call's seats
 * as they are and says what is to be done; each thing is a state and not a toggle, so that whoever
 * judges twice, or dies halfway, does no harm.
 *
 * A seat is somebody's right to be in the call; an agent's is the agent's own Task. The rules, from
 * the design of calls with more than two parties:
 *
 *   R1  two or more are there: nobody waits. An agent who has dropped out keeps the seat for the
 *       grace time, and then loses it.
 *   R2  one is there and an agent is away: that one waits on hold for the grace time.
 *   R3  one is there and an invitation rings: that one hears ringback, until the ring time is over.
 *       In the first call that is the Conference's own waitUrl; later a hold of its own.
 *   R4  otherwise, with fewer than two, the call is over, and all seats with it.
 *   R5  an invitation ends without a join: whoever was held because of it is resumed.
 *   R6  whoever was to take over is in: the inviter's seat is closed.
 *   R7  a seat ends: what it held is released.
 *   R8  a holder is away: those whom it holds wait on, and so does the one left without any other.
 *   R9  a leg without a seat that lives is put out.
 *
 * tests/unit/test_call_judge.c has them row by row; test_call_judge_model.c goes through every
 * state that three seats can reach.
 */
#ifndef DIALPAD_CALL_JUDGE_H
#define DIALPAD_CALL_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/call_rules.h"

enum {
    JUDGE_SEATS_MAX = 8,
    JUDGE_NOBODY = JUDGE_SEATS_MAX, /* as the index of a seat */
    JUDGE_ACTIONS_MAX = JUDGE_SEATS_MAX * (JUDGE_SEATS_MAX + 5)
};

enum seat_kind {
    SEAT_AGENT,
    SEAT_NUMBER /* an outside one: nobody comes back to it */
};

enum seat_state {
    SEAT_LOST,     /* invited, but its Task is not being made */
    SEAT_RINGING,  /* its Task waits for the agent */
    SEAT_ANSWERED, /* its leg is under way */
    SEAT_JOINED,   /* its leg has been in */
    SEAT_ENDED
};

enum seat_presence {
    PRESENCE_GONE,
    PRESENCE_UNSEEN, /* not listed, by a list that may be late */
    PRESENCE_IN
};

/* How a seat was invited. */
enum seat_mode {
    MODE_CALL, /* the first call: caller and callee */
    MODE_ADD,
    MODE_CONSULT, /* somebody is held meanwhile */
    MODE_TRANSFER /* takes the inviter's place */
};

/* Why somebody is on hold. */
enum hold_why { HOLD_NONE, HOLD_WISH, HOLD_CONSULT, HOLD_TRANSFER, HOLD_RECONNECT };

struct seat_hold {
    enum hold_why why; /* HOLD_NONE: isn't held */
    size_t because;    /* of whose invitation; JUDGE_NOBODY for a mere wish */
};

struct judge_seat {
    enum seat_kind kind;
    enum seat_state state;
    enum call_outcome end; /* of an ended one: what it ended by */
    enum seat_presence presence;
    bool on_hold;      /* as its leg is now */
    bool unheld;       /* it isn't, and by no list that may be late */
    bool returns;      /* it has just come in, and what follows from that hasn't been done */
    bool away_noted;   /* that it dropped out is written down */
    int64_t away_s;    /* for how long it has been out; 0: just now */
    int64_t ringing_s; /* for how long an invitation has rung */
    enum seat_mode mode;
    size_t inviter;                            /* JUDGE_NOBODY: the caller */
    struct seat_hold held_by[JUDGE_SEATS_MAX]; /* by holder */
};

struct judge_view {
    bool over;                 /* an outcome is written, or T1 isn't live */
    enum call_outcome outcome; /* then: which */
    bool talked;               /* two have been in at once */
    bool asked;                /* say anew who hears what: somebody's wish has changed */
    int grace_seconds;
    int ring_seconds;
    size_t count;
    struct judge_seat seats[JUDGE_SEATS_MAX];
};

enum judge_act {
    JUDGE_PUT_OUT,    /* the seat's legs */
    JUDGE_HOLD,       /* the seat's legs; `why` is what they hear */
    JUDGE_RESUME,     /* the seat's legs */
    JUDGE_RELEASE,    /* forget that `holder` holds the seat */
    JUDGE_CLOSE_SEAT, /* its Task, or its call; `outcome` says why */
    JUDGE_NOTE_AWAY,
    JUDGE_NOTE_BACK,
    JUDGE_MAKE,      /* the Task of an invitation that was lost */
    JUDGE_CLOSE_CALL /* with all that belongs to it; `outcome` says why. Stands alone */
};

struct judge_action {
    enum judge_act act;
    size_t seat;
    size_t holder;
    enum hold_why why;
    enum call_outcome outcome;
};

/* In the order in which they are done: legs first, because what is written makes pages ask. */
struct judge_actions {
    size_t count;
    struct judge_action list[JUDGE_ACTIONS_MAX];
};

void call_judge(const struct judge_view *view, struct judge_actions *actions);

/* The first action of this kind; NULL if there is none. */
const struct judge_action *call_judge_find(const struct judge_actions *actions, enum judge_act act);

#endif
