/*
 * The TwiML that this product speaks, with every text escaped for where it stands
 * (https://www.twilio.com/docs/voice/twiml). Each function appends one whole document.
 */
#ifndef DIALPAD_TWIML_H
#define DIALPAD_TWIML_H

#include <stdbool.h>

#include "base/strbuf.h"

struct twiml_conference {
    const char *name;            /* the Conference's name */
    const char *label;           /* the participant's; NULL: none */
    const char *status_callback; /* URL */
    const char *wait_url;        /* URL */
    bool start_on_enter;         /* written only when false: true is Twilio's default */
    bool end_on_exit;
};

/* <Response><Dial><Conference …>name</Conference></Dial></Response>, events "join leave end". */
void twiml_dial_conference(struct strbuf *out, const struct twiml_conference *conference);

/* <Response><Play>sound_url</Play><Redirect method="POST">next_url</Redirect></Response> */
void twiml_play_then(struct strbuf *out, const char *sound_url, const char *next_url);

#endif
