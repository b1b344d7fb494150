/*
 * Who may ask what is nobody else's business: metrics, and the check that asks Twilio.
 */
#ifndef DIALPAD_MONITOR_H
#define DIALPAD_MONITOR_H

#include <stdbool.h>

#include "base/config.h"
#include "web/request.h"

/*
 * A request from this machine, or one with `Authorization: Bearer` and DIALPAD_METRICS_TOKEN, where
 * there is one. How long it takes says nothing of the token but its length.
 */
bool monitor_may_ask(const struct config *config, const struct request *request);

#endif
