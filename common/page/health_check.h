/*
 * What can be wrong between this host and the workspace, in words that an admin can act on.
 */
#ifndef DIALPAD_HEALTH_CHECK_H
#define DIALPAD_HEALTH_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config_watch.h"
#include "twilio/twilio_client.h"

enum { HEALTH_FINDINGS_MAX = 8, HEALTH_TEXT_SIZE = 512, HEALTH_KEPT_MS = 10 * 1000 };

struct health_findings {
    char list[HEALTH_FINDINGS_MAX][HEALTH_TEXT_SIZE];
    size_t count;
};

/* Adds a finding; more than fit are dropped, because the first ones explain the rest. */
void health_check_add_finding(struct health_findings *findings, const char *text);

/*
 * What this host knows without asking Twilio, and what costs something but not the service: the
 * state folder can't be used, Twilio's signatures are refused, the configuration isn't the one that
 * this process has read.
 */
void health_check_host(const struct config *config, const struct config_watch *watch,
                       struct health_findings *warnings);

/*
 * Asks Twilio for the Workflow and judges it: the credentials work, its Reservation time-out
 * exceeds the ring time, and its first filter that could take our Tasks routes them by
 * contact_uri. Judges this host's clock by Twilio's. The findings are kept for HEALTH_KEPT_MS for
 * all threads.
 *
 * One thread asks at a time, however many requests come, and the others get what was found before
 * without waiting. False while nothing has been found out yet.
 */
bool health_check_deep(const struct config *config, struct twilio_client *client,
                       struct health_findings *findings) MUST_CHECK;

/*
 * How many Workers of the directory may have the address that they have (agent_address.h), of how
 * many. False while there is no directory.
 */
bool health_check_workers(const struct config *config, size_t *fit, size_t *of);

#endif
