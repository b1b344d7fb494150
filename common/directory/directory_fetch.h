/*
 * Asks Twilio for all Workers and for the live voice Tasks, and makes a snapshot of the answers.
 * Which Tasks are held is worth less than who is there: when Twilio says the one and not the other,
 * there is a snapshot all the same, and `busy` is unknown in it.
 */
#ifndef DIALPAD_DIRECTORY_FETCH_H
#define DIALPAD_DIRECTORY_FETCH_H

#include "base/config.h"
#include "base/err.h"
#include "directory/directory_image.h"
#include "twilio/twilio_client.h"

/*
 * Into memory alone. When Twilio stops answering after the first Workers, the snapshot holds those
 * and is incomplete. `previous` (may be NULL) saves requests.
 */
enum err directory_fetch(const struct config *config, struct twilio_client *client,
                         const struct directory *previous, struct directory **directory) MUST_CHECK;

/*
 * Replaces the snapshot's file, under a lock (directory_file_lock) that the caller holds and
 * closes, and notes in the lock how that ended. ERR_FORBIDDEN when the state directory can't be
 * written.
 *
 * `on_wrapping` (may be NULL) is called for each Task of our Workflow that has been wrapping for
 * more than 15 s, so that its owner can look after it.
 */
enum err directory_fetch_into_file(const struct config *config, struct twilio_client *client,
                                   int lock,
                                   void (*on_wrapping)(void *context, const char *task_sid),
                                   void *context) MUST_CHECK;

#endif
