/*
 * A file is there whole, in its old form or in its new one, whenever the host loses its power.
 */
#ifndef DIALPAD_REPLACE_FILE_H
#define DIALPAD_REPLACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Writes `text` to `path`. Owner, group and mode are those of the file that was there; a new one
 * gets `mode` and, if root makes it, this group (NULL or unknown: root's). False, and said on the
 * standard error.
 */
bool replace_file(const char *path, const char *text, mode_t mode, const char *group) MUST_CHECK;

#endif
