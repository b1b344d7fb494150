/*
 * dialpad-admin call: what its files share. A trace is all that is known of one call, whatever it
 * is known from: entries in the order of their time, and the facts that the verdict follows from.
 */
#ifndef DIALPAD_TRACE_H
#define DIALPAD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "auth/keys.h"
#include "auth/pass.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/sid.h"
#include "base/strbuf.h"
#include "call/call_rules.h"
#include "twilio/twilio_client.h"

enum trace_source { TRACE_TASKROUTER, TRACE_CONFERENCE, TRACE_CALLS, TRACE_LOG, TRACE_SOURCE__MAX };

enum { TRACE_TEXT_SIZE = 512, TRACE_WORD_SIZE = 64, TRACE_ENTRIES_MAX = 2000 };

struct trace_entry {
    int64_t at_ms;
    bool whole_second; /* more isn't known of it */
    size_t number;     /* entries of one moment stay as they came */
    enum trace_source source;
    char *text;
};

/* One end of the call. */
struct trace_party {
    char worker_sid[SID_SIZE];
    char name[TOKEN_TEXT_SIZE]; /* "" until it is known */
    char leg[SID_SIZE];         /* the Call that reservation.call has placed */
    char leg_status[TRACE_WORD_SIZE];
    int64_t leg_ended_s;
    int64_t away_since_ms;             /* dropped out then, and isn't noted as back; 0: no */
    int64_t left_ms;                   /* the leg's last leave of the Conference; 0: none */
    char left_reason[TRACE_WORD_SIZE]; /* Twilio's word for that */
};

struct trace {
    const struct config *config;
    struct deadline deadline;
    struct twilio_client *client;
    struct keys keys;
    struct pass_keys *passes;
    bool numbers; /* telephone numbers are printed */

    char t1_sid[SID_SIZE]; /* "" until it is found */
    char k_sid[SID_SIZE];
    char conference_sid[SID_SIZE];
    bool proved; /* a statement that we have signed says who is who */
    struct trace_party party[ROLE__MAX];
    struct call_facts facts;          /* as T1's Attributes were last */
    int64_t created_ms;               /* T1's; 0: not known */
    int64_t ringing_ms;               /* K was offered to the callee; 0: never */
    int64_t connected_ms;             /* 0: never */
    int64_t ended_ms;                 /* the outcome was written; 0: not known */
    char t1_end[TRACE_TEXT_SIZE];     /* how Twilio says that T1 ended: "canceled (reason)" */
    char end_reason[TRACE_WORD_SIZE]; /* ReasonConferenceEnded */
    char asked_end[TRACE_WORD_SIZE];  /* the program that has written the outcome */
    enum call_role asked_by;          /* whose page has asked it to; ROLE_NONE: nobody's */

    struct trace_entry list[TRACE_ENTRIES_MAX];
    size_t count;
    char said[TRACE_SOURCE__MAX][TRACE_TEXT_SIZE]; /* what each source has come to */
};

/* Adds an entry; what is beyond TRACE_ENTRIES_MAX is left out. */
void trace_add(struct trace *trace, enum trace_source source, int64_t at_ms, const char *format,
               ...) PRINTF_LIKE(4, 5);

/* The same of what Voice says, which counts in seconds; what ends comes last in its second. */
void trace_add_second(struct trace *trace, enum trace_source source, int64_t at_s, bool ends,
                      const char *format, ...) PRINTF_LIKE(5, 6);

/* Says what became of a source: what it holds, or why it is gone. */
void trace_say(struct trace *trace, enum trace_source source, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The agent at that end as it is printed: the name, or "the caller". */
const char *trace_name(const struct trace *trace, enum call_role role);

/* Prints call, sources, entries and verdict. */
void trace_print(struct trace *trace);
void trace_free(struct trace *trace);

/* Gives the next request its time. */
void trace_ask(struct trace *trace);

/* Fetches one of Voice's resources: of "Calls" or "Conferences". */
enum err trace_fetch(struct trace *trace, const char *collection, const char *sid,
                     struct twilio_reply *reply) MUST_CHECK;

/*
 * Finds T1: of a Task, Conference or Call SID; or of the call of a Worker (its SID or
 * friendly_name) that was going on, or began nearest before that time. ERR_NOT_FOUND when Twilio
 * knows of none any more.
 */
enum err trace_find(struct trace *trace, const char *sid) MUST_CHECK;
enum err trace_find_at(struct trace *trace, const char *agent, int64_t at_s) MUST_CHECK;

/* Each source adds what it knows of the T1 that was found. */
void trace_read_taskrouter(struct trace *trace);
void trace_read_voice(struct trace *trace);

/* The log's lines on calls. */
struct trace_log {
    char **list;
    size_t count;
    size_t room;
};

/*
 * `path` is a file, "-" or NULL for systemd's journal. Finds T1 there by `sid` where Twilio didn't
 * know it. False, and said on standard error, if the named file can't be read. To be freed in any
 * case.
 */
bool trace_log_open(struct trace *trace, const char *path, const char *sid,
                    struct trace_log *log) MUST_CHECK;
void trace_log_free(struct trace_log *log);

/* Adds what it knows, when names and legs are known from elsewhere. */
void trace_read_log(struct trace *trace, const struct trace_log *log);

/* Calls back for each Event of the workspace that fits, in Twilio's order. */
struct trace_events {
    const char *task_sid;   /* NULL: any */
    const char *worker_sid; /* NULL: any */
    int64_t from_s;
    int64_t to_s; /* 0: now */
};
enum err trace_each_event(struct trace *trace, const struct trace_events *wanted,
                          enum err (*each)(void *context, const cJSON *event),
                          void *context) MUST_CHECK;

/* One sentence: what the call came to, and by whom. */
void trace_verdict(const struct trace *trace, struct strbuf *out);

#endif
