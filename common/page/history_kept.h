/*
 * What was found out of an agent's past a moment ago, in the state folder, so that a page that asks
 * again costs Twilio nothing. HISTORY_KEPT_SLOTS files at most, whichever agents they are of: two
 * that share one take turns. Each is replaced by rename, is the programs' own to read, and may be
 * deleted at any time.
 */
#ifndef DIALPAD_HISTORY_KEPT_H
#define DIALPAD_HISTORY_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/strbuf.h"

enum { HISTORY_KEPT_S = 30, HISTORY_KEPT_SLOTS = 256 };

/*
 * Appends what was kept of this agent less than HISTORY_KEPT_S before `now_s`. False when there is
 * nothing, or something damaged or another's: then nothing was appended.
 */
bool history_kept_read(const struct config *config, const char *worker_sid, int64_t now_s,
                       struct strbuf *text);

/* Fails silently: what can't be kept is asked for again. */
void history_kept_write(const struct config *config, const char *worker_sid, int64_t now_s,
                        const struct strbuf *text);

#endif
