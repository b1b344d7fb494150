/*
 * The rules of an agent-to-agent call, as pure functions: no socket, no clock, no Twilio. What a
 * rule needs to know comes in as a value, what it decides goes out as one, and each rule is a row
 * of a table in tests/unit/test_call_rules.c.
 *
 * T1 is the caller's Task, K the callee's, a leg is one agent's Call into the Conference that is
 * named after T1. T1's Attributes hold what is known of the call; they are hints that an agent's
 * browser could rewrite. Which agent is at which end comes from the signed statement alone
 * (token.h).
 */
#ifndef DIALPAD_CALL_RULES_H
#define DIALPAD_CALL_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "auth/token.h"
#include "base/err.h"
#include "base/line.h"
#include "base/sid.h"
#include "twilio/task_status.h"

enum {
    CALL_T1_TIMEOUT_S = 20,      /* T1 is for the caller, whose page is waiting for it */
    CALL_K_TIMEOUT_MARGIN_S = 5, /* K outlives the ring by this, and is canceled before that */
    CALL_CLAIM_YOUNG_S = 6,      /* a younger claim's owner may still be at work */
    CALL_WRAP_UP_S = 15,         /* a page that lives completes its wrapping Task well before */
    CALL_NEW_S = 10,             /* a younger Task that REST doesn't show may not be shown yet */
    CALL_LAG_S = 5,              /* a list may miss what has changed so lately */
    CALL_ENDING_S = 5,           /* a call that ended no longer ago is still being ended */
    CALL_ROUND_S = 5,            /* one round of ringback */
    CALL_RING_MARGIN_S = 10,     /* ringback ends the call this long after the page should have */
    CALL_LEG_TIMEOUT_S = 15,     /* how long reservation.call lets a softphone ring */
    CALL_ID_SIZE = 33,
    CALL_TIME_SIZE = 32
};

/* Why a call is over. */
enum call_outcome {
    OUTCOME_NONE, /* it isn't */
    OUTCOME_HANGUP,
    OUTCOME_CANCEL,
    OUTCOME_DECLINED,
    OUTCOME_NO_ANSWER,
    OUTCOME_BUSY,
    OUTCOME_GLARE,
    OUTCOME_FAILED,
    OUTCOME__MAX
};

/* "hangup", "no-answer", ...; NULL for OUTCOME_NONE. */
const char *call_rules_outcome_name(enum call_outcome outcome);
enum call_outcome call_rules_outcome_parse(const char *text); /* OUTCOME_NONE for anything else */

/* An end of a call, and the index of whatever there is one of for each end. */
enum call_role { ROLE_CALLER, ROLE_CALLEE, ROLE__MAX, ROLE_NONE = ROLE__MAX };

/* "caller", "callee": also the key under which T1's Attributes say something of this end. */
const char *call_rules_role_name(enum call_role role);

/* The end that this one talks to. */
enum call_role call_rules_other(enum call_role role);

/* Which end of the call is this Worker? */
enum call_role call_rules_role(const struct token_statement *who, const char *worker_sid);

/*
 * Whose leg is a Call to this address? `to` is what Twilio says of the Call; what follows a '?' in
 * it is for the softphone.
 */
enum call_role call_rules_leg(const struct token_statement *who, const char *to);

/*
 * The Attributes of the two Tasks; the caller's to delete, NULL when out of memory. `statement` is
 * the signed text of `who`. Both carry the same conversation id, so that Flex Insights counts one
 * conversation.
 */
cJSON *call_rules_caller_attributes(const struct token_statement *who, const char *statement,
                                    const char *conversation_id);
cJSON *call_rules_callee_attributes(const struct token_statement *who, const char *statement,
                                    const char *t1_sid, const char *conversation_id);

/* What T1's Attributes say of one end of the call. */
struct call_party {
    bool holds;                  /* this agent has put the other side on hold */
    int64_t away_since_s;        /* since when the agent is away, by Twilio's clock; 0: isn't */
    char rejoined_leg[SID_SIZE]; /* the leg that rejoin-call has dialled last; "" if none */
};

/* What T1's Attributes say of the call so far. Malformed values count as absent. */
struct call_facts {
    enum call_outcome outcome;
    int64_t ended_at_s;   /* when the outcome was written, by Twilio's clock; 0: not known */
    char k_sid[SID_SIZE]; /* "" while no K is known */
    char connected_at[CALL_TIME_SIZE];
    char claim_id[CALL_ID_SIZE];
    int64_t claimed_at_s;
    char conversation_id[CALL_ID_SIZE];
    struct call_party party[ROLE__MAX];
    char note[LINE_SIZE];  /* what the caller sends with the ring; "" if nothing */
    char reply[LINE_SIZE]; /* what the colleague answered instead of the phone */
};

/*
 * What of T1's Attributes the callee's page is to be told: the keys, of which the last one counts
 * how often the programs have changed the others. NULL ends it.
 */
extern const char *const call_rules_told[];
#define CALL_CHANGES "changes"

/* Does this change of T1's Attributes change what is told? */
bool call_rules_patch_is_told(const cJSON *patch);

void call_rules_read(const cJSON *attributes, struct call_facts *facts);

/* Has this agent dropped out, with the return not noted yet? */
bool call_rules_is_away(const struct call_facts *facts, enum call_role role);

/* Changes of T1's Attributes, each to be merged into what is there. NULL when out of memory. */
cJSON *call_rules_patch_outcome(enum call_outcome outcome, int64_t now_s);
cJSON *call_rules_patch_claim(const char *claim_id, int64_t now_s);
cJSON *call_rules_patch_unclaim(void);
cJSON *call_rules_patch_callee_task(const char *t1_sid, const char *caller_call_sid,
                                    const char *k_sid);
cJSON *call_rules_patch_connected(const char *callee_call_sid, int64_t now_s);
cJSON *call_rules_patch_hold(enum call_role holder, bool hold);

/* May this host make K now? */
enum claim_decision {
    CLAIM_DONE,      /* K exists */
    CLAIM_OVER,      /* the call is over */
    CLAIM_MINE,      /* the claim stands and is ours: make K */
    CLAIM_TAKE,      /* there is no claim */
    CLAIM_TAKE_OVER, /* an old claim: its owner died; look for K before making one */
    CLAIM_WAIT       /* another process is at it */
};

/* Was K, which is made as soon as it is claimed, made so lately that REST may not show it? */
bool call_rules_k_is_new(const struct call_facts *facts, int64_t now_s);

/* Has the owner of the claim had time enough, by Twilio's clock? */
bool call_rules_claim_is_old(const struct call_facts *facts, int64_t now_s);

enum claim_decision call_rules_claim(const struct call_facts *facts, enum task_status t1,
                                     const char *my_id, int64_t now_s);

/* Two agents called each other at the same moment: does this T1 live? Both hosts decide alike. */
bool call_rules_wins_glare(const char *t1_sid, const char *other_t1_sid);

/*
 * Of two T1s of one agent the older lives: by `date_created`, which counts whole seconds, and by
 * the smaller SID where that is the same or unknown (0). All hosts decide alike.
 */
bool call_rules_is_older(int64_t created_s, const char *sid, int64_t other_created_s,
                         const char *other_sid);

/* Has the call been ended so lately that whoever ended it is still at work? */
bool call_rules_is_being_ended(const struct call_facts *facts, int64_t now_s);

/*
 * What a call in which both are ends with, if it was to end with `wish` before that was known.
 * OUTCOME_NONE: it goes on.
 */
enum call_outcome call_rules_end_of_talk(enum call_outcome wish);

/* The next step that ends a Task in this state. */
enum close_step { CLOSE_NOTHING, CLOSE_CANCEL, CLOSE_WRAP };

enum close_step call_rules_close_step(enum task_status status);

/* Is this word of Twilio's for a call (CallStatus; NULL: none) one after which nothing comes? */
bool call_rules_status_is_end(const char *call_status);

/* What is known when ringback is asked for the next round, or when the sweep looks at a call. */
struct call_view {
    bool t1_found;
    enum task_status t1;
    struct call_facts facts;
    bool k_found; /* K still exists; facts.k_sid may not name it yet */
    enum task_status k;
    bool leg_ended[ROLE__MAX]; /* the leg that was placed for this end's Task is over */
    int64_t rung_s;            /* how long the caller has been waiting */
    int ring_seconds;
};

/* What the page is told. */
enum call_state { STATE_CALLING, STATE_RINGING, STATE_CONNECTED, STATE_RECONNECTING, STATE_ENDED };

const char *call_rules_state_name(enum call_state state);
enum call_state call_rules_state(const struct call_view *view);

/* The outcome that goes with STATE_ENDED when T1 holds none: its Timeout, or Twilio, ended it. */
enum call_outcome call_rules_final_outcome(const struct call_view *view);

#endif
