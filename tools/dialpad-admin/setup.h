/*
 * dialpad-admin setup: what its files share.
 *
 * It may be killed between any two requests and started again. So it writes into setup.json what
 * it is about to make before it asks for it: a thing of that name that turns up afterwards is its
 * own. A thing of that name without such a line is somebody else's and stays untouched.
 */
#ifndef DIALPAD_SETUP_H
#define DIALPAD_SETUP_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "admin.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

struct setup_options {
    const char *public_url; /* NULL: the configuration's */
    const char *workspace;  /* NULL: the configuration's, else the Flex project's */
    const char *adopt;      /* the Workflow that is used as it is, NULL: one of our own */
    const char *into;       /* the Workflow for which only the filter is printed */
    const char *identity;   /* NULL: the configuration's */
    bool dry_run;
    bool remove;
    bool rotate_key;
    bool flex_outbound;
};

struct setup {
    const struct setup_options *options;
    struct config draft;   /* what the configuration says so far; its strings are its own */
    struct config account; /* the same, asking Twilio as the account; its strings are borrowed */
    struct twilio_client *client;
    struct deadline deadline;
    char *conf_path;
    char *record_path;
    cJSON *record; /* setup.json: setup_record.h */
    char workspace_sid[SID_SIZE];
    char queue_sid[SID_SIZE]; /* "": none yet */
    char workflow_sid[SID_SIZE];
    bool made_key; /* the API key is recorded as our own */
    bool differs;  /* something isn't as it should be, and stays so */
};

/* What a step returns: EXIT_SUCCESS to go on; EXIT_FAILURE or EXIT_DIFFERS end the command. */

/* One line: "made      queue     WQ… …". In a dry run "made" is "would be made", and so on. */
void setup_say(const struct setup *setup, const char *verb, const char *what, const char *format,
               ...) PRINTF_LIKE(4, 5);

/* A change that was made, or that a dry run would make: then the command's answer is "differs". */
void setup_say_changed(struct setup *setup, const char *verb, const char *what, const char *format,
                       ...) PRINTF_LIKE(4, 5);

/* Says on the standard error what couldn't be done; gives EXIT_FAILURE. */
int setup_fail(const char *what, enum err rc) MUST_CHECK;

/* Each request gets its own time; its client, for short. */
struct twilio_client *setup_client(struct setup *setup);

/* The steps, in the files of their names. */
int setup_key_ensure(struct setup *setup) MUST_CHECK;
int setup_key_rotate(struct setup *setup) MUST_CHECK;
int setup_key_remove(struct setup *setup) MUST_CHECK;
int setup_thing_queue(struct setup *setup) MUST_CHECK;
int setup_thing_workflow(struct setup *setup) MUST_CHECK;
int setup_thing_remove(struct setup *setup) MUST_CHECK;
int setup_thing_print_filter(struct setup *setup) MUST_CHECK;
int setup_flex_workspace(struct setup *setup) MUST_CHECK;
int setup_flex_outbound(struct setup *setup) MUST_CHECK;
int setup_flex_restore(struct setup *setup) MUST_CHECK;
int setup_workers(struct setup *setup) MUST_CHECK;

/* Asks for the account on the terminal where neither environment nor file name it. */
int setup_ask(struct config *draft) MUST_CHECK;

#endif
