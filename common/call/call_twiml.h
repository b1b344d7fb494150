/*
 * The TwiML documents of a call. ERR_MEMORY when one couldn't be written whole.
 */
#ifndef DIALPAD_CALL_TWIML_H
#define DIALPAD_CALL_TWIML_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Joins a leg to the Conference of this call. A leg that leaves ends the Conference only where
 * `end_on_exit`: elsewhere its agent may come back.
 */
enum err call_twiml_join(struct strbuf *out, const char *public_url, const char *t1_sid,
                         bool start_on_enter, bool end_on_exit) MUST_CHECK;

/* One round of ringback, and one round of waiting on hold. */
enum err call_twiml_ringback(struct strbuf *out, const char *public_url, const char *t1_sid,
                             int round) MUST_CHECK;
enum err call_twiml_waiting(struct strbuf *out, const char *public_url, const char *t1_sid,
                            const char *why, int round) MUST_CHECK;

#endif
