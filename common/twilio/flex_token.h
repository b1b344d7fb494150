/*
 * Tokens of Twilio Flex, by which the page of a Flex user proves who that is. They are encrypted,
 * so only Twilio can say whose one is (as twilio-flex-token-validator on npm asks it).
 */
#ifndef DIALPAD_FLEX_TOKEN_H
#define DIALPAD_FLEX_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

/* Bytes; Flex's own have about a thousand. */
enum { FLEX_TOKEN_MIN = 16, FLEX_TOKEN_MAX = 4096 };

/* Is it base64url and dots, as each token is, of such a length? Nothing else is sent to Twilio. */
bool flex_token_is_plausible(const char *text);

struct flex_token {
    char worker_sid[SID_SIZE]; /* "" if this user of Flex is no Worker */
    int64_t left_s;            /* how long it holds, by Twilio's clock: 1 or more */
};

/*
 * Asks Twilio about a plausible token; the account is the configured one, the Worker may be of any
 * of its workspaces. ERR_AUTH: Twilio doesn't accept the token, or its time is over. ERR_UPSTREAM
 * also for an answer that doesn't say how long it holds.
 */
enum err flex_token_validate(struct twilio_client *client, const char *token,
                             struct flex_token *found) MUST_CHECK;

#endif
