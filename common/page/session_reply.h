/*
 * What a page gets to know when it signs in.
 */
#ifndef DIALPAD_SESSION_REPLY_H
#define DIALPAD_SESSION_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/keys.h"
#include "base/config.h"
#include "base/err.h"
#include "twilio/taskrouter_worker.h"
#include "web/response.h"

/* For whom a session is made, and how far it goes. */
struct session_grant {
    const struct worker *worker;
    int ttl_s;        /* of our own token, from now on */
    bool with_twilio; /* Twilio's two as well, and where its SDKs connect: Flex has its own */
};

/* Makes the tokens of a session, and the addresses that its page hands to Twilio. */
enum err session_reply(const struct config *config, const struct keys *keys,
                       const struct session_grant *grant, int64_t now_s,
                       struct response *response) MUST_CHECK;

#endif
