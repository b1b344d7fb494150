/*
 * Changes single lines of a configuration's text and leaves all others as they were written.
 * Pure.
 */
#ifndef DIALPAD_CONFIG_EDIT_H
#define DIALPAD_CONFIG_EDIT_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Does the text give the key a value, be it an empty one? A line behind '#' gives none. */
bool config_edit_has(const char *text, const char *key);

/*
 * Appends `text` to `out` with KEY=value in the place of the key's line, or of the first one that
 * gives it behind a '#' as an example does, or else at the end. A value of NULL takes the key's
 * line away.
 */
void config_edit_set(struct strbuf *out, const char *text, const char *key, const char *value);

#endif
