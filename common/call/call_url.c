#include "call/call_url.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "auth/pass.h"
#include "base/sid.h"

/* Four more tries after a failed connect, a time-out or a 5xx, within Twilio's 15 seconds. */
#define CONNECTION_OVERRIDES "#rc=4&rp=ct,rt,5xx&ct=2000&rt=5000"

/* Far more than the longest wait has. */
enum { ROUND_MAX = 1000 };

/*
 * Appends name and value; nothing where there is no value. Every leg that joins has its addresses
 * written, and formatting them took longer than the MACs in them.
 */
static void add_pair(struct strbuf *out, const char *name, const char *value)
{
    if (value == NULL) return;
    strbuf_addstr(out, name);
    strbuf_addstr(out, value);
}

void call_url(struct strbuf *out, const struct config *config, const char *program)
{
    const char *overrides = config->overrides == CONFIG_OVERRIDES_ON ? CONNECTION_OVERRIDES : "";
    strbuf_addf(out, "%s/%s%s", config->public_url, program, overrides);
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
    strbuf_addstr(out, public_url);
    strbuf_addstr(out, "/status-callback");
    add_pair(out, "?pass=", pass);
    strbuf_addstr(out, CONNECTION_OVERRIDES);
}

void call_url_wait(struct strbuf *out, const char *public_url, const struct call_wait *wait)
{
    strbuf_addstr(out, public_url);
    add_pair(out, "/ringback?taskSid=", wait->t1_sid);
    add_pair(out, "&room=", wait->room);
    add_pair(out, "&pass=", wait->pass);
    add_pair(out, "&why=", wait->why);
    if (wait->round > 0) strbuf_addf(out, "&round=%d", wait->round);
    strbuf_addstr(out, CONNECTION_OVERRIDES);
}

static int read_round(const char *text)
{
    bool is_number = text != NULL && strspn(text, "0123456789") == strlen(text);
    long round = is_number ? strtol(text, NULL, 10) : 0;
    return round > ROUND_MAX ? 0 : (int)round;
}

static const char *read_why(const char *text)
{
    static const char *const known[] = { "hold", "reconnect" };
    for (size_t i = 0; text != NULL && i < sizeof known / sizeof *known; i++)
        if (strcmp(text, known[i]) == 0) return known[i];
    return NULL;
}

void call_url_read_wait(const struct params *params, struct call_wait *wait)
{
    const char *t1_sid = params_get(params, "taskSid");
    const char *pass = params_get(params, "pass");
    *wait = (struct call_wait){
        .t1_sid = sid_is_task(t1_sid) ? t1_sid : NULL,
        .room = params_get(params, "room"),
        .pass = pass_is_text(pass) ? pass : NULL,
        .why = read_why(params_get(params, "why")),
        .round = read_round(params_get(params, "round")),
    };
}
