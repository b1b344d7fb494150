#include "call/call_waiting.h"

#include <string.h>

#include "base/clock.h"
#include "call/call_away.h"
#include "call/call_heal.h"

bool call_waiting_is_ours(const struct call_context *context, const char *to,
                          struct call_wait *wait, char room[PASS_NAME_SIZE], size_t *key)
{
    char t1_sid[SID_SIZE];
    struct pass_keys *passes = context->passes;
    bool ours =
        pass_room_read(passes, wait->room, t1_sid, key) && strcmp(t1_sid, wait->t1_sid) == 0;
    for (enum pass_role role = PASS_CALLER; !ours && to != NULL && role <= PASS_CALLEE; role++) {
        const struct pass_seat seat = { role, wait->t1_sid, to, NULL };
        ours = pass_check(passes, &seat, wait->pass, clock_wall_s(), key) != PASS_WRONG;
    }
    ours = ours && pass_room(passes, *key, wait->t1_sid, room) == ERR_OK;
    wait->room = ours ? room : NULL;
    return ours;
}

/*
 * What happens in a call is reported; a round looks for what wasn't. Only while a colleague is
 * expected back each one counts, because the time for that runs out by them.
 */
static bool is_turn(const struct call_wait *wait)
{
    if (wait->why == NULL) return wait->round % 2 == 1;
    return wait->round > 0 && (strcmp(wait->why, "hold") != 0 || wait->round % 6 == 0);
}

enum err call_waiting_judge(const struct call_context *context, size_t key, const char *call_sid,
                            struct call_wait *wait, bool *over)
{
    enum away_watch found;
    *over = false;
    if (!is_turn(wait)) return ERR_OK;
    if (wait->why == NULL) {
        const struct call_round round = { wait->t1_sid, key, wait->pass, wait->round, call_sid };
        return call_heal(context, &round, over);
    }
    enum err rc = call_away_watch(context, wait->t1_sid, &found);
    if (rc != ERR_OK) return rc;
    *over = found == AWAY_OVER;
    /* One who is held by choice, and whose holder is gone, waits from now on for that agent. */
    if (found == AWAY_WAITING) wait->why = "reconnect";
    return ERR_OK;
}
