/*
 * Reads that were said ahead: asked at the same time as another request, and kept until somebody
 * reads them; private to twilio_client. Belongs to one thread.
 */
#ifndef DIALPAD_TWILIO_AHEAD_H
#define DIALPAD_TWILIO_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "twilio/http_many.h"

/* Together with the request beside which they are asked: what one client has under way at once. */
enum { TWILIO_AHEAD_MAX = HTTP_CLIENT_TRANSFERS - 1 };

struct twilio_ahead;

struct twilio_ahead *twilio_ahead_new(void); /* NULL: out of memory */
void twilio_ahead_free(struct twilio_ahead *ahead);

/* The URL is copied. What there is no room for is left out: it is asked when it is read. */
void twilio_ahead_say(struct twilio_ahead *ahead, struct http_client *client, const char *url);

/* What was said, asked or not; true if it was asked and there is an answer for `reply`. */
bool twilio_ahead_take(struct twilio_ahead *ahead, const char *url, struct http_reply *reply,
                       enum err *rc);

/* As http_client_perform, and at the same time all that was said and not asked yet. */
enum err twilio_ahead_perform(struct twilio_ahead *ahead, struct http_client *client,
                              const struct http_request *request, const struct deadline *deadline,
                              struct http_reply *reply) MUST_CHECK;

/* Forgets all, or only what has been answered. */
void twilio_ahead_forget(struct twilio_ahead *ahead);
void twilio_ahead_forget_answers(struct twilio_ahead *ahead);

#endif
