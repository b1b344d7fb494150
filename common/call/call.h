/*
 * A call as it is in Twilio now: T1, which agent is at which end, and K where it matters.
 *
 * Every program that acts on a Task comes through here, because here the Task's signed statement
 * is verified: a Task without one is not ours.
 */
#ifndef DIALPAD_CALL_H
#define DIALPAD_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "auth/keys.h"
#include "auth/pass.h"
#include "auth/token.h"
#include "base/config.h"
#include "base/err.h"
#include "call/call_rules.h"
#include "twilio/taskrouter_task.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/twilio_client.h"

/* How often what was refused is read again and decided anew. */
enum { CALL_TRIES = 5 };

/* What the functions of a call work with; it belongs to one thread. */
struct call_context {
    const struct config *config;
    struct twilio_client *twilio;
    const struct keys *keys;
    struct pass_keys *passes; /* NULL where no call is loaded */
};

/* Everything outlives the context. */
struct call_context call_context(const struct config *config, struct twilio_client *twilio,
                                 const struct keys *keys, struct pass_keys *passes);

struct call {
    char t1_sid[SID_SIZE];
    bool t1_found; /* false: deleted, minutes after its end, or no T1 of ours any more */
    struct task t1;
    bool k_found;
    struct task k;
    bool k_is_new; /* T1 names it, and REST doesn't show it yet: it is alive */
    struct token_statement who;
    size_t key;                /* which key verifies the statement: the call's own */
    char room[PASS_NAME_SIZE]; /* the name of its Conference */
    struct call_facts facts;   /* of T1's Attributes */
    bool by_copy;              /* by K's copy of them; T1 hasn't been read, and K's status is its */
};

/*
 * REST may not show yet what has been reported: waits a moment, unless the request in hand has to
 * be answered before that. False: what is read now has to do.
 */
bool call_may_look_again(const struct call_context *context);

/* The same before more is done than to answer. */
bool call_may_look_early(const struct call_context *context);

void call_clear(struct call *call); /* harmless on a zeroed one */

/* It has an outcome, or T1 isn't live any more. */
bool call_is_over(const struct call *call);

/* Both agents have been in. */
bool call_is_connected(const struct call *call);

/*
 * Which end of a call that was loaded by its own Task this Worker is. The callee only by K, whose
 * statement names T1, as nobody but us can have it do; T1's own statement could be another call's,
 * copied there.
 */
enum call_role call_role_of(const struct call *call, const char *worker_sid);

/*
 * From here on the log's lines are about this call, and this end of it. Loading a call does the
 * first; whoever turns to another call meanwhile comes back by this.
 */
void call_note(const struct call *call, enum call_role role);

/*
 * The same error, but a Task that is gone or isn't ours is none: for what has nothing to do then.
 */
enum err call_ignore_strangers(enum err rc) MUST_CHECK;

/*
 * The statement in a Task's Attributes, and the key that verifies it. ERR_FORBIDDEN when there is
 * none of ours.
 */
enum err call_statement(const struct call_context *context, const struct task *task,
                        struct token_statement *who, size_t *key) MUST_CHECK;

/* Is this the pass of this end of the call? */
enum pass_verdict call_pass_check(const struct call_context *context, const struct call *call,
                                  enum call_role role, const char *pass);

/* A fresh one for this end. */
enum err call_pass_make(const struct call_context *context, const struct call *call,
                        enum call_role role, char pass[PASS_SIZE]) MUST_CHECK;

/* A call of which nothing is known but T1's SID, because T1 was deleted. */
enum err call_of_deleted(const struct call_context *context, const char *t1_sid, size_t key,
                         struct call *call) MUST_CHECK;

/* Loads the call of this T1. ERR_NOT_FOUND: no such Task; ERR_FORBIDDEN: not a T1 of ours. */
enum err call_load_t1(const struct call_context *context, const char *t1_sid,
                      struct call *call) MUST_CHECK;

/*
 * Loads the call that this Task, T1 or K, belongs to. When K's T1 has been deleted already, or no
 * longer says the same of caller and callee, the call has t1_found false and K.
 */
enum err call_load(const struct call_context *context, const char *task_sid,
                   struct call *call) MUST_CHECK;

/*
 * As call_load, for what this Worker is told: where it is K's own agent, and K is connected or
 * closed and says so itself (call_tell.h), T1 isn't read.
 */
enum err call_load_for(const struct call_context *context, const char *worker_sid,
                       const char *task_sid, struct call *call) MUST_CHECK;

/* Reads one of them again; the other stays as it is. */
enum err call_reload_t1(const struct call_context *context, struct call *call) MUST_CHECK;
enum err call_reload_k(const struct call_context *context, struct call *call) MUST_CHECK;

/*
 * Loads K if T1 names one and it isn't loaded yet. A Task that T1 names and that isn't this call's
 * K (an agent rewrote the hint) counts as none at all; a K that the call was loaded by stays then,
 * and is what is named.
 */
enum err call_load_k(const struct call_context *context, struct call *call) MUST_CHECK;

/*
 * As call_load_k, for what must know: K that isn't shown yet is asked for as long as the request
 * may take; ERR_UNAVAILABLE after that.
 */
enum err call_load_k_surely(const struct call_context *context, struct call *call) MUST_CHECK;

/* Says that call_load_k comes in a moment (twilio_client_ahead). */
void call_load_k_ahead(const struct call_context *context, const struct call *call);

/*
 * Looks for a K of this call that T1 doesn't name, because the process that made it died before
 * saying so. Costs an expression filter, of which Twilio allows three a second: only for old
 * claims.
 */
enum err call_find_k(const struct call_context *context, struct call *call) MUST_CHECK;

/*
 * As call_find_k, among the Reservations that wait for the callee's answer: costs a request and one
 * more for each of them, of which Twilio allows many.
 */
enum err call_find_ringing_k(const struct call_context *context, struct call *call) MUST_CHECK;

/*
 * Changes T1's Attributes: `decide` looks at the call and says what to merge into them (*patch,
 * ours to delete; NULL: nothing). When another process was faster, T1 is read again and `decide`
 * asked anew, for as long as the request may take (ERR_UNAVAILABLE after that).
 */
enum err call_update(const struct call_context *context, struct call *call,
                     enum err (*decide)(void *wanted, const struct call *call, cJSON **patch),
                     void *wanted) MUST_CHECK;

/* The leg that reservation.call placed for this end's Task, T1 or K; NULL if there is none yet. */
const char *call_placed_leg(const struct call *call, enum call_role role);

/*
 * Whose leg is this Call, and is it still alive? Asks Twilio, because attributes are hints.
 * ERR_NOT_FOUND: Calls are shown for months, so that this one isn't shown yet, or never was.
 */
enum err call_leg(const struct call_context *context, const struct call *call, const char *call_sid,
                  enum call_role *role, bool *live) MUST_CHECK;

/* Whose leg is this Call, by the label under which it is in the Conference? ROLE_NONE: unknown. */
enum call_role call_labelled_leg(const struct call_context *context, const struct call *call,
                                 const char *call_sid, const char *label);

/* What is known of K, for the rules. */
void call_view_k(const struct call *call, struct call_view *view);

/*
 * What the rules need to know to judge a call; loads K and looks after both agents' legs, unless T1
 * says already that the call is over. `alive` is a leg that isn't to be asked about, or NULL.
 */
enum err call_view(const struct call_context *context, struct call *call, int64_t rung_s,
                   const char *alive, struct call_view *view) MUST_CHECK;

/*
 * Finds the Worker's own open call: a live Task of ours among its Reservations. ERR_NOT_FOUND when
 * there is none.
 */
enum err call_find_open(const struct call_context *context, const char *worker_sid,
                        struct call *call, char task_sid[SID_SIZE]) MUST_CHECK;

#endif
