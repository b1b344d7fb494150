/*
 * From the name that the web server has let in to the Worker that it belongs to.
 */
#ifndef DIALPAD_AGENT_LOOKUP_H
#define DIALPAD_AGENT_LOOKUP_H

#include <stdbool.h>

#include "base/config.h"
#include "base/err.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/twilio_client.h"

/*
 * By the file that DIALPAD_USERS names, if that names the user; else by friendly name, or by the
 * Worker attribute that DIALPAD_USER_ATTRIBUTE names, compared byte for byte. ERR_NOT_FOUND when
 * there is none, ERR_CONFLICT when there are several. The Worker is as Twilio has it now, never
 * from a cache.
 */
enum err agent_lookup(const struct config *config, struct twilio_client *client, bool fastcgi,
                      const char *user, struct worker *worker) MUST_CHECK;

#endif
