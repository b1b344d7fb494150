/*
 * An agent's calls of the last 30 days, from TaskRouter's Events: what was a call of ours, and how
 * it ended, when its Tasks have long been deleted.
 *
 * A call is listed only where the Task's statement verifies and names this agent at the end that
 * the Task is for. A refused call (to a busy or offline colleague) has left no Task, and so no
 * trace. Outcome, times, note and reply are Attributes, which the agents themselves could rewrite:
 * they show, and decide nothing.
 */
#ifndef DIALPAD_CALL_HISTORY_H
#define DIALPAD_CALL_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "call/call.h"
#include "twilio/taskrouter_event.h"

enum { CALL_HISTORY_MAX = 200 /* the newest ones */ };

struct call_history_row {
    int64_t at_s;            /* when it began */
    int64_t seconds;         /* how long the two talked; 0 if they didn't */
    char task_sid[SID_SIZE]; /* the agent's own Task */
    char t1_sid[SID_SIZE];
    enum call_role role; /* which end the agent was */
    struct token_agent other;
    enum call_outcome outcome;
    char note[LINE_SIZE]; /* "" if there was none */
    char reply[LINE_SIZE];
};

struct call_history {
    struct call_history_row *rows; /* newest first once it is settled */
    size_t count;
    int64_t known_since_s; /* calls that began before may be missing; 0: none is */
};

/* Harmless on a zeroed one. */
void call_history_free(struct call_history *history);

/* Adds the call that this Event is about, if it is one of this agent's. */
enum err call_history_add(const struct call_context *context, const char *worker_sid,
                          const struct reservation_event *event,
                          struct call_history *history) MUST_CHECK;

/*
 * Newest first, each call once, CALL_HISTORY_MAX of them. Of two rows for one call (a Reservation
 * that timed out and one that was answered; a copy of the Task) the one in which they talked stays,
 * else the older.
 */
void call_history_settle(struct call_history *history);

/* Asks TaskRouter. The history is untouched unless ERR_OK, and then the caller's to free. */
enum err call_history_load(const struct call_context *context, const char *worker_sid,
                           struct call_history *history) MUST_CHECK;

#endif
