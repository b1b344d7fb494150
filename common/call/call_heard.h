/*
 * What Twilio has just reported of legs. REST lags behind webhooks, by a second and more: for some
 * seconds a report counts more than what REST says, in the process that got it.
 */
#ifndef DIALPAD_CALL_HEARD_H
#define DIALPAD_CALL_HEARD_H

#include <stdbool.h>

#include "call/call_rules.h"

enum { CALL_HEARD_MS = 5000 };

/* A leg that has joined the Conference of this T1. */
struct heard_leg {
    char t1_sid[SID_SIZE];
    char conference_sid[SID_SIZE];
    char call_sid[SID_SIZE];
    enum call_role role;
};

void call_heard_join(const struct heard_leg *leg);
void call_heard_leave(const char *call_sid);

/* Has this leg been reported gone, or in, in the last seconds? The later report counts. */
bool call_heard_is_gone(const char *call_sid);
bool call_heard_is_in(const char *call_sid);

/* The last reported leg of this end that is in; false: none. */
bool call_heard_find(const char *t1_sid, enum call_role role, struct heard_leg *leg);

#endif
