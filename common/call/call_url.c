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

static void end_round(struct strbuf *out, int round)
{
    if (round > 0) strbuf_addf(out, "&round=%d", round);
    strbuf_addstr(out, CONNECTION_OVERRIDES);
}

void call_url_ringback(struct strbuf *out, const char *public_url, const char *t1_sid, int round)
{
    strbuf_addf(out, "%s/ringback?taskSid=%s", public_url, t1_sid);
    end_round(out, round);
}

void call_url_waiting(struct strbuf *out, const char *public_url, const char *t1_sid,
                      const char *why, int round)
{
    strbuf_addf(out, "%s/ringback?taskSid=%s&why=%s", public_url, t1_sid, why);
    end_round(out, round);
}
