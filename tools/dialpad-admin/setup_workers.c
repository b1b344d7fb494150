/*
 * Who could be called now. Whose address counts is the administrator's to decide, and nothing is
 * chosen silently: it is what keeps one agent from passing for another.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>

#include "setup_conf.h"
#include "twilio/worker_survey.h"

static void say_flaw(const struct setup *setup, const struct worker_survey *survey,
                     enum worker_flaw flaw)
{
    char examples[WORKER_SURVEY_EXAMPLES * (WORKER_TEXT_SIZE + 2)] = "";
    size_t len = 0;
    size_t count = survey->count[flaw];
    for (size_t i = 0; i < count && i < WORKER_SURVEY_EXAMPLES; i++) {
        len += (size_t)snprintf(examples + len, sizeof examples - len, "%s%s", i > 0 ? ", " : "",
                                survey->examples[flaw][i]);
    }
    setup_say(setup, "note", "workers", "%zu %s: %s%s", count, worker_survey_words(flaw), examples,
              count > WORKER_SURVEY_EXAMPLES ? ", …" : "");
}

int setup_workers(struct setup *setup)
{
    struct worker_survey survey;
    enum err rc = worker_survey_make(&setup->account, setup_client(setup), &survey);
    if (rc != ERR_OK) return setup_fail("workers", rc);
    size_t addresses = survey.total - survey.count[WORKER_FLAW_MISSING];
    setup_say(setup, "found", "workers",
              "%zu of %zu have a contact_uri that is made of their friendly_name",
              addresses - survey.count[WORKER_FLAW_NOT_THEIRS] - survey.count[WORKER_FLAW_FOREIGN] -
                  survey.count[WORKER_FLAW_LONG] - survey.count[WORKER_FLAW_CHARACTERS],
              survey.total);
    for (int flaw = 0; flaw < WORKER_FLAW__MAX; flaw++)
        if (survey.count[flaw] > 0) say_flaw(setup, &survey, (enum worker_flaw)flaw);
    bool chosen =
        setup->options->identity != NULL || setup_conf_has(setup->conf_path, "DIALPAD_IDENTITY");
    if (survey.count[WORKER_FLAW_NOT_THEIRS] == 0 || chosen) return EXIT_SUCCESS;
    fputs("dialpad-admin: whose address is believed? --identity friendly_name leaves those "
          "Workers out, --identity contact_uri believes what each agent's own attributes say (see "
          "SECURITY.md)\n",
          stderr);
    return EXIT_DIFFERS;
}
