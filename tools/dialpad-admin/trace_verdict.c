/* What the call came to, in one sentence; from the facts alone, whatever they are known from. */
#include "trace.h"

#include <string.h>

/* "12 s", "3 min 5 s"; "" where one of the times isn't known. */
static void add_span(struct strbuf *out, const char *before, int64_t from_ms, int64_t to_ms,
                     const char *behind)
{
    int64_t span_s = (to_ms - from_ms + 500) / 1000;
    if (from_ms <= 0 || to_ms <= 0 || span_s < 0) return;
    strbuf_addstr(out, before);
    if (span_s >= 60) strbuf_addf(out, "%lld min ", (long long)(span_s / 60));
    strbuf_addf(out, "%lld s%s", (long long)(span_s % 60), behind);
}

/* Twilio's words for a softphone that has gone by itself, and not by a request of ours. */
static bool has_gone(const struct trace_party *party)
{
    return strcmp(party->left_reason, "participant_hung_up") == 0;
}

/* The agent who was gone when the call ended; ROLE_NONE: none was. */
static enum call_role who_dropped(const struct trace *trace)
{
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        if (trace->party[role].away_since_ms > 0) return role;
    /* A hang-up by a page ends both legs; where no page has asked, the first one to leave did. */
    if (trace->asked_by != ROLE_NONE) return ROLE_NONE;
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        if (has_gone(&trace->party[role])) return role;
    /* Without the log: a leg that ended by itself did so before the other one. */
    int64_t caller_s = trace->party[ROLE_CALLER].leg_ended_s;
    int64_t callee_s = trace->party[ROLE_CALLEE].leg_ended_s;
    if (caller_s == 0 || callee_s == 0 || caller_s == callee_s) return ROLE_NONE;
    return caller_s < callee_s ? ROLE_CALLER : ROLE_CALLEE;
}

static void hangup(const struct trace *trace, struct strbuf *out)
{
    enum call_role dropped = who_dropped(trace);
    if (dropped != ROLE_NONE) {
        const struct trace_party *party = &trace->party[dropped];
        int64_t gone_ms = party->away_since_ms > 0 ? party->away_since_ms : party->left_ms;
        strbuf_addf(out, "dropped: %s's softphone was gone without a hang-up",
                    trace_name(trace, dropped));
        add_span(out, ", ", trace->connected_ms, gone_ms, " into the talk");
        if (party->away_since_ms > 0)
            add_span(out, ", and didn't come back within ", gone_ms, trace->ended_ms, "");
        strbuf_addstr(out, ". Look at that agent's network and browser.");
        return;
    }
    if (trace->asked_by != ROLE_NONE)
        strbuf_addf(out, "%s hung up", trace_name(trace, trace->asked_by));
    else
        strbuf_addstr(out, "completed: one of the two hung up (the log says which)");
    add_span(out, ", after ", trace->connected_ms, trace->ended_ms, " of talk");
    strbuf_addch(out, '.');
}

/* A leg that ended without having been answered, by Twilio's word for it. */
static const char *why_not_up(const struct trace_party *party)
{
    if (strcmp(party->leg_status, "failed") == 0) return "could not be reached (not registered?)";
    if (strcmp(party->leg_status, "busy") == 0) return "refused the call";
    if (strcmp(party->leg_status, "no-answer") == 0) return "did not answer";
    if (strcmp(party->leg_status, "canceled") == 0) return "was hung up before it answered";
    return NULL;
}

static void failed(const struct trace *trace, struct strbuf *out)
{
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        const char *why = why_not_up(&trace->party[role]);
        if (why == NULL) continue;
        strbuf_addf(out, "failed: %s's softphone %s.", trace_name(trace, role), why);
        return;
    }
    if (trace->party[ROLE_CALLER].leg[0] == '\0') {
        strbuf_addf(out, "failed: no leg of %s was ever placed.", trace_name(trace, ROLE_CALLER));
    } else if (trace->k_sid[0] == '\0') {
        strbuf_addf(out, "failed: no Task could be made for %s; the log says why.",
                    trace_name(trace, ROLE_CALLEE));
    } else {
        strbuf_addstr(out, "failed: it could not be carried through; the log says why.");
    }
}

static void canceled(const struct trace *trace, struct strbuf *out)
{
    const char *caller = trace_name(trace, ROLE_CALLER);
    const char *callee = trace_name(trace, ROLE_CALLEE);
    if (trace->asked_by == ROLE_NONE && has_gone(&trace->party[ROLE_CALLER]))
        strbuf_addf(out, "canceled: %s's softphone was gone before %s answered", caller, callee);
    else
        strbuf_addf(out, "canceled: %s gave up before %s answered", caller, callee);
    if (trace->ringing_ms > 0)
        add_span(out, ", after ", trace->ringing_ms, trace->ended_ms, " of ringing");
    else
        strbuf_addstr(out, "; it hadn't rung yet");
    strbuf_addch(out, '.');
}

/* No outcome: nothing of ours has ended it. */
static void without_outcome(const struct trace *trace, struct strbuf *out)
{
    if (trace->t1_end[0] != '\0') {
        strbuf_addf(out, "no outcome: Twilio or somebody else has ended T1, which is %s.",
                    trace->t1_end);
    } else if (trace->connected_ms > 0)
        strbuf_addstr(out, "still going on: both are in the call, as far as is known.");
    else if (trace->created_ms > 0)
        strbuf_addstr(out, "still going on: not connected yet, as far as is known.");
    else
        strbuf_addstr(out, "unknown: no source holds anything of this call any more.");
}

void trace_verdict(const struct trace *trace, struct strbuf *out)
{
    const char *caller = trace_name(trace, ROLE_CALLER);
    const char *callee = trace_name(trace, ROLE_CALLEE);
    switch (trace->facts.outcome) {
    case OUTCOME_HANGUP:
        hangup(trace, out);
        break;
    case OUTCOME_CANCEL:
        canceled(trace, out);
        break;
    case OUTCOME_DECLINED:
        strbuf_addf(out, "declined: %s declined", callee);
        add_span(out, " after ", trace->ringing_ms, trace->ended_ms, " of ringing");
        strbuf_addch(out, '.');
        break;
    case OUTCOME_NO_ANSWER:
        strbuf_addf(out, "not answered: %s did not answer", callee);
        add_span(out, " within ", trace->ringing_ms, trace->ended_ms, "");
        strbuf_addch(out, '.');
        break;
    case OUTCOME_BUSY:
        strbuf_addf(out, "busy: %s was on another call when it would have rung.", callee);
        break;
    case OUTCOME_GLARE:
        strbuf_addf(out, "crossed: %s and %s called each other at once; the other call lives.",
                    caller, callee);
        break;
    case OUTCOME_FAILED:
        failed(trace, out);
        break;
    default:
        without_outcome(trace, out);
        break;
    }
}
