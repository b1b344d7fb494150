#include "call/call_twiml.h"

#include "twilio/twiml.h"

/* Neither the document nor an address in it may end in the middle. */
static enum err whole(const struct strbuf *out, const struct strbuf *first,
                      const struct strbuf *second)
{
    bool failed = strbuf_failed(out) || strbuf_failed(first) || strbuf_failed(second);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err call_twiml_join(struct strbuf *out, const char *public_url, const struct call_join *join)
{
    struct strbuf callback;
    struct strbuf wait;
    const struct call_wait waiting = {
        .t1_sid = join->t1_sid,
        .room = join->room,
        .pass = join->pass,
    };
    strbuf_init(&callback, STRBUF_MAX_URL);
    strbuf_init(&wait, STRBUF_MAX_URL);
    call_url_status_callback(&callback, public_url, join->pass);
    call_url_wait(&wait, public_url, &waiting);
    const struct twiml_conference conference = {
        .name = join->room,
        .label = join->label,
        .status_callback = callback.buf,
        .wait_url = wait.buf,
        .start_on_enter = join->start_on_enter,
        .end_on_exit = join->end_on_exit,
    };
    twiml_dial_conference(out, &conference);
    enum err rc = whole(out, &callback, &wait);
    strbuf_free(&wait);
    strbuf_free(&callback);
    return rc;
}

enum err call_twiml_wait(struct strbuf *out, const char *public_url, const struct call_wait *wait)
{
    struct strbuf sound;
    struct strbuf next;
    struct call_wait following = *wait;
    following.round++;
    strbuf_init(&sound, STRBUF_MAX_URL);
    strbuf_init(&next, STRBUF_MAX_URL);
    if (wait->why == NULL) {
        call_url_tone(&sound, public_url);
    } else {
        call_url_music(&sound, public_url);
    }
    call_url_wait(&next, public_url, &following);
    twiml_play_then(out, sound.buf, next.buf);
    enum err rc = whole(out, &sound, &next);
    strbuf_free(&next);
    strbuf_free(&sound);
    return rc;
}
