/*
 * Unpredictable text, from the kernel.
 */
#ifndef DIALPAD_RANDOM_H
#define DIALPAD_RANDOM_H

#include <stddef.h>

#include "base/err.h"

enum { RANDOM_MAX_BYTES = 32 };

/*
 * Writes 2 * bytes hexadecimal digits and a NUL. ERR_INTERNAL if the kernel has none to give or
 * more than RANDOM_MAX_BYTES are asked for.
 */
enum err random_hex(char *text, size_t bytes) MUST_CHECK;

#endif
