#include "call/call_history.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"

void call_history_free(struct call_history *history)
{
    free(history->rows);
    memset(history, 0, sizeof *history);
}

/* Room for one more; it doubles whenever the count is a power of two. NULL: out of memory. */
static struct call_history_row *next_row(struct call_history *history)
{
    size_t count = history->count;
    if ((count & (count - 1)) == 0) {
        size_t room = count == 0 ? 1 : 2 * count;
        struct call_history_row *rows = realloc(history->rows, room * sizeof *rows);
        if (rows == NULL) return NULL;
        history->rows = rows;
    }
    struct call_history_row *row = &history->rows[count];
    memset(row, 0, sizeof *row);
    return row;
}

/* The agent's end, if the Task is for that end. */
static enum call_role role_in(const struct token_statement *who, const char *worker_sid)
{
    enum call_role task_for = who->t1_sid[0] == '\0' ? ROLE_CALLER : ROLE_CALLEE;
    return call_rules_role(who, worker_sid) == task_for ? task_for : ROLE_NONE;
}

/*
 * T1 carries its outcome, which was written before anything else. K is canceled with the outcome as
 * the reason; where that wasn't told, nobody took it.
 */
static enum call_outcome outcome_of(const struct reservation_event *event, enum call_role role,
                                    const struct call_facts *facts)
{
    if (facts->outcome != OUTCOME_NONE) return facts->outcome;
    enum call_outcome outcome = call_rules_outcome_parse(event->reason);
    if (outcome != OUTCOME_NONE) return outcome;
    if (facts->connected_at[0] != '\0') return OUTCOME_HANGUP;
    return role == ROLE_CALLEE && event->end != END_COMPLETED ? OUTCOME_NO_ANSWER : OUTCOME_FAILED;
}

/* Both Attributes are the agent's to rewrite: no talk is longer than its Task. */
static int64_t talked_s(const struct reservation_event *event, const struct call_facts *facts)
{
    int64_t from_s;
    if (!date_parse_iso8601(facts->connected_at, &from_s)) return 0;
    int64_t to_s = facts->ended_at_s != 0 ? facts->ended_at_s : event->at_s;
    int64_t longest_s = event->task_age_s > 0 ? event->task_age_s : to_s - from_s;
    int64_t talk_s = to_s - from_s < longest_s ? to_s - from_s : longest_s;
    return talk_s > 0 ? talk_s : 1;
}

static void read_row(const struct reservation_event *event, const struct token_statement *who,
                     enum call_role role, struct call_history_row *row)
{
    struct call_facts facts;
    call_rules_read(event->attributes, &facts);
    row->at_s = event->at_s - (event->task_age_s > 0 ? event->task_age_s : 0);
    row->seconds = talked_s(event, &facts);
    sid_copy(row->task_sid, event->task_sid);
    sid_copy(row->t1_sid, role == ROLE_CALLER ? event->task_sid : who->t1_sid);
    row->role = role;
    row->other = who->party[call_rules_other(role)];
    row->outcome = outcome_of(event, role, &facts);
    memcpy(row->note, facts.note, sizeof row->note);
    memcpy(row->reply, facts.reply, sizeof row->reply);
}

static void forget_before(struct call_history *history, int64_t at_s)
{
    if (at_s > history->known_since_s) history->known_since_s = at_s;
}

enum err call_history_add(const struct call_context *context, const char *worker_sid,
                          const struct reservation_event *event, struct call_history *history)
{
    struct token_statement who;
    size_t key;
    const struct task task = { .attributes = event->attributes };
    enum err rc = call_statement(context, &task, &who, &key);
    if (rc == ERR_FORBIDDEN) {
        /* One that was signed with a secret of before can't be told from a forged one. */
        if (json_get_string(event->attributes, "dialpad") != NULL)
            forget_before(history, event->at_s);
        return ERR_OK;
    }
    if (rc != ERR_OK) return rc;
    enum call_role role = role_in(&who, worker_sid);
    if (role == ROLE_NONE) return ERR_OK;
    struct call_history_row *row = next_row(history);
    if (row == NULL) return ERR_MEMORY;
    read_row(event, &who, role, row);
    /* Two who called each other at once: the other T1 became the call. */
    if (row->outcome != OUTCOME_GLARE) history->count++;
    return ERR_OK;
}

/* By call; of one call, the row that stays comes first. */
static int by_call(const void *a, const void *b)
{
    const struct call_history_row *one = a;
    const struct call_history_row *other = b;
    int order = strcmp(one->t1_sid, other->t1_sid);
    if (order != 0) return order;
    if ((one->seconds > 0) != (other->seconds > 0)) return one->seconds > 0 ? -1 : 1;
    return one->at_s < other->at_s ? -1 : one->at_s > other->at_s;
}

static int newest_first(const void *a, const void *b)
{
    const struct call_history_row *one = a;
    const struct call_history_row *other = b;
    if (one->at_s != other->at_s) return one->at_s > other->at_s ? -1 : 1;
    return strcmp(one->t1_sid, other->t1_sid);
}

void call_history_settle(struct call_history *history)
{
    struct call_history_row *rows = history->rows;
    size_t kept = 0;
    if (history->count == 0) return;
    qsort(rows, history->count, sizeof *rows, by_call);
    for (size_t i = 0; i < history->count; i++) {
        if (kept > 0 && strcmp(rows[kept - 1].t1_sid, rows[i].t1_sid) == 0) continue;
        if (kept != i) rows[kept] = rows[i];
        kept++;
    }
    history->count = kept;
    qsort(rows, kept, sizeof *rows, newest_first);
    if (kept <= CALL_HISTORY_MAX) return;
    forget_before(history, rows[CALL_HISTORY_MAX - 1].at_s);
    history->count = CALL_HISTORY_MAX;
}

struct loading {
    const struct call_context *context;
    const char *worker_sid;
    struct call_history history;
};

static enum err add_event(void *context, const struct reservation_event *event)
{
    struct loading *loading = context;
    return call_history_add(loading->context, loading->worker_sid, event, &loading->history);
}

enum err call_history_load(const struct call_context *context, const char *worker_sid,
                           struct call_history *history)
{
    struct loading loading = { .context = context, .worker_sid = worker_sid };
    struct reservation_events events = { .each = add_event, .context = &loading };
    enum err rc = taskrouter_events_of_worker(context->twilio, worker_sid, &events);
    if (rc != ERR_OK) {
        call_history_free(&loading.history);
        return rc;
    }
    forget_before(&loading.history, events.known_since_s);
    call_history_settle(&loading.history);
    *history = loading.history;
    return ERR_OK;
}
