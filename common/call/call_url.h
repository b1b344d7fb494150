/*
 * The addresses of our programs as Twilio is told them. The SIDs, names and passes in
 * them have been checked, so that nothing needs an escape.
 *
 * Each carries Twilio's connection overrides in its fragment
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides): by default Twilio
 * asks again only after a failed connect, and an event that met a 503 would be lost. The fragment
 * isn't sent and isn't signed; parameters that are added later belong before it.
 */
#ifndef DIALPAD_CALL_URL_H
#define DIALPAD_CALL_URL_H

#include "base/config.h"
#include "base/params.h"
#include "base/strbuf.h"

/*
 * Appends PUBLIC_URL/program, and overrides unless TaskRouter, through which these addresses go, is
 * one that takes no fragment (DIALPAD_OVERRIDES).
 */
void call_url(struct strbuf *out, const struct config *config, const char *program);

/* The sounds. They are fetched unsigned, and losing one fetch costs nothing. */
void call_url_tone(struct strbuf *out, const char *public_url);
void call_url_music(struct strbuf *out, const char *public_url);

/* Where a Conference reports; `pass` is the caller's, or NULL where there is none to hand on. */
void call_url_status_callback(struct strbuf *out, const char *public_url, const char *pass);

/* What a leg waits with. */
struct call_wait {
    const char *t1_sid;
    const char *room; /* the Conference's name, which shows that the address is ours; NULL: isn't */
    const char *pass; /* the caller's; NULL: none, and then K is never made from here */
    const char *why;  /* "hold" or "reconnect"; NULL: the colleague has not answered yet */
    int round;
};

/* Its next round. */
void call_url_wait(struct strbuf *out, const char *public_url, const struct call_wait *wait);

/*
 * What such an address says, in the memory of `params`. Whatever is in it, it can be read: what is
 * no SID, no pass, no known reason or no number is NULL or round 0. The room isn't looked at.
 */
void call_url_read_wait(const struct params *params, struct call_wait *wait);

#endif
