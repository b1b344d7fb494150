/*
 * The answer of call-state: {taskSid, role, state, outcome, other: {sid, name}, hold: {me, other},
 * connectedAt}, and `pass` for a callee who is being rung. `other` has a friendlyName where the
 * name alone doesn't tell who it is; `note` and `reply` are there where an agent has sent them.
 */
#ifndef DIALPAD_CALL_STATE_REPLY_H
#define DIALPAD_CALL_STATE_REPLY_H

#include "call/call.h"
#include "call/call_report.h"
#include "web/response.h"

/* Of the call that the agent with this role knows by `task_sid`; with_legs adds their `legs`. */
enum err call_state_reply(struct response *response, const char *task_sid, const struct call *call,
                          enum call_role role, const struct call_report *report,
                          bool with_legs) MUST_CHECK;

/* The agent is in no call. */
enum err call_state_reply_none(struct response *response) MUST_CHECK;

#endif
