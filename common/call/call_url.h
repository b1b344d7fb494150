/*
 * The addresses of our programs as Twilio is told them. The SIDs in them have been checked, so that
 * nothing needs an escape.
 *
 * Each carries Twilio's connection overrides in its fragment
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides): by default Twilio
 * asks again only after a failed connect, and an event that met a 503 would be lost. The fragment
 * isn't sent and isn't signed; parameters that are added later belong before it.
 */
#ifndef DIALPAD_CALL_URL_H
#define DIALPAD_CALL_URL_H

#include "base/strbuf.h"

/* Appends PUBLIC_URL/program#overrides. */
void call_url(struct strbuf *out, const char *public_url, const char *program);

/* The sounds. They are fetched unsigned, and losing one fetch costs nothing. */
void call_url_tone(struct strbuf *out, const char *public_url);
void call_url_music(struct strbuf *out, const char *public_url);

/* The next round of ringback for this call. */
void call_url_ringback(struct strbuf *out, const char *public_url, const char *t1_sid, int round);

/* What a leg hears on hold, round by round; `why` is "hold" or "reconnect". */
void call_url_waiting(struct strbuf *out, const char *public_url, const char *t1_sid,
                      const char *why, int round);

#endif
