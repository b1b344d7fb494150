/*
 * A file that decides who is who or holds secrets: read whole, and only if nobody but its owner and
 * its group can have a hand in it.
 */
#ifndef DIALPAD_PRIVATE_FILE_H
#define DIALPAD_PRIVATE_FILE_H

#include <stddef.h>

#include "base/err.h"

enum { PRIVATE_FILE_PROBLEM_SIZE = 200 };

/*
 * *text is the caller's (private_file_free) and has one byte to spare after its *len. The file is
 * refused when it isn't a regular one, when others may read or write it, or when it is longer than
 * `max` bytes: ERR_INPUT, and `problem` says what to do. ERR_NOT_FOUND when there is none.
 */
enum err private_file_read(const char *path, size_t max, char **text, size_t *len,
                           char problem[PRIVATE_FILE_PROBLEM_SIZE]) MUST_CHECK;

/* Wipes all `len` bytes before it frees them. */
void private_file_free(char *text, size_t len);

#endif
