/*
 * dialpad-admin flex: tells Flex which script to load in its pages, or no longer. Twilio keeps what
 * was registered and released before; a release is only ever followed by another one.
 */
#include "flex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "auth/digest.h"
#include "base/config_check.h"
#include "base/json.h"
#include "twilio/http_client.h"

enum { FETCH_MS = 15 * 1000, SCRIPT_MAX = 4 * 1024 * 1024, VERSION_MAX = 32 };

struct flex_options {
    const char *url;
    const char *number; /* the version of the script at `url` */
    bool dry_run;
};

/* ---- what is said */

static void PRINTF_LIKE(3, 4) say(const char *verb, const char *what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%-8s %-10s ", verb, what);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

static int fail(const char *what, enum err rc)
{
    const char *why = err_name(rc);
    if (rc == ERR_NOT_FOUND) why = "Twilio knows no such thing";
    if (rc == ERR_NO_REPLY) why = "Twilio can't be reached";
    if (rc == ERR_TIMEOUT) why = "Twilio didn't answer in time";
    if (rc == ERR_UPSTREAM || rc == ERR_REFUSED) why = "Twilio refused (see the line above)";
    if (rc == ERR_CONFLICT) why = "this number has another address, for good: choose another one";
    fprintf(stderr, "dialpad-admin: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

static const char *text_of(const cJSON *plugin, const char *key)
{
    const char *text = json_get_string(plugin, key);
    return text != NULL ? text : "-";
}

static void show(const struct flex *flex)
{
    const char *release = flex->release_sid[0] != '\0' ? flex->release_sid : "none";
    say("found", "release", "%s", release);
    for (const cJSON *plugin = flex->plugins->child; plugin != NULL; plugin = plugin->next) {
        say("found", "plugin", "%s %s %s", text_of(plugin, "unique_name"),
            text_of(plugin, "version"), text_of(plugin, "plugin_url"));
    }
}

/* ---- install */

/* Whoever controls this file controls every agent's page of Flex: what it is, is said. */
static int check_script(const struct flex *flex, const char *url)
{
    struct http_client *client = NULL;
    struct http_reply reply;
    char integrity[DIGEST_INTEGRITY_SIZE];
    int status = EXIT_FAILURE;
    const struct http_options options = {
        .ca_path = flex->config.ca_path,
        .allow_http = strncmp(url, "http://", 7) == 0,
    };
    const struct http_request request = { .method = "GET", .url = url };
    const struct deadline deadline = { .at_ms = clock_ms() + FETCH_MS };
    http_reply_init(&reply, SCRIPT_MAX);
    enum err rc = http_client_new(&options, &client);
    if (rc == ERR_OK) rc = http_client_perform(client, &request, &deadline, &reply);
    if (rc != ERR_OK) {
        fprintf(stderr, "dialpad-admin: %s can't be fetched: %s\n", url,
                reply.problem[0] != '\0' ? reply.problem : err_name(rc));
    } else if (reply.status != 200 || reply.body.len == 0 || reply.body.buf[0] == '<') {
        fprintf(stderr, "dialpad-admin: there is no script at %s (status %d)\n", url, reply.status);
    } else if (digest_integrity(reply.body.buf, reply.body.len, integrity) == ERR_OK) {
        say("found", "script", "%zu bytes, %s", reply.body.len, integrity);
        status = EXIT_SUCCESS;
    }
    http_reply_free(&reply);
    http_client_free(client);
    return status;
}

/* A line of what is made, or would be. */
static void say_made(const struct flex_options *options, const char *what, const char *text)
{
    say("made", what, "%s%s", text, options->dry_run ? " (would be)" : "");
}

/* It may be there from a run that was stopped, or from before a removal. */
static enum err ensure_plugin(struct flex *flex, const struct flex_options *options,
                              char plugin_sid[SID_SIZE])
{
    enum err rc = flex_service_plugin(flex, plugin_sid);
    if (rc != ERR_NOT_FOUND) return rc;
    rc = options->dry_run ? ERR_OK : flex_service_add_plugin(flex, plugin_sid);
    if (rc == ERR_OK) say_made(options, "plugin", FLEX_PLUGIN);
    return rc;
}

/* `plugin_sid` is "" in a dry run that would make it. */
static enum err ensure_version(struct flex *flex, const struct flex_options *options,
                               const char *plugin_sid, char version_sid[SID_SIZE])
{
    enum err rc = ERR_NOT_FOUND;
    if (plugin_sid[0] != '\0')
        rc = flex_service_version(flex, plugin_sid, options->number, options->url, version_sid);
    if (rc != ERR_NOT_FOUND) return rc;
    rc = options->dry_run ? ERR_OK
                          : flex_service_add_version(flex, plugin_sid, options->number,
                                                     options->url, version_sid);
    if (rc == ERR_OK) say_made(options, "version", options->number);
    return rc;
}

static int release(struct flex *flex, const struct flex_options *options, const char *version_sid)
{
    if (options->dry_run) {
        say_made(options, "release", version_sid != NULL ? "with it" : "without it");
        return EXIT_DIFFERS;
    }
    enum err rc = flex_service_release(flex, version_sid);
    if (rc == ERR_CONFLICT) {
        fputs("dialpad-admin: somebody else has released something meanwhile: run this again\n",
              stderr);
        return EXIT_FAILURE;
    }
    if (rc != ERR_OK) return fail("release", rc);
    say("made", "release", "%s", flex->release_sid);
    return EXIT_SUCCESS;
}

static int install(struct flex *flex, const struct flex_options *options)
{
    char plugin_sid[SID_SIZE] = "";
    char version_sid[SID_SIZE] = "";
    int status = check_script(flex, options->url);
    if (status != EXIT_SUCCESS) return status;
    enum err rc = ensure_plugin(flex, options, plugin_sid);
    if (rc == ERR_OK) rc = ensure_version(flex, options, plugin_sid, version_sid);
    if (rc != ERR_OK) return fail("plugin", rc);
    const char *released = json_get_string(flex_service_ours(flex), "plugin_version_sid");
    if (released != NULL && strcmp(released, version_sid) == 0) return EXIT_SUCCESS;
    return release(flex, options, version_sid);
}

/* ---- status, remove */

static int tell(struct flex *flex, const struct flex_options *options)
{
    (void)options;
    if (flex_service_ours(flex) != NULL) return EXIT_SUCCESS;
    say("missing", "plugin", "%s", FLEX_PLUGIN);
    return EXIT_DIFFERS;
}

/* Out of what Flex loads: what was registered stays registered, as Twilio's API has it. */
static int take_out(struct flex *flex, const struct flex_options *options)
{
    if (flex_service_ours(flex) == NULL) return EXIT_SUCCESS;
    return release(flex, options, NULL);
}

/* ---- arguments */

static const struct verb {
    const char *name;
    bool installs;
    bool changes;
    int (*run)(struct flex *flex, const struct flex_options *options);
} verbs[] = {
    { "install", true, true, install },
    { "status", false, false, tell },
    { "remove", false, true, take_out },
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
    return NULL;
}

/* MAJOR.MINOR.PATCH (https://semver.org), which is all that is needed here. */
static bool is_version(const char *text)
{
    if (strlen(text) > VERSION_MAX) return false;
    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
        if (text[digits] != (part < 2 ? '.' : '\0')) return false;
        text += digits + (part < 2 ? 1 : 0);
    }
    return true;
}

static bool read_options(int argc, char **argv, const struct verb *verb,
                         struct flex_options *options)
{
    for (int i = 0; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--dry-run") == 0 && verb->changes) {
            options->dry_run = true;
        } else if (verb->installs && strcmp(argv[i], "--url") == 0 &&
                   config_check_base_url(value)) {
            options->url = argv[++i];
        } else if (verb->installs && strcmp(argv[i], "--number") == 0 && is_version(value)) {
            options->number = argv[++i];
        } else {
            return false;
        }
    }
    return !verb->installs || (options->url != NULL && options->number != NULL);
}

int admin_flex(int argc, char **argv)
{
    struct flex_options options = { .url = NULL };
    const struct verb *verb = argc > 0 ? find_verb(argv[0]) : NULL;
    if (verb == NULL || !read_options(argc - 1, argv + 1, verb, &options)) return EXIT_USAGE;
    struct flex flex = { .plugins = NULL };
    if (!admin_load(&flex.config)) return EXIT_FAILURE;
    enum err rc = ERR_MEMORY;
    flex.client = twilio_client_new(&flex.config, &flex.deadline);
    if (flex.client != NULL) rc = flex_service_read(&flex);
    int status = EXIT_FAILURE;
    if (rc == ERR_OK) {
        show(&flex);
        status = verb->run(&flex, &options);
    } else {
        status = fail("release", rc);
    }
    cJSON_Delete(flex.plugins);
    twilio_client_free(flex.client);
    config_free(&flex.config);
    return status;
}
