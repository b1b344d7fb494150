/*
 * Checks of the Workers: has each an address of its own, and a name to sign in by.
 */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *id;
    const char *repair;
} rows[WORKER_FLAW__MAX] = {
    [WORKER_FLAW_MISSING] = { "workers.missing",
                              "let the Worker sign in to Flex once, or give it the attribute "
                              "contact_uri: client:NAME" },
    [WORKER_FLAW_FOREIGN] = { "workers.foreign",
                              "give the Worker the attribute contact_uri: client:NAME" },
    [WORKER_FLAW_LONG] = { "workers.long",
                           "shorten the identity in contact_uri to 121 characters, or give one in "
                           "DIALPAD_USERS" },
    [WORKER_FLAW_CHARACTERS] = { "workers.characters",
                                 "write the identity in contact_uri as Flex does: "
                                 "alice_40example_2Ecom" },
    [WORKER_FLAW_NOT_THEIRS] = { "workers.not_theirs",
                                 "dialpad-admin setup --identity contact_uri, or correct them; "
                                 "SECURITY.md says what either means" },
    [WORKER_FLAW_DOUBLED] = { "workers.doubled",
                              "give each Worker a contact_uri of its own, or delete the Worker that "
                              "nobody uses" },
};

static void note_flaw(struct doctor *doctor, const struct worker_survey *survey,
                      enum worker_flaw flaw)
{
    char examples[WORKER_SURVEY_EXAMPLES * 84] = "";
    size_t len = 0;
    size_t count = survey->count[flaw];
    bool chosen = doctor->config.identity == CONFIG_IDENTITY_CONTACT_URI;
    if (count == 0 || (flaw == WORKER_FLAW_NOT_THEIRS && chosen)) return;
    for (size_t i = 0; i < count && i < WORKER_SURVEY_EXAMPLES; i++) {
        len += (size_t)snprintf(examples + len, sizeof examples - len, "%s%.80s", i > 0 ? ", " : "",
                                survey->examples[flaw][i]);
    }
    /* One that can't be called is that agent's trouble; one that is called for another isn't. */
    doctor_note(doctor, flaw == WORKER_FLAW_DOUBLED ? DOCTOR_FAIL : DOCTOR_WARN, rows[flaw].id,
                rows[flaw].repair, "%zu %s: %s%s", count, worker_survey_words(flaw), examples,
                count > WORKER_SURVEY_EXAMPLES ? ", …" : "");
}

static void note_names(struct doctor *doctor, const struct worker_survey *survey)
{
    const char *attribute = doctor->config.user_attribute;
    static const char repair[] =
        "correct DIALPAD_USER_ATTRIBUTE in dialpad.conf: friendly_name, or an attribute's name";
    if (survey->with_user_name == 0) {
        doctor_note(doctor, DOCTOR_FAIL, "workers.user_attribute", repair,
                    "no Worker has the attribute %s: nobody can sign in", attribute);
    } else if (survey->with_user_name < survey->total) {
        doctor_note(doctor, DOCTOR_WARN, "workers.user_attribute", repair,
                    "%zu of %zu Workers have no %s, and can't sign in",
                    survey->total - survey->with_user_name, survey->total, attribute);
    } else {
        doctor_note(doctor, DOCTOR_OK, "workers.user_attribute", "", "all have %s", attribute);
    }
}

/* A field that is misspelled would be missing without a word. */
static void note_fields(struct doctor *doctor, const struct worker_survey *survey)
{
    bool all = true;
    for (size_t i = 0; i < survey->fields.count; i++) {
        if (survey->with_field[i] > 0) continue;
        all = false;
        doctor_note(doctor, DOCTOR_WARN, "workers.list_fields",
                    "correct DIALPAD_LIST_FIELDS in dialpad.conf: attributes of Workers, such as "
                    "routing.skills",
                    "no Worker has the attribute %s", survey->fields.names[i]);
    }
    if (survey->fields.count > 0 && all)
        doctor_note(doctor, DOCTOR_OK, "workers.list_fields", "", "some Workers have each of them");
}

void doctor_workers(struct doctor *doctor)
{
    static struct worker_survey survey;
    const size_t before = doctor->count;
    if (!doctor->has_workflow) return;
    doctor->deadline.at_ms = clock_ms() + 60 * 1000; /* they may be thousands */
    enum err rc = worker_survey_make(&doctor->config, doctor->client, &survey);
    if (rc != ERR_OK) {
        doctor_note(doctor, DOCTOR_FAIL, "workers", "run it again", "they can't be read: %s",
                    err_name(rc));
        return;
    }
    for (int flaw = 0; flaw < WORKER_FLAW__MAX; flaw++)
        note_flaw(doctor, &survey, (enum worker_flaw)flaw);
    if (doctor->count == before) {
        doctor_note(doctor, DOCTOR_OK, "workers", "", "%zu, each with an address of its own",
                    survey.total);
    }
    note_names(doctor, &survey);
    note_fields(doctor, &survey);
}
