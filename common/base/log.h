/*
 * One line per event on standard error (base/log_line has its form), written with a single write(2)
 * so that lines of several threads never mix. Callers never hand over a token, a signature, a
 * secret or a body.
 *
 * What a request is found to be about is noted once, and stands in each of its lines from there on:
 * every line on a call names its T1, and the line of its outcome all its SIDs.
 */
#ifndef DIALPAD_LOG_H
#define DIALPAD_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log_line.h"

/* Names the program in every line; `program` must live as long as the process. */
void log_open(const char *program);

/* In what form lines are written from here on; before it, as text. */
void log_set_form(const struct log_form *form);

/*
 * From here on this thread's lines are about that request (NULL: about none), and what was noted is
 * forgotten. `request_id` must live until the next call.
 */
void log_about(const char *request_id);

/* What can be noted; the comment is the key in the line. */
enum log_key {
    LOG_TASK,        /* task: that was asked about, unless t1 or k says the same */
    LOG_T1,          /* t1 */
    LOG_K,           /* k */
    LOG_CONF,        /* conf: the Conference */
    LOG_CALL,        /* call: the leg that asks, or that is reported of */
    LOG_WORKER,      /* worker: the agent that asks */
    LOG_ROLE,        /* role: caller or callee, of that agent or that leg */
    LOG_OTHER,       /* other: the Worker at the other end */
    LOG_EVENT,       /* event: Twilio's word for what it reports */
    LOG_LEFT_REASON, /* left_reason: ReasonParticipantLeft */
    LOG_END_REASON,  /* end_reason: ReasonConferenceEnded */
    LOG_ENDED_BY,    /* ended_by: CallSidEndingConference */
    LOG_CALL_STATUS, /* call_status: of the leg */
    LOG_QUEUED_MS,   /* queued_ms: how long Twilio held a leg back that was read */
    LOG_KEY__MAX
};

/*
 * Notes it for this thread's lines, or forgets it ("" as the value). NULL, and what is no SID where
 * there has to be one, changes nothing: fields from outside may be handed over as they came.
 */
void log_note(enum log_key key, const char *value);

/* What is known of a request when it ends; NULL members are left out of the line. */
struct log_request {
    int status;
    int64_t duration_ms;
    const char *reason;  /* one word: "ok", "bad_signature", "upstream_timeout" */
    const char *detail;  /* free text for the admin */
    const char *address; /* who asked, where that was refused; deploy/fail2ban reads it */
};

/* "... program=create-task request=3f9c... status=201 ms=14 reason=ok t1=WT... worker=WK..." */
void log_request(const struct log_request *entry);

/* A line of its own for a fact that is looked for later: what was noted, then these. */
struct log_fact {
    const char *key;
    const char *value; /* NULL: left out */
};
void log_facts(const struct log_fact *facts, size_t count);

/* "... warn program=create-task request=3f9c... t1=WT... msg=\"text\"" */
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
