/*
 * What all programs of a host know together of the requests that Twilio has signed, or has not:
 * one small file in the state folder. The program health learns from it that an auth token or the
 * public URL is wrong, which no program can tell from a stranger's try.
 */
#ifndef DIALPAD_WEBHOOK_RECORD_H
#define DIALPAD_WEBHOOK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"

struct webhook_record {
    int64_t genuine_s;       /* the last genuine request, within WEBHOOK_RECORD_STEP_S; 0: none */
    int64_t refused_since_s; /* the first refused one since then; 0: none */
    int64_t refused;         /* and how many: about, since no process waits for a lock */
};

enum { WEBHOOK_RECORD_STEP_S = 10 };

/* Notes one request. Without a state folder nothing is noted. */
void webhook_record_note(const struct config *config, bool genuine, int64_t now_s);

/* All zero where nothing was noted. */
void webhook_record_read(const struct config *config, struct webhook_record *record);

#endif
