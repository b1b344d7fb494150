#include "call/call_twiml.h"

#include "call/call_url.h"
#include "twilio/twiml.h"

/* Neither the document nor an address in it may end in the middle. */
static enum err whole(const struct strbuf *out, const struct strbuf *first,
                      const struct strbuf *second)
{
    bool failed = strbuf_failed(out) || strbuf_failed(first) || strbuf_failed(second);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err call_twiml_join(struct strbuf *out, const char *public_url, const char *t1_sid,
                         bool start_on_enter, bool end_on_exit)
{
    struct strbuf callback;
    struct strbuf wait;
    strbuf_init(&callback, STRBUF_MAX_URL);
    strbuf_init(&wait, STRBUF_MAX_URL);
    call_url(&callback, public_url, "status-callback");
    call_url_ringback(&wait, public_url, t1_sid, 0);
    const struct twiml_conference conference = {
        .name = t1_sid,
        .status_callback = callback.buf,
        .wait_url = wait.buf,
        .start_on_enter = start_on_enter,
        .end_on_exit = end_on_exit,
    };
    twiml_dial_conference(out, &conference);
    enum err rc = whole(out, &callback, &wait);
    strbuf_free(&wait);
    strbuf_free(&callback);
    return rc;
}

enum err call_twiml_ringback(struct strbuf *out, const char *public_url, const char *t1_sid,
                             int round)
{
    struct strbuf tone;
    struct strbuf next;
    strbuf_init(&tone, STRBUF_MAX_URL);
    strbuf_init(&next, STRBUF_MAX_URL);
    call_url_tone(&tone, public_url);
    call_url_ringback(&next, public_url, t1_sid, round + 1);
    twiml_play_then(out, tone.buf, next.buf);
    enum err rc = whole(out, &tone, &next);
    strbuf_free(&next);
    strbuf_free(&tone);
    return rc;
}

enum err call_twiml_waiting(struct strbuf *out, const char *public_url, const char *t1_sid,
                            const char *why, int round)
{
    struct strbuf music;
    struct strbuf next;
    strbuf_init(&music, STRBUF_MAX_URL);
    strbuf_init(&next, STRBUF_MAX_URL);
    call_url_music(&music, public_url);
    call_url_waiting(&next, public_url, t1_sid, why, round + 1);
    twiml_play_then(out, music.buf, next.buf);
    enum err rc = whole(out, &music, &next);
    strbuf_free(&next);
    strbuf_free(&music);
    return rc;
}
