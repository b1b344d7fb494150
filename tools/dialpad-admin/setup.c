/*
 * dialpad-admin setup: from an account to a configuration with which calls work.
 */
#include "setup.h"

#include <libgen.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_check.h"
#include "base/config_load.h"
#include "base/json.h"
#include "setup_conf.h"
#include "setup_record.h"
#include "twilio/taskrouter_task.h"

enum { REQUEST_MS = 15 * 1000 };

/* ---- what the steps share */

static void PRINTF_LIKE(4, 0)
    say(bool would, const char *verb, const char *what, const char *format, va_list args)
{
    printf("%-8s %s%-10s ", verb, would ? "(would be) " : "", what);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
}

void setup_say(const struct setup *setup, const char *verb, const char *what, const char *format,
               ...)
{
    va_list args;
    va_start(args, format);
    (void)setup;
    say(false, verb, what, format, args);
    va_end(args);
}

void setup_say_changed(struct setup *setup, const char *verb, const char *what, const char *format,
                       ...)
{
    va_list args;
    va_start(args, format);
    say(setup->options->dry_run, verb, what, format, args);
    va_end(args);
    if (setup->options->dry_run) setup->differs = true;
}

int setup_fail(const char *what, enum err rc)
{
    const char *why = err_name(rc);
    if (rc == ERR_NOT_FOUND) why = "Twilio knows no such thing";
    if (rc == ERR_NO_REPLY) why = "Twilio can't be reached";
    if (rc == ERR_TIMEOUT) why = "Twilio didn't answer in time";
    if (rc == ERR_UPSTREAM || rc == ERR_REFUSED) why = "Twilio refused (see the line above)";
    fprintf(stderr, "dialpad-admin: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

struct twilio_client *setup_client(struct setup *setup)
{
    setup->deadline.at_ms = clock_ms() + REQUEST_MS;
    return setup->client;
}

/* ---- the steps that need no file of their own */

static int check_account(struct setup *setup)
{
    char path[128];
    struct twilio_reply reply = { 0 };
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s.json", setup->draft.account_sid);
    enum err rc = twilio_client_get(setup_client(setup), TWILIO_API, path, NULL, &reply);
    int status = EXIT_SUCCESS;
    if (reply.status == 401 || rc == ERR_NOT_FOUND) {
        fputs("dialpad-admin: account SID and auth token don't belong together\n", stderr);
        status = EXIT_FAILURE;
    } else if (rc != ERR_OK) {
        status = setup_fail("account", rc);
    } else {
        const char *name = json_get_string(reply.json, "friendly_name");
        setup_say(setup, "found", "account", "%s \"%s\"", setup->draft.account_sid,
                  name != NULL ? name : "");
    }
    twilio_reply_free(&reply);
    return status;
}

static bool is_same(const char *wanted, const char *found)
{
    return wanted == NULL || (found != NULL && strcmp(wanted, found) == 0);
}

/* All that isn't secret of the key; what the file says already isn't written again. */
static int write_configuration(struct setup *setup)
{
    const struct setup_options *options = setup->options;
    const struct config *draft = &setup->draft;
    const char *identity =
        draft->identity == CONFIG_IDENTITY_CONTACT_URI ? "contact_uri" : "friendly_name";
    const bool named = setup_conf_has(setup->conf_path, "DIALPAD_IDENTITY");
    const struct {
        struct setup_line line;
        const char *found;
    } wanted[] = {
        { { "TWILIO_ACCOUNT_SID", draft->account_sid }, draft->account_sid },
        { { "TWILIO_AUTH_TOKEN", draft->auth_token }, draft->auth_token },
        { { "TWILIO_FLEX_WORKSPACE_SID", setup->workspace_sid }, draft->workspace_sid },
        { { "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID", setup->workflow_sid }, draft->workflow_sid },
        { { "DIALPAD_PUBLIC_URL", options->public_url }, draft->public_url },
        { { "DIALPAD_IDENTITY", options->identity }, named ? identity : NULL },
    };
    enum { WANTED = sizeof wanted / sizeof wanted[0] };
    struct setup_line lines[WANTED];
    size_t count = 0;
    for (size_t i = 0; i < WANTED; i++) {
        const struct setup_line *line = &wanted[i].line;
        if (line->value == NULL) continue;
        if (!is_same(line->value, wanted[i].found) || !setup_conf_has(setup->conf_path, line->key))
            lines[count++] = *line;
    }
    if (count == 0) {
        setup_say(setup, "found", "conf", "%s", setup->conf_path);
        return EXIT_SUCCESS;
    }
    if (!options->dry_run && !setup_conf_write(setup->conf_path, lines, count)) return EXIT_FAILURE;
    setup_say_changed(setup, "changed", "conf", "%s (%zu lines)", setup->conf_path, count);
    return EXIT_SUCCESS;
}

/* No call may hang on what is taken away. */
static int refuse_while_tasks_live(struct setup *setup)
{
    struct task_summaries tasks = { 0 };
    if (setup->draft.workflow_sid == NULL) return EXIT_SUCCESS;
    enum err rc = taskrouter_tasks_live(setup_client(setup), setup->draft.workflow_sid, &tasks);
    int status = rc == ERR_OK ? EXIT_SUCCESS : setup_fail("tasks", rc);
    if (tasks.count > 0) {
        fprintf(stderr, "dialpad-admin: %zu Tasks live: end the calls, or wait for the sweep\n",
                tasks.count);
        status = EXIT_FAILURE;
    }
    task_summaries_free(&tasks);
    return status;
}

/* The line goes with the Workflow that it names; another one's stays. */
static int forget_workflow(struct setup *setup)
{
    const struct setup_line line = { "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID", NULL };
    const cJSON *entry = setup_record_find(setup, "workflow");
    const char *sid = entry != NULL ? json_get_string(entry, "sid") : NULL;
    if (sid == NULL || !is_same(sid, setup->draft.workflow_sid) || setup->options->dry_run)
        return EXIT_SUCCESS;
    return setup_conf_write(setup->conf_path, &line, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What the Workflow is, where nothing is to be made. */
static int take_configured(struct setup *setup)
{
    const char *workspace = setup->draft.workspace_sid;
    if (workspace == NULL || setup->draft.api_key == NULL || setup->draft.workflow_sid == NULL) {
        if (!setup->options->rotate_key) return EXIT_SUCCESS;
        fputs("dialpad-admin: there is no complete configuration: run setup first\n", stderr);
        return EXIT_FAILURE;
    }
    sid_copy(setup->workspace_sid, workspace);
    sid_copy(setup->workflow_sid, setup->draft.workflow_sid);
    return EXIT_SUCCESS;
}

/* ---- the order of it all */

typedef int step(struct setup *setup);

static step *const all_of_it[] = {
    check_account,       setup_flex_workspace, setup_key_ensure,
    setup_thing_queue,   setup_thing_workflow, setup_flex_outbound,
    write_configuration, setup_workers,        NULL,
};
static step *const only_filter[] = { check_account, setup_flex_workspace, setup_thing_print_filter,
                                     NULL };
static step *const rotation[] = { check_account, take_configured, setup_key_rotate, NULL };
static step *const removal[] = {
    check_account,           take_configured,    setup_flex_workspace,
    refuse_while_tasks_live, setup_flex_restore, forget_workflow,
    setup_thing_remove,      setup_key_remove,   NULL,
};

static int run_steps(struct setup *setup)
{
    const struct setup_options *options = setup->options;
    step *const *steps = all_of_it;
    if (options->remove) steps = removal;
    if (options->into != NULL) steps = only_filter;
    if (options->rotate_key) steps = rotation;
    int status = EXIT_SUCCESS;
    while (status == EXIT_SUCCESS && *steps != NULL)
        status = (*steps++)(setup);
    if (status == EXIT_SUCCESS && setup->differs) status = EXIT_DIFFERS;
    return status;
}

static bool find_paths(struct setup *setup)
{
    setup->conf_path = config_load_path();
    char *copy = setup->conf_path != NULL ? strdup(setup->conf_path) : NULL;
    if (copy == NULL) return false;
    struct strbuf path;
    strbuf_init(&path, STRBUF_MAX_URL);
    strbuf_addf(&path, "%s/setup.json", dirname(copy));
    setup->record_path = strbuf_detach(&path);
    strbuf_free(&path);
    free(copy);
    return setup->record_path != NULL;
}

static int begin(struct setup *setup)
{
    char problem[CONFIG_ERROR_SIZE];
    if (!find_paths(setup)) return setup_fail("setup", ERR_MEMORY);
    if (config_load_draft(&setup->draft, problem) != ERR_OK) {
        fprintf(stderr, "dialpad-admin: %s\n", problem);
        return EXIT_FAILURE;
    }
    const struct setup_options *options = setup->options;
    bool makes = !options->remove && !options->rotate_key && options->into == NULL;
    if (makes && options->public_url == NULL && setup->draft.public_url == NULL) {
        fputs("dialpad-admin: where does Twilio reach the programs? --public-url "
              "https://calls.example.com/cgi-bin\n",
              stderr);
        return EXIT_USAGE;
    }
    int status = setup_ask(&setup->draft);
    if (status != EXIT_SUCCESS) return status;
    /* Keys and the account are the account's own business, which no Standard key may do. */
    setup->account = setup->draft;
    setup->account.api_key = setup->draft.account_sid;
    setup->account.api_secret = setup->draft.auth_token;
    setup->account.workspace_sid = setup->workspace_sid;
    setup->client = twilio_client_new(&setup->account, &setup->deadline);
    if (setup->client == NULL) return setup_fail("setup", ERR_MEMORY);
    return setup_record_load(setup) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void end(struct setup *setup)
{
    cJSON_Delete(setup->record);
    twilio_client_free(setup->client);
    config_free(&setup->draft);
    free(setup->conf_path);
    free(setup->record_path);
}

/* ---- arguments */

struct option {
    const char *name;
    size_t at;                        /* in struct setup_options */
    bool (*valid)(const char *value); /* NULL: it takes no value */
};

static bool is_identity(const char *text)
{
    return strcmp(text, "friendly_name") == 0 || strcmp(text, "contact_uri") == 0;
}

#define AT(member) offsetof(struct setup_options, member)

static const struct option known[] = {
    { "--public-url", AT(public_url), config_check_base_url },
    { "--workspace", AT(workspace), sid_is_workspace },
    { "--adopt", AT(adopt), sid_is_workflow },
    { "--into", AT(into), sid_is_workflow },
    { "--identity", AT(identity), is_identity },
    { "--dry-run", AT(dry_run), NULL },
    { "--remove", AT(remove), NULL },
    { "--flex-outbound", AT(flex_outbound), NULL },
    { "rotate-key", AT(rotate_key), NULL },
};

static const struct option *find_option(const char *name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0) return &known[i];
    return NULL;
}

/* A value that doesn't fit isn't repeated: it may be a secret in the wrong place. */
static bool read_options(int argc, char **argv, struct setup_options *options)
{
    for (int i = 0; i < argc; i++) {
        const struct option *option = find_option(argv[i]);
        if (option == NULL) return false;
        char *member = (char *)options + option->at;
        if (option->valid == NULL) {
            *(bool *)(void *)member = true;
        } else if (i + 1 < argc && option->valid(argv[i + 1])) {
            *(const char **)(void *)member = argv[++i];
        } else {
            fprintf(stderr, "dialpad-admin: %s doesn't take such a value\n", option->name);
            return false;
        }
    }
    int modes =
        options->remove + options->rotate_key + (options->into != NULL) + (options->adopt != NULL);
    return modes <= 1;
}

int admin_setup(int argc, char **argv)
{
    struct setup_options options = { .public_url = NULL };
    if (!read_options(argc, argv, &options)) return EXIT_USAGE;
    struct setup setup = { .options = &options };
    int status = begin(&setup);
    if (status == EXIT_SUCCESS) status = run_steps(&setup);
    end(&setup);
    return status;
}
