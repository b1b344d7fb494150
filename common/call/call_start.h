/*
 * The beginning of a call: may this agent call that one now, and T1.
 */
#ifndef DIALPAD_CALL_START_H
#define DIALPAD_CALL_START_H

#include "call/call.h"
#include "directory/directory_search.h"

/* Why a call can't begin. */
enum start_refusal {
    START_OK,
    START_CALL_YOURSELF,
    START_UNKNOWN_AGENT,
    START_NOT_KNOWN_YET, /* the directory could not be read to its end: ask again */
    START_AMBIGUOUS_AGENT,
    START_UNSUPPORTED_CONTACT,
    START_IDENTITY_MISMATCH,
    START_CALLEE_OFFLINE,
    START_CALLEE_BUSY,
    START_CALLER_UNAVAILABLE,
    START_ALREADY_IN_CALL,
    START_ROUTING_UNSUPPORTED, /* Twilio takes T1 neither straight nor by the Workflow's filter */
    START__MAX
};

struct call_start {
    const struct token_agent *caller; /* the asker, from the token: session has looked into it */
    const char *to;                   /* "WK…" or a contact_uri */
    const char *note;                 /* a line for the colleague; "" if there is none */
    /* To find contact_uris, and two Workers with the same one; may be behind the times. */
    const struct directory *directory;
    bool in_flex; /* the caller's page is Flex, which then accepts T1 by itself */
};

struct call_started {
    char t1_sid[SID_SIZE];
    char pass[PASS_SIZE]; /* the caller's */
    struct {
        char contact_uri[WORKER_TEXT_SIZE];
        char friendly_name[WORKER_TEXT_SIZE];
    } mismatch; /* with START_IDENTITY_MISMATCH: what doesn't fit together */
};

/*
 * Reads the callee as it is at this moment, where it matters the caller too, and creates T1 if
 * nothing speaks against it.
 * ERR_OK with *refusal START_OK and T1, or with another refusal and nothing done. After a
 * failure of the creation itself it is unknown whether T1 exists; it ends by its Timeout.
 */
enum err call_start(const struct call_context *context, const struct call_start *start,
                    enum start_refusal *refusal, struct call_started *started) MUST_CHECK;

/* Was `to` refused for what only the directory says, which may be behind the times? */
bool call_start_rests_on_directory(enum start_refusal refusal, const char *to);

#endif
