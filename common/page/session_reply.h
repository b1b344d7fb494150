/*
 * What a page gets to know when it signs in.
 */
#ifndef DIALPAD_SESSION_REPLY_H
#define DIALPAD_SESSION_REPLY_H

#include <stdint.h>

#include "auth/keys.h"
#include "base/config.h"
#include "base/err.h"
#include "twilio/taskrouter_worker.h"
#include "web/response.h"

/* Makes the three tokens for this Worker, and the addresses that its page hands to Twilio. */
enum err session_reply(const struct config *config, const struct keys *keys,
                       const struct worker *worker, int64_t now_s,
                       struct response *response) MUST_CHECK;

#endif
