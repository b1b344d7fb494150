/*
 * A leg that waits in the Conference asks for its next round (ringback): the heartbeat of a call of
 * which nothing is reported.
 */
#ifndef DIALPAD_CALL_WAITING_H
#define DIALPAD_CALL_WAITING_H

#include "auth/pass.h"
#include "call/call.h"
#include "call/call_url.h"

/*
 * Is this an address of ours, as call_url_read_wait has read it? The room's name shows it, which
 * only we can compute; so does a pass that fits the leg that Twilio says it is (`to`; NULL: not
 * said). Then wait->room is `room`, and *key tells under which key; else wait->room is NULL.
 */
bool call_waiting_is_ours(const struct call_context *context, const char *to,
                          struct call_wait *wait, char room[PASS_NAME_SIZE], size_t *key);

/*
 * Judges the call, if it is this round's turn: closes it when it is over, heals it when its K was
 * lost, and looks whether the colleague of a held leg is there. `call_sid` is the leg that asks,
 * and so is alive; NULL: not known. *over says whether the call is over now. May change wait->why.
 */
enum err call_waiting_judge(const struct call_context *context, size_t key, const char *call_sid,
                            struct call_wait *wait, bool *over) MUST_CHECK;

#endif
