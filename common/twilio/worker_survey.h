/*
 * All Workers of a workspace, judged for whoever sets it up: can each be called, and by nobody
 * else's address?
 */
#ifndef DIALPAD_WORKER_SURVEY_H
#define DIALPAD_WORKER_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config.h"
#include "base/err.h"
#include "base/list_fields.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/twilio_client.h"

enum worker_flaw {
    WORKER_FLAW_MISSING,    /* no contact_uri */
    WORKER_FLAW_FOREIGN,    /* no softphone's: not "client:…" */
    WORKER_FLAW_LONG,       /* over IDENTITY_MAX characters */
    WORKER_FLAW_CHARACTERS, /* other than letters, digits and '_' */
    WORKER_FLAW_NOT_THEIRS, /* not made of the friendly name */
    WORKER_FLAW_DOUBLED,    /* two Workers have it */
    WORKER_FLAW__MAX,
    WORKER_FLAW_NONE = WORKER_FLAW__MAX
};

enum { WORKER_SURVEY_EXAMPLES = 3, WORKER_SURVEY_MAX = 100 * 1000 };

struct worker_survey {
    size_t total;
    size_t count[WORKER_FLAW__MAX];
    /* The first few of each, by friendly name. */
    char examples[WORKER_FLAW__MAX][WORKER_SURVEY_EXAMPLES][WORKER_TEXT_SIZE];
    size_t with_user_name;     /* have what DIALPAD_USER_ATTRIBUTE names */
    struct list_fields fields; /* of DIALPAD_LIST_FIELDS, and how many have something there */
    size_t with_field[LIST_FIELDS_MAX];
    bool complete; /* false: there are more than WORKER_SURVEY_MAX */
};

/* The flaw of one Worker's address by itself, never WORKER_FLAW_DOUBLED. Pure. */
enum worker_flaw worker_survey_judge(const char *friendly_name, const char *contact_uri);

/* "3 Workers have no contact_uri: alice, bob, carol" without the number and the names. */
const char *worker_survey_words(enum worker_flaw flaw);

/*
 * Asks for all of them, page by page. A Worker to whom `config` gives an address (DIALPAD_USERS) is
 * judged by that one. What isn't made of a friendly name is counted also where DIALPAD_IDENTITY is
 * contact_uri: whether it matters is for the caller.
 */
enum err worker_survey_make(const struct config *config, struct twilio_client *client,
                            struct worker_survey *survey) MUST_CHECK;

#endif
