/*
 * setup.json, beside dialpad.conf: what setup has made.
 *
 *     {"account": "AC…", "things": [{"kind": "queue", "name": "…", "sid": "WQ…", "hash": "…"}]}
 *
 * An entry without "sid" is what it was about to make. "hash" is over what Twilio said of it when
 * it was made: what has another one since is changed by somebody.
 */
#ifndef DIALPAD_SETUP_RECORD_H
#define DIALPAD_SETUP_RECORD_H

#include <stdbool.h>

#include "setup.h"

enum { SETUP_HASH_SIZE = 65 };

/* False, and said: unreadable, or of another account than `account_sid`. */
bool setup_record_load(struct setup *setup) MUST_CHECK;

/* The entry of that kind, NULL: none. It belongs to the record, until that is changed. */
const cJSON *setup_record_find(const struct setup *setup, const char *kind);

/*
 * Notes an entry in place of that kind's former one, and writes the file. `sid` and `hash` may be
 * NULL.
 */
bool setup_record_put(struct setup *setup, const char *kind, const char *name, const char *sid,
                      const char *hash) MUST_CHECK;

/* Forgets that kind, and writes the file; without any entry it goes. */
bool setup_record_drop(struct setup *setup, const char *kind) MUST_CHECK;

/* What was said of a thing, in 64 digits. */
enum err setup_record_hash(const char *text, char hash[SETUP_HASH_SIZE]) MUST_CHECK;

#endif
