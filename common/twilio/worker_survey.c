#include "twilio/worker_survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "twilio/identity.h"
#include "twilio/worker_fields.h"

enum worker_flaw worker_survey_judge(const char *friendly_name, const char *contact_uri)
{
    if (contact_uri == NULL || contact_uri[0] == '\0') return WORKER_FLAW_MISSING;
    const char *identity = identity_of(contact_uri);
    if (identity == NULL) return WORKER_FLAW_FOREIGN;
    if (strlen(identity) > IDENTITY_MAX) return WORKER_FLAW_LONG;
    if (!identity_is_valid(identity)) return WORKER_FLAW_CHARACTERS;
    if (!identity_is_spelling_of(identity, friendly_name)) return WORKER_FLAW_NOT_THEIRS;
    return WORKER_FLAW_NONE;
}

const char *worker_survey_words(enum worker_flaw flaw)
{
    static const char *const words[WORKER_FLAW__MAX] = {
        [WORKER_FLAW_MISSING] = "have no contact_uri",
        [WORKER_FLAW_FOREIGN] = "have a contact_uri that is no softphone's (client:…)",
        [WORKER_FLAW_LONG] = "have an identity of more than 121 characters",
        [WORKER_FLAW_CHARACTERS] = "have an identity that isn't letters, digits and _ only",
        [WORKER_FLAW_NOT_THEIRS] = "have a contact_uri that isn't made of their friendly_name",
        [WORKER_FLAW_DOUBLED] = "share their contact_uri with another Worker",
    };
    return words[flaw];
}

/* An address and whose it is, to find those of two. */
struct owned {
    char *address;
    char *friendly_name;
};

struct walk {
    const struct config *config;
    struct worker_survey *survey;
    struct owned *list;
    size_t count;
    size_t room;
};

static void note(struct worker_survey *survey, enum worker_flaw flaw, const char *friendly_name)
{
    size_t index = survey->count[flaw]++;
    if (index < WORKER_SURVEY_EXAMPLES)
        snprintf(survey->examples[flaw][index], WORKER_TEXT_SIZE, "%s", friendly_name);
}

static enum err keep(struct walk *walk, const char *address, const char *friendly_name)
{
    if (walk->count == walk->room) {
        size_t room = walk->room == 0 ? 256 : 2 * walk->room;
        struct owned *longer = reallocarray(walk->list, room, sizeof *longer);
        if (longer == NULL) return ERR_MEMORY;
        walk->list = longer;
        walk->room = room;
    }
    struct owned *owned = &walk->list[walk->count];
    owned->address = strdup(address);
    owned->friendly_name = strdup(friendly_name);
    walk->count++;
    return owned->address != NULL && owned->friendly_name != NULL ? ERR_OK : ERR_MEMORY;
}

static bool has_user_name(const struct config *config, const struct worker *worker)
{
    if (strcmp(config->user_attribute, "friendly_name") == 0)
        return worker->friendly_name[0] != '\0';
    const char *name = json_get_string(worker->attributes, config->user_attribute);
    return name != NULL && name[0] != '\0';
}

static void count_fields(struct worker_survey *survey, const struct worker *worker)
{
    for (size_t i = 0; i < survey->fields.count; i++) {
        struct strbuf value;
        strbuf_init(&value, WORKER_FIELD_VALUE_MAX);
        worker_fields_read(&value, worker->attributes, survey->fields.names[i]);
        if (value.len > 0) survey->with_field[i]++;
        strbuf_free(&value);
    }
}

static enum err judge(void *context, const struct worker *worker)
{
    struct walk *walk = context;
    struct worker_survey *survey = walk->survey;
    survey->complete = survey->total < WORKER_SURVEY_MAX;
    if (!survey->complete) return ERR_OK;
    survey->total++;
    if (has_user_name(walk->config, worker)) survey->with_user_name++;
    count_fields(survey, worker);
    /* worker->contact_uri is "" also where it is too long to be kept. */
    const char *contact_uri = json_get_string(worker->attributes, "contact_uri");
    const char *given = users_address(walk->config->users, worker->sid);
    enum worker_flaw flaw = worker_survey_judge(worker->friendly_name, contact_uri);
    if (given != NULL) flaw = WORKER_FLAW_NONE;
    if (flaw != WORKER_FLAW_NONE) note(survey, flaw, worker->friendly_name);
    if (flaw != WORKER_FLAW_NONE && flaw != WORKER_FLAW_NOT_THEIRS) return ERR_OK;
    return keep(walk, given != NULL ? given : contact_uri, worker->friendly_name);
}

static int by_address(const void *a, const void *b)
{
    const struct owned *const left = a;
    const struct owned *const right = b;
    return strcmp(left->address, right->address);
}

static void note_doubled(const struct walk *walk)
{
    qsort(walk->list, walk->count, sizeof *walk->list, by_address);
    for (size_t i = 0; i < walk->count; i++) {
        const char *address = walk->list[i].address;
        bool as_before = i > 0 && strcmp(walk->list[i - 1].address, address) == 0;
        bool as_next = i + 1 < walk->count && strcmp(walk->list[i + 1].address, address) == 0;
        if (as_before || as_next)
            note(walk->survey, WORKER_FLAW_DOUBLED, walk->list[i].friendly_name);
    }
}

enum err worker_survey_make(const struct config *config, struct twilio_client *client,
                            struct worker_survey *survey)
{
    struct walk walk = { .config = config, .survey = survey };
    memset(survey, 0, sizeof *survey);
    survey->complete = true;
    if (!list_fields_read(&survey->fields, config->list_fields)) return ERR_INTERNAL;
    enum err rc = taskrouter_workers_each(client, judge, &walk);
    if (rc == ERR_OK && walk.count > 0) note_doubled(&walk);
    for (size_t i = 0; i < walk.count; i++) {
        free(walk.list[i].address);
        free(walk.list[i].friendly_name);
    }
    free(walk.list);
    return rc;
}
