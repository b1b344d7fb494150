/*
 * Which address is a Worker's own. An agent can write contact_uri with the TaskRouter token, so it
 * counts only together with what an agent can't write: the Worker's friendly name, or the
 * administrator's file (DIALPAD_USERS); with DIALPAD_IDENTITY=contact_uri it counts alone.
 */
#ifndef DIALPAD_AGENT_ADDRESS_H
#define DIALPAD_AGENT_ADDRESS_H

#include <stdbool.h>

#include "base/config.h"
#include "twilio/taskrouter_worker.h"

enum address_verdict {
    ADDRESS_OK,
    ADDRESS_UNSUPPORTED, /* no softphone, or an identity that Twilio doesn't allow */
    ADDRESS_MISMATCH     /* not the address that this Worker may have */
};

/* Judges the Worker's address; one that the file gives takes the place of contact_uri before. */
enum address_verdict agent_address_settle(const struct config *config, struct worker *worker);

/* What is known of a Worker that may have a right to an address. */
struct address_candidate {
    const char *sid;
    const char *friendly_name;
    const char *contact_uri;
};

/*
 * May this Worker have that address, now or after the agent has changed contact_uri? Two Workers of
 * whom this is true are in each other's way.
 */
bool agent_address_is_open_to(const struct config *config, const char *address,
                              const struct address_candidate *candidate);

#endif
