/*
 * What the callee's page is to be told without asking. TaskRouter pushes to a page what changes in
 * its own agent's Task: the caller's page hears of a call in T1 that way, and the callee's by what
 * is copied from T1 into K. Several programs may do so at once: by the number of T1's changes the
 * newest stays.
 *
 * Hints for a page, which asks about what it is told; no program reads them in K.
 */
#ifndef DIALPAD_CALL_TELL_H
#define DIALPAD_CALL_TELL_H

#include "call/call.h"

/* The copy fails silently: the page finds out by asking, only later. */
void call_tell_callee(const struct call_context *context, struct call *call);

/* K's Attributes with what is told in them, the caller's to delete; NULL when out of memory. */
cJSON *call_tell_attributes(const struct call *call);

#endif
