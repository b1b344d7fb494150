/*
 * What a file is known by, so that another one can be told from it.
 */
#ifndef DIALPAD_DIGEST_H
#define DIALPAD_DIGEST_H

#include <stddef.h>

#include "base/err.h"

enum { DIGEST_INTEGRITY_SIZE = sizeof "sha384-" + 64 };

/* "sha384-" and base64, as the attribute `integrity` has it (https://www.w3.org/TR/SRI/). */
enum err digest_integrity(const void *bytes, size_t len,
                          char text[DIGEST_INTEGRITY_SIZE]) MUST_CHECK;

#endif
