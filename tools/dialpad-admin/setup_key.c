/*
 * The API key. Twilio tells its secret once, in the answer to the request that makes it: so a key
 * whose answer was lost is deleted and another one made. Each has a name of its own, by which it
 * is found again.
 *
 * A rotation is a key "key_new" that becomes "key" once it stands in dialpad.conf; the former one
 * is then "key_old", until nobody needs it.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/random.h"
#include "setup_conf.h"
#include "setup_record.h"
#include "twilio/taskrouter_task.h"
#include "twilio/twilio_resource.h"

enum { PATH_SIZE = 160, NAME_SIZE = 64, SECRET_SIZE = 128 };

struct api_key {
    char sid[SID_SIZE];
    char secret[SECRET_SIZE];
};

static void path_of(const struct setup *setup, const char *sid, char path[PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "/2010-04-01/Accounts/%s/Keys%s%s.json", setup->draft.account_sid,
             sid != NULL ? "/" : "", sid != NULL ? sid : "");
}

struct search {
    const char *name;
    char sid[SID_SIZE];
};

static enum err match_name(void *context, const cJSON *json)
{
    struct search *search = context;
    const char *name = json_get_string(json, "friendly_name");
    if (name != NULL && strcmp(name, search->name) == 0)
        (void)twilio_resource_sid(json, "sid", "SK", search->sid);
    return ERR_OK;
}

static enum err find_by_name(struct setup *setup, const char *name, char sid[SID_SIZE])
{
    char path[PATH_SIZE];
    struct strbuf query;
    struct search search = { .name = name };
    strbuf_init(&query, STRBUF_MAX_URL);
    encode_form_pair(&query, "PageSize", "1000");
    path_of(setup, NULL, path);
    const struct twilio_resource_list list = {
        .host = TWILIO_API, .path = path, .query = &query, .key = "keys", .each = match_name
    };
    enum err rc = twilio_resource_each(setup_client(setup), &list, &search);
    if (rc == ERR_OK) memcpy(sid, search.sid, SID_SIZE);
    strbuf_free(&query);
    return rc;
}

static enum err fetch_name(struct setup *setup, const char *sid, char name[NAME_SIZE])
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    path_of(setup, sid, path);
    enum err rc = twilio_client_get(setup_client(setup), TWILIO_API, path, NULL, &reply);
    if (rc == ERR_OK) twilio_resource_text(reply.json, "friendly_name", name, NAME_SIZE);
    twilio_reply_free(&reply);
    return rc;
}

static enum err delete_key(struct setup *setup, const char *sid)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    path_of(setup, sid, path);
    enum err rc = twilio_client_delete(setup_client(setup), TWILIO_API, path, &reply);
    twilio_reply_free(&reply);
    return rc;
}

static enum err create_key(struct setup *setup, const char *name, struct api_key *key)
{
    char path[PATH_SIZE];
    struct strbuf form;
    struct twilio_reply reply = { 0 };
    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "FriendlyName", name);
    path_of(setup, NULL, path);
    enum err rc = twilio_resource_post(setup_client(setup), TWILIO_API, path, &form, NULL, &reply);
    if (rc == ERR_OK) {
        twilio_resource_text(reply.json, "secret", key->secret, sizeof key->secret);
        if (!twilio_resource_sid(reply.json, "sid", "SK", key->sid) || key->secret[0] == '\0')
            rc = ERR_UPSTREAM;
    }
    twilio_reply_free(&reply);
    strbuf_free(&form);
    return rc;
}

/* What an entry names, wherever it is: by its SID, or by its name where the answer was lost. */
static enum err delete_recorded(struct setup *setup, const char *kind)
{
    char sid[SID_SIZE] = "";
    const cJSON *entry = setup_record_find(setup, kind);
    if (entry == NULL) return ERR_OK;
    enum err rc = ERR_OK;
    if (!twilio_resource_sid(entry, "sid", "SK", sid))
        rc = find_by_name(setup, json_get_string(entry, "name"), sid);
    return rc == ERR_OK && sid[0] != '\0' ? delete_key(setup, sid) : rc;
}

/*
 * With the first key comes a secret of our own, so that sessions don't depend on it. Where the API
 * secret has been the source of the session key it goes on to be, under the name that it then has.
 */
static bool write_conf(const struct setup *setup, const struct api_key *key)
{
    char made[2 * RANDOM_MAX_BYTES + 1] = "";
    const char *secret = setup->draft.secret;
    if (secret == NULL) secret = setup->draft.api_secret;
    if (secret == NULL && random_hex(made, RANDOM_MAX_BYTES) == ERR_OK) secret = made;
    const struct setup_line lines[] = {
        { "TWILIO_API_KEY", key->sid },
        { "TWILIO_API_SECRET", key->secret },
        { "DIALPAD_SECRET", secret },
    };
    bool written =
        secret != NULL && setup_conf_write(setup->conf_path, lines, sizeof lines / sizeof lines[0]);
    explicit_bzero(made, sizeof made);
    return written;
}

/* Makes a key, writes it into dialpad.conf, and only then notes its SID. */
static int make(struct setup *setup, const char *kind)
{
    char name[NAME_SIZE];
    char tag[8 + 1];
    struct api_key key = { .sid = "" };
    if (setup->options->dry_run) {
        setup_say_changed(setup, "made", "key", "of type Standard");
        return EXIT_SUCCESS;
    }
    int status = EXIT_FAILURE;
    enum err rc = delete_recorded(setup, kind);
    if (rc == ERR_OK) rc = random_hex(tag, 4);
    if (rc != ERR_OK) return setup_fail("key", rc);
    snprintf(name, sizeof name, "dialpad %s", tag);
    if (!setup_record_put(setup, kind, name, NULL, NULL)) return EXIT_FAILURE;
    rc = create_key(setup, name, &key);
    if (rc != ERR_OK) {
        status = setup_fail("key", rc);
    } else if (write_conf(setup, &key) && setup_record_put(setup, kind, name, key.sid, NULL)) {
        setup_say_changed(setup, "made", "key", "%s \"%s\", its secret is in %s", key.sid, name,
                          setup->conf_path);
        status = EXIT_SUCCESS;
    }
    explicit_bzero(&key, sizeof key);
    return status;
}

/* Whether the entry is the key that dialpad.conf has: by its SID, or by its name if that is new. */
static bool is_in_use(const struct setup *setup, const char *kind, const char *name)
{
    const cJSON *entry = setup_record_find(setup, kind);
    const char *sid = entry != NULL ? json_get_string(entry, "sid") : NULL;
    const char *known = entry != NULL ? json_get_string(entry, "name") : NULL;
    if (sid != NULL && setup->draft.api_key != NULL) return strcmp(sid, setup->draft.api_key) == 0;
    return known != NULL && strcmp(known, name) == 0;
}

/* A rotation whose new key has come into dialpad.conf is done with: the former one is the old. */
static bool settle(struct setup *setup, const char *name)
{
    if (!is_in_use(setup, "key_new", name)) return true;
    const cJSON *former = setup_record_find(setup, "key");
    const char *sid = former != NULL ? json_get_string(former, "sid") : NULL;
    if (sid != NULL && strcmp(sid, setup->draft.api_key) != 0 &&
        !setup_record_put(setup, "key_old", json_get_string(former, "name"), sid, NULL)) {
        return false;
    }
    return setup_record_put(setup, "key", name, setup->draft.api_key, NULL) &&
           setup_record_drop(setup, "key_new");
}

/* One that was made and written, and whose SID isn't noted yet. */
static bool note_sid(struct setup *setup, const char *name)
{
    const cJSON *entry = setup_record_find(setup, "key");
    if (setup->options->dry_run || entry == NULL || json_get_string(entry, "sid") != NULL)
        return true;
    return !is_in_use(setup, "key", name) ||
           setup_record_put(setup, "key", name, setup->draft.api_key, NULL);
}

static int unknown_key(struct setup *setup)
{
    if (is_in_use(setup, "key", "")) {
        setup_say(setup, "gone", "key", "%s has been deleted", setup->draft.api_key);
        return make(setup, "key");
    }
    fprintf(stderr,
            "dialpad-admin: %s is no key of this account: take TWILIO_API_KEY and "
            "TWILIO_API_SECRET out of %s to have one made\n",
            setup->draft.api_key, setup->conf_path);
    return EXIT_FAILURE;
}

int setup_key_ensure(struct setup *setup)
{
    char name[NAME_SIZE] = "";
    if (setup->draft.api_key == NULL) return make(setup, "key");
    enum err rc = fetch_name(setup, setup->draft.api_key, name);
    if (rc == ERR_NOT_FOUND) return unknown_key(setup);
    if (rc != ERR_OK) return setup_fail("key", rc);
    if (!setup->options->dry_run && !settle(setup, name)) return EXIT_FAILURE;
    if (!note_sid(setup, name)) return EXIT_FAILURE;
    setup_say(setup, "found", "key", "%s \"%s\"", setup->draft.api_key, name);
    if (setup->draft.secret == NULL) {
        setup_say(setup, "note", "secret",
                  "DIALPAD_SECRET isn't set, and the API secret takes its place until rotate-key");
    }
    return EXIT_SUCCESS;
}

/* ---- rotation */

static enum err count_tasks(struct setup *setup, size_t *count)
{
    struct task_summaries tasks = { 0 };
    enum err rc = taskrouter_tasks_live(setup_client(setup), setup->draft.workflow_sid, &tasks);
    *count = tasks.count;
    task_summaries_free(&tasks);
    return rc;
}

static int delete_old(struct setup *setup)
{
    char sid[SID_SIZE] = "";
    size_t tasks = 0;
    if (!twilio_resource_sid(setup_record_find(setup, "key_old"), "sid", "SK", sid))
        return setup_fail("key", ERR_INTERNAL);
    enum err rc = count_tasks(setup, &tasks);
    if (rc != ERR_OK) return setup_fail("tasks", rc);
    if (tasks > 0) {
        setup->differs = true;
        setup_say(setup, "kept", "key", "%s while %zu Tasks live: run rotate-key again", sid,
                  tasks);
        return EXIT_SUCCESS;
    }
    rc = setup->options->dry_run ? ERR_OK : delete_key(setup, sid);
    if (rc != ERR_OK) return setup_fail("key", rc);
    if (!setup->options->dry_run && !setup_record_drop(setup, "key_old")) return EXIT_FAILURE;
    setup_say_changed(setup, "removed", "key", "%s, the old one", sid);
    return EXIT_SUCCESS;
}

/*
 * Twice to be run: the programs use the old key until they have read the configuration again, so
 * it is the second run that deletes it.
 */
int setup_key_rotate(struct setup *setup)
{
    char name[NAME_SIZE] = "";
    enum err rc = fetch_name(setup, setup->draft.api_key, name);
    if (rc != ERR_OK) return setup_fail("key", rc);
    if (!setup->options->dry_run && !settle(setup, name)) return EXIT_FAILURE;
    if (setup_record_find(setup, "key_old") != NULL) return delete_old(setup);
    if (setup_record_find(setup, "key") == NULL) {
        setup_say(setup, "note", "key", "%s isn't of setup's making: delete it yourself afterwards",
                  setup->draft.api_key);
    }
    int status = make(setup, "key_new");
    if (status != EXIT_SUCCESS || setup->options->dry_run) return status;
    setup->differs = true;
    puts("Now: systemctl reload dialpad.target (on each host that has this configuration), then "
         "run rotate-key again, which deletes the old key once no Task lives.");
    return EXIT_SUCCESS;
}

/* ---- removal */

static bool forget_in_conf(const struct setup *setup, const char *sid)
{
    static const struct setup_line lines[] = { { "TWILIO_API_KEY", NULL },
                                               { "TWILIO_API_SECRET", NULL } };
    if (setup->draft.api_key == NULL || strcmp(setup->draft.api_key, sid) != 0) return true;
    return setup_conf_write(setup->conf_path, lines, sizeof lines / sizeof lines[0]);
}

static int remove_one(struct setup *setup, const char *kind)
{
    char sid[SID_SIZE] = "";
    const cJSON *entry = setup_record_find(setup, kind);
    if (entry == NULL) return EXIT_SUCCESS;
    (void)twilio_resource_sid(entry, "sid", "SK", sid);
    char name[NAME_SIZE];
    twilio_resource_text(entry, "name", name, sizeof name);
    if (!setup->options->dry_run) {
        enum err rc = delete_recorded(setup, kind);
        if (rc != ERR_OK) return setup_fail("key", rc);
        if (!forget_in_conf(setup, sid) || !setup_record_drop(setup, kind)) return EXIT_FAILURE;
    }
    setup_say_changed(setup, "removed", "key", "%s \"%s\"", sid, name);
    return EXIT_SUCCESS;
}

int setup_key_remove(struct setup *setup)
{
    static const char *const kinds[] = { "key_new", "key_old", "key" };
    int status = EXIT_SUCCESS;
    for (size_t i = 0; status == EXIT_SUCCESS && i < sizeof kinds / sizeof kinds[0]; i++)
        status = remove_one(setup, kinds[i]);
    return status;
}
