/*
 * The directory's snapshot as a file that all processes share, and the lock file beside it that
 * lets one of them at a time replace it. Private to the directory's own modules.
 *
 * The snapshot is only ever replaced by rename, and a process that serves many requests reads it
 * into memory of its own: nothing that becomes of the file can reach a search. Deleting it costs
 * one refresh, so everything that is wrong with it means that there is none.
 */
#ifndef DIALPAD_DIRECTORY_FILE_H
#define DIALPAD_DIRECTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"
#include "directory/directory_image.h"

/*
 * Says that this process ends with the request in hand: from now on the pages of the file are
 * mapped instead of copied, which takes a tenth of the time. Should the file be cut meanwhile (none
 * of our programs does that), the request has no answer.
 */
void directory_file_serves_once(void);

/* ERR_NOT_FOUND when there is no snapshot, or a damaged, foreign or outdated one. */
enum err directory_file_open(const struct config *config, struct directory **directory) MUST_CHECK;

/*
 * For a thread that keeps the snapshot open between requests (NULL in *directory the first time):
 * costs one stat unless it was replaced. A snapshot whose file was deleted stays usable.
 */
enum err directory_file_reopen(const struct config *config,
                               struct directory **directory) MUST_CHECK;

/*
 * Replaces the snapshot; the caller holds the lock. ERR_FORBIDDEN when the state directory can't
 * be written (or is full); the old snapshot is still there then.
 */
enum err directory_file_replace(const struct config *config, const void *image,
                                size_t size) MUST_CHECK;

/*
 * Takes the lock without waiting; close(*lock) releases it, and so does the end of the process
 * (of the last one, where it was handed to a child). ERR_CONFLICT when another holds it,
 * ERR_FORBIDDEN when the state directory can't be written.
 */
enum err directory_file_lock(const struct config *config, int *lock) MUST_CHECK;

/* How the last refresh ended, written down by the holder of the lock. */
struct directory_attempt {
    int64_t ended_s; /* 0: there has been none */
    bool failed;
};

void directory_file_note_attempt(int lock, bool failed);
void directory_file_last_attempt(const struct config *config, struct directory_attempt *attempt);

#endif
