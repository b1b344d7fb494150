#include "call/call_seats.h"

#include <string.h>

/* Both seats as of agents who have been in and are. */
static void begin(struct judge_view *view)
{
    memset(view, 0, sizeof *view);
    view->count = ROLE__MAX;
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        view->seats[role].state = SEAT_JOINED;
        view->seats[role].presence = PRESENCE_IN;
        view->seats[role].inviter = JUDGE_NOBODY;
    }
    view->seats[ROLE_CALLEE].inviter = ROLE_CALLER;
}

static void end(struct judge_seat *seat, enum call_outcome outcome)
{
    seat->state = SEAT_ENDED;
    seat->end = outcome;
    seat->presence = PRESENCE_GONE;
}

/* The callee's seat by K, its Task. */
static void see_k(const struct call_view *call, bool connected, struct judge_seat *seat)
{
    bool named = call->facts.k_sid[0] != '\0';
    bool answered = call->k_found && call->k == TASK_ASSIGNED;
    seat->ringing_s = call->rung_s;
    if (!connected) seat->presence = PRESENCE_GONE;
    if (named && call->k_found && call->k == TASK_CANCELED)
        end(seat, OUTCOME_NO_ANSWER); /* by its Timeout: no agent took it */
    else if (named && (!call->k_found || !task_status_is_live(call->k)))
        end(seat, OUTCOME_FAILED); /* cut off */
    else if (named && answered && call->leg_ended[ROLE_CALLEE])
        end(seat, OUTCOME_FAILED);
    else if (!connected && answered)
        seat->state = SEAT_ANSWERED;
    else if (!connected)
        seat->state = named ? SEAT_RINGING : SEAT_LOST;
}

void call_seats_of_ring(const struct call_view *call, struct judge_view *view)
{
    bool connected = call->facts.connected_at[0] != '\0';
    begin(view);
    view->over =
        !call->t1_found || !task_status_is_live(call->t1) || call->facts.outcome != OUTCOME_NONE;
    if (view->over) view->outcome = call_rules_final_outcome(call);
    view->talked = connected;
    view->ring_seconds = call->ring_seconds;
    if (call->leg_ended[ROLE_CALLER]) end(&view->seats[ROLE_CALLER], OUTCOME_CANCEL);
    see_k(call, connected, &view->seats[ROLE_CALLEE]);
}

void call_seats_of_leg_end(enum call_role role, bool had_joined, const char *call_status,
                           struct judge_view *view)
{
    /* A leg that rang and wasn't answered, or could not be placed, is no agent's wish. */
    bool was_up = call_status == NULL || strcmp(call_status, "completed") == 0;
    begin(view);
    view->talked = role == ROLE_CALLEE && had_joined;
    end(&view->seats[role], role == ROLE_CALLER && was_up ? OUTCOME_CANCEL : OUTCOME_FAILED);
}

/*
 * Whoever has left a moment ago may still be listed. Beside one who comes in, that would end the
 * music of one who is alone; anywhere else the list is believed, because it ends no call then.
 */
static enum seat_presence presence_of(const struct seat_look *look, int64_t away_since_s,
                                      int64_t now_s)
{
    bool left_lately = away_since_s > 0 && now_s - away_since_s < CALL_LAG_S;
    if (look->is_beside && left_lately) return PRESENCE_UNSEEN;
    if (look->listed) return PRESENCE_IN;
    return look->is_sure ? PRESENCE_GONE : PRESENCE_UNSEEN;
}

/*
 * For how long an agent has been away. Twilio's Date counts whole seconds, so that the difference
 * can be one too small. Rounded up, because the round that ends the grace must not come one round
 * later.
 */
static int64_t away_s(int64_t since_s, int64_t now_s)
{
    return since_s > 0 ? now_s - since_s + 1 : 0;
}

void call_seats_of_talk(const struct call_facts *facts, const struct seat_look look[ROLE__MAX],
                        int64_t now_s, int grace_seconds, struct judge_view *view)
{
    begin(view);
    view->talked = true;
    view->grace_seconds = grace_seconds;
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        struct judge_seat *seat = &view->seats[role];
        struct seat_hold *held = &seat->held_by[call_rules_other(role)];
        const int64_t since_s = facts->party[role].away_since_s;
        seat->presence = presence_of(&look[role], since_s, now_s);
        seat->on_hold = look[role].on_hold;
        seat->unheld = look[role].listed && look[role].is_settled && !look[role].on_hold;
        seat->returns = look[role].returns;
        seat->away_noted = call_rules_is_away(facts, role);
        seat->away_s = away_s(since_s, now_s);
        held->because = JUDGE_NOBODY;
        if (facts->party[call_rules_other(role)].holds) held->why = HOLD_WISH;
    }
}
