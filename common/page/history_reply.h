/*
 * The answer of call-history. The rows are written once, as lines that can be kept (history_kept.h)
 * and answered from for any number of days: "known since", then one line a call, newest first, of
 * the time when it began and its JSON.
 */
#ifndef DIALPAD_HISTORY_REPLY_H
#define DIALPAD_HISTORY_REPLY_H

#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "call/call_history.h"

/* A settled history as lines. */
void history_reply_lines(const struct call_history *history, struct strbuf *lines);

/*
 * {"calls": [{"at", "taskSid", "role", "other": {"sid", "name"}, "outcome", "seconds", "note",
 * "reply"}], "complete"} of the calls that began at `since_s` or later; complete is false when
 * there may have been more. Lines that aren't such are ERR_INPUT.
 */
enum err history_reply(struct strbuf *out, const char *lines, int64_t since_s) MUST_CHECK;

#endif
