/*
 * Which Conference has this name, as this process has learnt it: a name is asked for once in a
 * call, not each time that somebody looks who is in.
 *
 * A Conference may have ended since, and another of its name begun: who finds nobody in it forgets
 * it and asks Twilio. What ends calls doesn't come here, but asks.
 */
#ifndef DIALPAD_CALL_ROOMS_H
#define DIALPAD_CALL_ROOMS_H

#include <stdbool.h>

#include "base/sid.h"

/* May be called from any thread. Only so many are kept; the oldest go first. */
bool call_rooms_recall(const char *room, char conference_sid[SID_SIZE]);
void call_rooms_remember(const char *room, const char *conference_sid);
void call_rooms_forget(const char *room);

#endif
