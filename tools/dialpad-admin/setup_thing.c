/*
 * The queue and the Workflow: made, kept as they should be, and taken away again; and the Workflow
 * of somebody else that is only read.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "setup_record.h"
#include "setup_wanted.h"
#include "twilio/taskrouter_resource.h"
#include "twilio/twilio_resource.h"

enum { MEMBERS_MAX = 3 };

struct thing {
    const char *kind; /* in setup.json and for people */
    const char *name;
    struct taskrouter_kind at_twilio;
    /* What we say of it. The rest is Twilio's. */
    const char *members[MEMBERS_MAX];
};

static const struct thing queue = {
    .kind = "queue",
    .name = "Dialpad: everyone",
    .at_twilio = { "TaskQueues", "task_queues", "WQ" },
    .members = { "friendly_name", "target_workers" },
};

static const struct thing workflow = {
    .kind = "workflow",
    .name = "Dialpad: agent to agent calls",
    .at_twilio = { "Workflows", "workflows", "WW" },
    .members = { "friendly_name", "task_reservation_timeout", "configuration" },
};

/* ---- what it is */

static enum err hash_of(const struct thing *thing, const cJSON *found, char hash[SETUP_HASH_SIZE])
{
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_FORM);
    for (size_t i = 0; i < MEMBERS_MAX && thing->members[i] != NULL; i++) {
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(found, thing->members[i]);
        strbuf_addf(&text, "%s=", thing->members[i]);
        if (member != NULL) json_print(&text, member);
        strbuf_addch(&text, '\n');
    }
    enum err rc = strbuf_failed(&text) ? ERR_MEMORY : setup_record_hash(text.buf, hash);
    strbuf_free(&text);
    return rc;
}

/* "friendly_name" is "FriendlyName" in a form. */
static void form_name(const char *member, char name[64])
{
    bool capital = true;
    size_t len = 0;
    for (const char *p = member; *p != '\0' && len < 63; p++) {
        if (*p != '_') name[len++] = capital && *p >= 'a' ? (char)(*p - 'a' + 'A') : *p;
        capital = *p == '_';
    }
    name[len] = '\0';
}

static void write_form(struct strbuf *form, const cJSON *wanted)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, wanted)
    {
        char name[64];
        struct strbuf value;
        strbuf_init(&value, STRBUF_MAX_FORM);
        form_name(member->string, name);
        if (cJSON_IsString(member))
            strbuf_addstr(&value, member->valuestring);
        else
            json_print(&value, member);
        encode_form_pair(form, name, value.buf);
        strbuf_free(&value);
    }
}

/* ---- making and changing it */

/* Notes it as ours, as Twilio now has it. */
static int keep(struct setup *setup, const struct thing *thing, const cJSON *found,
                char sid[SID_SIZE])
{
    char hash[SETUP_HASH_SIZE];
    if (!twilio_resource_sid(found, "sid", thing->at_twilio.prefix, sid))
        return setup_fail(thing->kind, ERR_UPSTREAM);
    enum err rc = hash_of(thing, found, hash);
    if (rc != ERR_OK) return setup_fail(thing->kind, rc);
    const cJSON *entry = setup_record_find(setup, thing->kind);
    const char *known = entry != NULL ? json_get_string(entry, "hash") : NULL;
    if (setup->options->dry_run || (known != NULL && strcmp(known, hash) == 0)) return EXIT_SUCCESS;
    return setup_record_put(setup, thing->kind, thing->name, sid, hash) ? EXIT_SUCCESS
                                                                        : EXIT_FAILURE;
}

static int post(struct setup *setup, const struct thing *thing, const char *of_sid,
                const cJSON *wanted, char sid[SID_SIZE])
{
    struct strbuf form;
    struct twilio_reply reply = { 0 };
    strbuf_init(&form, STRBUF_MAX_FORM);
    write_form(&form, wanted);
    enum err rc =
        taskrouter_resource_post(setup_client(setup), &thing->at_twilio, of_sid, &form, &reply);
    int status = rc == ERR_OK ? keep(setup, thing, reply.json, sid) : setup_fail(thing->kind, rc);
    if (rc != ERR_OK && reply.unknown) {
        fputs("dialpad-admin: it may have been done all the same: run setup again, it looks "
              "first\n",
              stderr);
    }
    if (status == EXIT_SUCCESS) {
        setup_say_changed(setup, of_sid != NULL ? "changed" : "made", thing->kind, "%s \"%s\"", sid,
                          thing->name);
    }
    twilio_reply_free(&reply);
    strbuf_free(&form);
    return status;
}

static int make(struct setup *setup, const struct thing *thing, const cJSON *wanted,
                char sid[SID_SIZE])
{
    sid[0] = '\0';
    if (setup->options->dry_run) {
        setup_say_changed(setup, "made", thing->kind, "\"%s\"", thing->name);
        return EXIT_SUCCESS;
    }
    if (!setup_record_put(setup, thing->kind, thing->name, NULL, NULL)) return EXIT_FAILURE;
    return post(setup, thing, NULL, wanted, sid);
}

static int left_alone(struct setup *setup, const struct thing *thing, const char *sid)
{
    setup->differs = true;
    setup_say(setup, "differs", thing->kind,
              "%s \"%s\" has been changed by somebody, and stays as it is", sid, thing->name);
    return EXIT_SUCCESS;
}

/* One of ours: it is as wanted, or as it was made, or somebody has changed it. */
static int mend(struct setup *setup, const struct thing *thing, const cJSON *wanted,
                const cJSON *found, char sid[SID_SIZE])
{
    char hash[SETUP_HASH_SIZE];
    const char *known = json_get_string(setup_record_find(setup, thing->kind), "hash");
    if (!twilio_resource_sid(found, "sid", thing->at_twilio.prefix, sid))
        return setup_fail(thing->kind, ERR_UPSTREAM);
    if (setup_wanted_is(wanted, found)) {
        setup_say(setup, "found", thing->kind, "%s \"%s\"", sid, thing->name);
        return keep(setup, thing, found, sid);
    }
    enum err rc = hash_of(thing, found, hash);
    if (rc != ERR_OK) return setup_fail(thing->kind, rc);
    if (known == NULL || strcmp(known, hash) != 0) return left_alone(setup, thing, sid);
    if (!setup->options->dry_run) {
        char of_sid[SID_SIZE];
        sid_copy(of_sid, sid);
        return post(setup, thing, of_sid, wanted, sid);
    }
    setup_say_changed(setup, "changed", thing->kind, "%s \"%s\"", sid, thing->name);
    return EXIT_SUCCESS;
}

static int is_somebody_elses(const struct thing *thing, const char *sid)
{
    fprintf(stderr,
            "dialpad-admin: there is a %s \"%s\" (%s) that setup didn't make: rename it, or use a "
            "Workflow that is there with --adopt WW…\n",
            thing->kind, thing->name, sid);
    return EXIT_DIFFERS;
}

/* It isn't recorded with a SID: what has its name is ours only if we were about to make it. */
static int look_by_name(struct setup *setup, const struct thing *thing, const cJSON *wanted,
                        char sid[SID_SIZE])
{
    char named[SID_SIZE] = "";
    struct twilio_reply reply = { 0 };
    const bool begun = setup_record_find(setup, thing->kind) != NULL;
    enum err rc =
        taskrouter_resource_find(setup_client(setup), &thing->at_twilio, thing->name, named);
    if (rc == ERR_OK && named[0] == '\0') return make(setup, thing, wanted, sid);
    if (rc == ERR_CONFLICT) return is_somebody_elses(thing, "several");
    if (rc == ERR_OK && !begun) return is_somebody_elses(thing, named);
    if (rc == ERR_OK)
        rc = taskrouter_resource_fetch(setup_client(setup), &thing->at_twilio, named, &reply);
    int status =
        rc == ERR_OK ? mend(setup, thing, wanted, reply.json, sid) : setup_fail(thing->kind, rc);
    twilio_reply_free(&reply);
    return status;
}

static int ensure(struct setup *setup, const struct thing *thing, const cJSON *wanted,
                  char sid[SID_SIZE])
{
    struct twilio_reply reply = { 0 };
    const cJSON *entry = setup_record_find(setup, thing->kind);
    const char *recorded = entry != NULL ? json_get_string(entry, "sid") : NULL;
    if (wanted == NULL) return setup_fail(thing->kind, ERR_MEMORY);
    if (recorded == NULL) return look_by_name(setup, thing, wanted, sid);
    enum err rc =
        taskrouter_resource_fetch(setup_client(setup), &thing->at_twilio, recorded, &reply);
    int status;
    if (rc == ERR_OK)
        status = mend(setup, thing, wanted, reply.json, sid);
    else if (rc == ERR_NOT_FOUND)
        status = look_by_name(setup, thing, wanted, sid);
    else
        status = setup_fail(thing->kind, rc);
    twilio_reply_free(&reply);
    return status;
}

/* ---- the two of them */

int setup_thing_queue(struct setup *setup)
{
    if (setup->options->adopt != NULL) return EXIT_SUCCESS;
    cJSON *wanted = setup_wanted_queue(queue.name);
    int status = ensure(setup, &queue, wanted, setup->queue_sid);
    cJSON_Delete(wanted);
    return status;
}

/* It is only read, and used as it is; doctor says whether it fits. */
static int use_as_it_is(struct setup *setup, const char *sid)
{
    struct twilio_reply reply = { 0 };
    enum err rc = taskrouter_resource_fetch(setup_client(setup), &workflow.at_twilio, sid, &reply);
    int status = rc == ERR_OK ? EXIT_SUCCESS : setup_fail("workflow", rc);
    if (rc == ERR_OK) {
        const char *name = json_get_string(reply.json, "friendly_name");
        sid_copy(setup->workflow_sid, sid);
        setup_say(setup, "found", "workflow", "%s \"%s\", used as it is", sid,
                  name != NULL ? name : "");
    }
    twilio_reply_free(&reply);
    return status;
}

int setup_thing_workflow(struct setup *setup)
{
    if (setup->options->adopt != NULL) return use_as_it_is(setup, setup->options->adopt);
    cJSON *wanted = setup_wanted_workflow(setup, workflow.name);
    int status = ensure(setup, &workflow, wanted, setup->workflow_sid);
    cJSON_Delete(wanted);
    return status;
}

/* ---- away with them */

static int remove_one(struct setup *setup, const struct thing *thing, const char *sid)
{
    if (setup->options->dry_run) {
        setup_say_changed(setup, "removed", thing->kind, "%s \"%s\"", sid, thing->name);
        return EXIT_SUCCESS;
    }
    enum err rc = taskrouter_resource_delete(setup_client(setup), &thing->at_twilio, sid);
    if (rc != ERR_OK) return setup_fail(thing->kind, rc);
    if (!setup_record_drop(setup, thing->kind)) return EXIT_FAILURE;
    setup_say_changed(setup, "removed", thing->kind, "\"%s\"", thing->name);
    return EXIT_SUCCESS;
}

/* `found` is as it was made, or it stays; what was only begun has no hash to compare. */
static int remove_unchanged(struct setup *setup, const struct thing *thing, const char *sid,
                            const cJSON *found)
{
    char hash[SETUP_HASH_SIZE];
    const char *known = json_get_string(setup_record_find(setup, thing->kind), "hash");
    enum err rc = hash_of(thing, found, hash);
    if (rc != ERR_OK) return setup_fail(thing->kind, rc);
    if (known != NULL && strcmp(known, hash) != 0) return left_alone(setup, thing, sid);
    return remove_one(setup, thing, sid);
}

static int remove_thing(struct setup *setup, const struct thing *thing)
{
    char sid[SID_SIZE] = "";
    struct twilio_reply reply = { 0 };
    const cJSON *entry = setup_record_find(setup, thing->kind);
    if (entry == NULL) return EXIT_SUCCESS;
    enum err rc = ERR_OK;
    if (!twilio_resource_sid(entry, "sid", thing->at_twilio.prefix, sid))
        rc = taskrouter_resource_find(setup_client(setup), &thing->at_twilio, thing->name, sid);
    if (rc == ERR_OK) {
        rc = sid[0] != '\0'
                 ? taskrouter_resource_fetch(setup_client(setup), &thing->at_twilio, sid, &reply)
                 : ERR_NOT_FOUND;
    }
    int status = EXIT_FAILURE;
    if (rc == ERR_OK) {
        status = remove_unchanged(setup, thing, sid, reply.json);
    } else if (rc == ERR_NOT_FOUND) {
        setup_say(setup, "gone", thing->kind, "\"%s\"", thing->name);
        if (setup->options->dry_run || setup_record_drop(setup, thing->kind)) status = EXIT_SUCCESS;
    } else {
        status = setup_fail(thing->kind, rc);
    }
    twilio_reply_free(&reply);
    return status;
}

/* The Workflow first: a queue that one leads to stays. */
int setup_thing_remove(struct setup *setup)
{
    int status = remove_thing(setup, &workflow);
    bool stays = setup_record_find(setup, workflow.kind) != NULL && !setup->options->dry_run;
    if (status != EXIT_SUCCESS || stays) return status;
    return remove_thing(setup, &queue);
}

/* ---- for a Workflow that is there */

static enum err match_everyone(void *context, const cJSON *json)
{
    char *sid = context;
    const char *target = json_get_string(json, "target_workers");
    if (sid[0] == '\0' && target != NULL && strcmp(target, "1==1") == 0)
        (void)twilio_resource_sid(json, "sid", "WQ", sid);
    return ERR_OK;
}

int setup_thing_print_filter(struct setup *setup)
{
    char sid[SID_SIZE] = "";
    char *text = NULL;
    int status = use_as_it_is(setup, setup->options->into);
    if (status != EXIT_SUCCESS) return status;
    enum err rc =
        taskrouter_resource_each(setup_client(setup), &queue.at_twilio, match_everyone, sid);
    if (rc != ERR_OK) return setup_fail("queue", rc);
    cJSON *filter = setup_wanted_filter(sid[0] != '\0' ? sid : "WQ… (none is 1==1: make one)");
    if (filter != NULL) text = cJSON_Print(filter);
    if (text != NULL) {
        printf("Put this first among task_routing.filters of %s, let its reservation time-out be "
               "%d s or more, then run setup with --adopt %s:\n%s\n",
               setup->options->into, setup_wanted_reservation_s(setup), setup->options->into, text);
    }
    cJSON_free(text);
    cJSON_Delete(filter);
    return text != NULL ? EXIT_SUCCESS : setup_fail("filter", ERR_MEMORY);
}
