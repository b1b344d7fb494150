/*
 * dialpad.conf as setup writes it: several keys change together or not at all, and whatever else
 * stands there stays.
 */
#ifndef DIALPAD_SETUP_CONF_H
#define DIALPAD_SETUP_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct setup_line {
    const char *key;
    const char *value; /* NULL: the line goes */
};

/* Does the file name the key? False without a file. */
bool setup_conf_has(const char *path, const char *key);

/* Writes all these lines; the file is made where there is none, for the group dialpad, 0640. */
bool setup_conf_write(const char *path, const struct setup_line *lines, size_t count) MUST_CHECK;

#endif
