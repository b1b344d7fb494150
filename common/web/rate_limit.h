/*
 * How often one agent may begin a call. A page has no reason to begin more than a few in a minute;
 * a script with an agent's token has, and each call rings an agent.
 *
 * The times of each Worker's last calls stand in a table in the state directory, which all
 * processes of the machine share, plain CGI programs included. It is of a fixed size, holds no
 * secret and may be deleted at any time: that costs the memory of the last minute. Several web
 * hosts count each for itself.
 */
#ifndef DIALPAD_RATE_LIMIT_H
#define DIALPAD_RATE_LIMIT_H

#include <stdint.h>

#include "base/config.h"
#include "base/err.h"

enum { RATE_LIMIT_CALLS = 20, RATE_LIMIT_WINDOW_S = 60 };

/*
 * Counts one attempt of this Worker at `now_s` (seconds since 1970). *wait_s is 0 when it may go
 * on, else the seconds until the next attempt is allowed (1 to RATE_LIMIT_WINDOW_S); a refused
 * attempt isn't counted.
 *
 * ERR_FORBIDDEN when the table can't be written, ERR_UNAVAILABLE when another process holds it for
 * too long: then nothing is known, and the caller had better go on.
 */
enum err rate_limit_count(const struct config *config, const char *worker_sid, int64_t now_s,
                          int *wait_s) MUST_CHECK;

#endif
