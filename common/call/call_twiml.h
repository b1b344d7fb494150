/*
 * The TwiML documents of a call. ERR_MEMORY when one couldn't be written whole.
 */
#ifndef DIALPAD_CALL_TWIML_H
#define DIALPAD_CALL_TWIML_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "call/call_url.h"

/* A leg that is to join the Conference of a call. */
struct call_join {
    const char *t1_sid;
    const char *room;  /* the Conference's name */
    const char *label; /* NULL: the leg has not proved whose it is */
    const char *pass;  /* the caller's, to be handed on; NULL: none */
    bool start_on_enter;
    bool end_on_exit; /* its leaving ends the Conference; elsewhere its agent may come back */
};

enum err call_twiml_join(struct strbuf *out, const char *public_url,
                         const struct call_join *join) MUST_CHECK;

/* One round of ringback, or of waiting on hold. */
enum err call_twiml_wait(struct strbuf *out, const char *public_url,
                         const struct call_wait *wait) MUST_CHECK;

#endif
