#include "call/call_urls.h"

#include "base/encode.h"
#include "twilio/twiml.h"

/* Four more tries after a failed connect, a time-out or a 5xx, within Twilio's 15 seconds. */
#define CONNECTION_OVERRIDES "#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000"

void call_url(struct strbuf *out, const char *public_url, const char *program, const char *query)
{
    strbuf_addf(out, "%s/%s", public_url, program);
    if (query != NULL && *query != '\0') strbuf_addf(out, "?%s", query);
    strbuf_addstr(out, CONNECTION_OVERRIDES);
}

void call_url_tone(struct strbuf *out, const char *public_url)
{
    strbuf_addf(out, "%s/ringback?tone=1", public_url);
}

void call_url_music(struct strbuf *out, const char *public_url)
{
    strbuf_addf(out, "%s/ringback?tone=2", public_url);
}

void call_url_waiting(struct strbuf *out, const char *public_url, const char *t1_sid,
                      const char *why, int round)
{
    struct strbuf query;
    strbuf_init(&query, STRBUF_MAX_URL);
    encode_form_pair(&query, "taskSid", t1_sid);
    encode_form_pair(&query, "why", why);
    if (round > 0) strbuf_addf(&query, "&round=%d", round);
    call_url(out, public_url, "ringback", query.buf);
    strbuf_free(&query);
}

void call_url_ringback(struct strbuf *out, const char *public_url, const char *t1_sid, int round)
{
    struct strbuf query;
    strbuf_init(&query, STRBUF_MAX_URL);
    encode_form_pair(&query, "taskSid", t1_sid);
    if (round > 0) strbuf_addf(&query, "&round=%d", round);
    call_url(out, public_url, "ringback", query.buf);
    strbuf_free(&query);
}

void call_twiml_join(struct strbuf *out, const char *public_url, const char *t1_sid,
                     bool start_on_enter, bool end_on_exit)
{
    struct strbuf callback;
    struct strbuf wait;
    strbuf_init(&callback, STRBUF_MAX_URL);
    strbuf_init(&wait, STRBUF_MAX_URL);
    call_url(&callback, public_url, "status-callback", NULL);
    call_url_ringback(&wait, public_url, t1_sid, 0);
    const struct twiml_conference conference = {
        .name = t1_sid,
        .status_callback = callback.buf,
        .wait_url = wait.buf,
        .start_on_enter = start_on_enter,
        .end_on_exit = end_on_exit,
    };
    twiml_dial_conference(out, &conference);
    strbuf_free(&wait);
    strbuf_free(&callback);
}

void call_twiml_ringback(struct strbuf *out, const char *public_url, const char *t1_sid, int round)
{
    struct strbuf tone;
    struct strbuf next;
    strbuf_init(&tone, STRBUF_MAX_URL);
    strbuf_init(&next, STRBUF_MAX_URL);
    call_url_tone(&tone, public_url);
    call_url_ringback(&next, public_url, t1_sid, round + 1);
    twiml_play_then(out, tone.buf, next.buf);
    strbuf_free(&next);
    strbuf_free(&tone);
}

void call_twiml_waiting(struct strbuf *out, const char *public_url, const char *t1_sid,
                        const char *why, int round)
{
    struct strbuf music;
    struct strbuf next;
    strbuf_init(&music, STRBUF_MAX_URL);
    strbuf_init(&next, STRBUF_MAX_URL);
    call_url_music(&music, public_url);
    call_url_waiting(&next, public_url, t1_sid, why, round + 1);
    twiml_play_then(out, music.buf, next.buf);
    strbuf_free(&next);
    strbuf_free(&music);
}
