/*
 * What the metrics count of a call, each by the one process that has written the fact into T1: so
 * nothing is counted twice, however many processes look at the call.
 */
#ifndef DIALPAD_CALL_COUNT_H
#define DIALPAD_CALL_COUNT_H

#include "call/call.h"

/* This process has written the call's outcome. */
void call_count_outcome(const struct call_context *context, const struct call *call);

/* This process has written that both agents are in. */
void call_count_connected(const struct call_context *context, const struct call *call);

#endif
