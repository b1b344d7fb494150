/*
 * A file that decides who is who or holds secrets: read whole, and only if it is root's or the
 * programs' own, no other user can write it and none outside its group can read it.
 */
#ifndef DIALPAD_PRIVATE_FILE_H
#define DIALPAD_PRIVATE_FILE_H

#include <stddef.h>

#include "base/err.h"

enum { PRIVATE_FILE_PROBLEM_SIZE = 200 };

/*
 * *text is the caller's (private_file_free) and has one byte to spare after its *len. The file is
 * refused when it isn't a regular one or stands behind a symbolic link, when it belongs to another
 * user, when its group may write it, when others may read or write it, or when it is longer than
 * `max` bytes: ERR_INPUT, and `problem` says what to do. ERR_NOT_FOUND when there is none.
 */
enum err private_file_read(const char *path, size_t max, char **text, size_t *len,
                           char problem[PRIVATE_FILE_PROBLEM_SIZE]) MUST_CHECK;

/* Wipes all `len` bytes before it frees them. */
void private_file_free(char *text, size_t len);

#endif
