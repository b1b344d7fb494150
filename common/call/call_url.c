#include "call/call_url.h"

/* Four more tries after a failed connect, a time-out or a 5xx, within Twilio's 15 seconds. */
#define CONNECTION_OVERRIDES "#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000"

void call_url(struct strbuf *out, const char *public_url, const char *program)
{
    strbuf_addf(out, "%s/%s%s", public_url, program, CONNECTION_OVERRIDES);
}

void call_url_tone(struct strbuf *out, const char *public_url)
{
    strbuf_addf(out, "%s/ringback?tone=1", public_url);
}

void call_url_music(struct strbuf *out, const char *public_url)
{
    strbuf_addf(out, "%s/ringback?tone=2", public_url);
}

void call_url_status_callback(struct strbuf *out, const char *public_url, const char *pass)
{
    strbuf_addf(out, "%s/status-callback", public_url);
    if (pass != NULL) strbuf_addf(out, "?pass=%s", pass);
    strbuf_addstr(out, CONNECTION_OVERRIDES);
}

void call_url_wait(struct strbuf *out, const char *public_url, const struct call_wait *wait)
{
    strbuf_addf(out, "%s/ringback?taskSid=%s", public_url, wait->t1_sid);
    if (wait->room != NULL) strbuf_addf(out, "&room=%s", wait->room);
    if (wait->pass != NULL) strbuf_addf(out, "&pass=%s", wait->pass);
    if (wait->why != NULL) strbuf_addf(out, "&why=%s", wait->why);
    if (wait->round > 0) strbuf_addf(out, "&round=%d", wait->round);
    strbuf_addstr(out, CONNECTION_OVERRIDES);
}
