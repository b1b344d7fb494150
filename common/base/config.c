#include "base/config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/config_check.h"
#include "base/private_file.h"
#include "base/program_path.h"
#include "base/sid.h"

/* Where things are when nothing else is said; the Makefile derives both from PREFIX. */
#ifndef DIALPAD_CONFIG_PATH
#define DIALPAD_CONFIG_PATH "/etc/dialpad/dialpad.conf"
#endif
#ifndef DIALPAD_STATE_PATH
#define DIALPAD_STATE_PATH "/var/cache/dialpad"
#endif

/* Twenty keys need about two thousand bytes; whatever is longer is another file. */
enum { FILE_MAX = 64 * 1024 };

/*
 * What a value must be: a text that is `valid`; one of two `words`, kept as 0 or 1; or else a whole
 * number from min to max.
 */
struct rule {
    bool (*valid)(const char *value);
    const char *text;
    const char *words[2];
    int min, max;
};

static const struct rule account = { .valid = sid_is_account,
                                     .text = "must be AC and 32 hexadecimal digits" };
static const struct rule api_key = { .valid = sid_is_api_key,
                                     .text = "must be SK and 32 hexadecimal digits" };
static const struct rule workspace = { .valid = sid_is_workspace,
                                       .text = "must be WS and 32 hexadecimal digits" };
static const struct rule workflow = { .valid = sid_is_workflow,
                                      .text = "must be WW and 32 hexadecimal digits" };
static const struct rule secret = { .valid = config_check_secret,
                                    .text = "must be printable, without spaces" };
static const struct rule key_source = { .valid = config_check_key_source,
                                        .text = "must be 32 printable characters or more, "
                                                "without spaces" };
static const struct rule place = { .valid = config_check_place,
                                   .text = "must be a word such as ie1 or dublin" };
static const struct rule number = { .valid = config_check_number,
                                    .text = "must be a number such as +15551234567" };
static const struct rule base_url = { .valid = config_check_base_url,
                                      .text = "must begin with https:// (http:// only to this "
                                              "machine), without user, query and fragment" };
static const struct rule any_url = { .valid = config_check_any_http_url,
                                     .text = "must begin with https:// or http://, without user, "
                                             "query and fragment" };
static const struct rule absolute = { .valid = config_check_absolute_path,
                                      .text = "must be an absolute path" };
static const struct rule attribute = { .valid = config_check_attribute,
                                       .text = "must be friendly_name or an attribute's name" };
static const struct rule origins = { .valid = config_check_origin_list,
                                     .text = "must be origins such as https://crm.example.com" };
static const struct rule proxy = { .valid = config_check_proxy,
                                   .text = "must be http://HOST:PORT" };
static const struct rule host = { .valid = config_check_host,
                                  .text = "must be a host, or a host and a port" };
static const struct rule ring = { .min = 5, .max = 100 };
static const struct rule grace = { .min = 0, .max = 120 };
static const struct rule threads = { .min = 1, .max = 64 };
static const struct rule identity = { .words = { "friendly_name", "contact_uri" } };
static const struct rule pass = { .words = { "enforce", "log" } };
static const struct rule routing = { .words = { "direct", "filter" } };

#define AT(member) offsetof(struct config, member)

enum {
    REQUIRED = 1,
    BASE = 2 /* paths are added to it: kept without a slash at its end */
};

static const struct setting {
    const char *name;
    size_t at; /* where the value stands in struct config */
    const struct rule *rule;
    int flags;
    const char *otherwise; /* the value of an optional key that isn't set */
} settings[] = {
    { "TWILIO_ACCOUNT_SID", AT(account_sid), &account, REQUIRED, NULL },
    { "TWILIO_AUTH_TOKEN", AT(auth_token), &secret, REQUIRED, NULL },
    { "TWILIO_AUTH_TOKEN_SECONDARY", AT(auth_token_secondary), &secret, 0, NULL },
    { "TWILIO_API_KEY", AT(api_key), &api_key, REQUIRED, NULL },
    { "TWILIO_API_SECRET", AT(api_secret), &secret, REQUIRED, NULL },
    { "TWILIO_FLEX_WORKSPACE_SID", AT(workspace_sid), &workspace, REQUIRED, NULL },
    { "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID", AT(workflow_sid), &workflow, REQUIRED, NULL },
    { "TWILIO_REGION", AT(region), &place, 0, NULL },
    { "TWILIO_EDGE", AT(edge), &place, 0, NULL },
    { "TWILIO_CALLER_ID", AT(caller_id), &number, 0, NULL },
    { "DIALPAD_PUBLIC_URL", AT(public_url), &base_url, REQUIRED | BASE, NULL },
    { "DIALPAD_RING_SECONDS", AT(ring_seconds), &ring, 0, "30" },
    { "DIALPAD_GRACE_SECONDS", AT(grace_seconds), &grace, 0, "20" },
    { "DIALPAD_STATE_DIR", AT(state_dir), &absolute, 0, DIALPAD_STATE_PATH },
    { "DIALPAD_THREADS", AT(threads), &threads, 0, "8" },
    { "DIALPAD_SECRET", AT(secret), &key_source, 0, NULL },
    { "DIALPAD_SECRET_PREVIOUS", AT(secret_previous), &key_source, 0, NULL },
    { "DIALPAD_IDENTITY", AT(identity), &identity, 0, "friendly_name" },
    { "DIALPAD_USERS", AT(users_path), &absolute, 0, NULL },
    { "DIALPAD_PASS", AT(pass), &pass, 0, "enforce" },
    { "DIALPAD_ROUTING", AT(routing), &routing, 0, "direct" },
    { "DIALPAD_USER_ATTRIBUTE", AT(user_attribute), &attribute, 0, "friendly_name" },
    { "DIALPAD_EMBED_ORIGINS", AT(embed_origins), &origins, 0, NULL },
    { "DIALPAD_PROXY", AT(proxy), &proxy, 0, NULL },
    { "DIALPAD_API_BASE_URL", AT(api_base_url), &base_url, BASE, NULL },
    { "DIALPAD_EVENT_BRIDGE_URL", AT(event_bridge_url), &any_url, 0, NULL },
    { "DIALPAD_VOICE_SIGNALING_HOST", AT(voice_signaling_host), &host, 0, NULL },
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* Where a value comes from, for the sentence of an error; lines count from 1. */
enum { LINE_NONE = 0, LINE_ENVIRONMENT = -1 };

struct loader {
    struct config config;
    const char *path;
    int line;
    bool has_file;
    bool in_file[SETTINGS];
    char *error;
};

/* Writes the sentence about what is wrong and where. Callers never hand over a value. */
static enum err PRINTF_LIKE(2, 3) fail(const struct loader *loader, const char *format, ...)
{
    char problem[CONFIG_ERROR_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(problem, sizeof problem, format, args);
    va_end(args);
    if (loader->line == LINE_ENVIRONMENT) {
        snprintf(loader->error, CONFIG_ERROR_SIZE, "environment: %.900s", problem);
    } else if (loader->line == LINE_NONE) {
        snprintf(loader->error, CONFIG_ERROR_SIZE, "%.500s: %.500s", loader->path, problem);
    } else {
        snprintf(loader->error, CONFIG_ERROR_SIZE, "%.500s:%d: %.500s", loader->path, loader->line,
                 problem);
    }
    return ERR_INPUT;
}

static void wipe_and_free(char *text)
{
    if (text != NULL) explicit_bzero(text, strlen(text));
    free(text);
}

/* The member of a text setting. */
static char **text_of(struct config *config, const struct setting *setting)
{
    return (char **)(void *)((char *)config + setting->at);
}

static enum err assign_word(struct loader *loader, const struct setting *setting, const char *value)
{
    const char *const *words = setting->rule->words;
    int *member = (int *)(void *)((char *)&loader->config + setting->at);
    *member = strcmp(value, words[1]) == 0;
    if (*member == 1 || strcmp(value, words[0]) == 0) return ERR_OK;
    return fail(loader, "%s must be %s or %s", setting->name, words[0], words[1]);
}

static enum err assign_number(struct loader *loader, const struct setting *setting,
                              const char *value)
{
    const struct rule *rule = setting->rule;
    size_t digits = strspn(value, "0123456789");
    /* So few digits can't overflow. */
    long parsed = digits > 0 && digits <= 6 ? strtol(value, NULL, 10) : -1;
    if (value[digits] != '\0' || parsed < rule->min || parsed > rule->max) {
        return fail(loader, "%s must be a whole number from %d to %d", setting->name, rule->min,
                    rule->max);
    }
    *(int *)(void *)((char *)&loader->config + setting->at) = (int)parsed;
    return ERR_OK;
}

/* Text for a text setting; an empty one unsets. `value` is checked once its place is known. */
static enum err assign_text(struct loader *loader, const struct setting *setting, const char *value)
{
    char *copy = NULL;
    if (*value != '\0') {
        copy = program_path(value);
        if (copy == NULL) return fail(loader, "out of memory");
        if (!setting->rule->valid(copy)) {
            wipe_and_free(copy);
            return fail(loader, "%s %s", setting->name, setting->rule->text);
        }
        size_t len = strlen(copy);
        while ((setting->flags & BASE) != 0 && copy[len - 1] == '/')
            copy[--len] = '\0';
    }
    char **text = text_of(&loader->config, setting);
    wipe_and_free(*text);
    *text = copy;
    return ERR_OK;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/*
 * A copy without the quotes around it. Other quotes at its ends are a mistake: no value
 * of ours begins or ends with one.
 */
static enum err unquote(const struct loader *loader, const struct setting *setting,
                        const char *written, char **value)
{
    size_t len = strlen(written);
    bool quoted = len > 1 && is_quote(written[0]) && written[len - 1] == written[0];
    char *copy = quoted ? strndup(written + 1, len - 2) : strdup(written);
    if (copy == NULL) return fail(loader, "out of memory");
    len = strlen(copy);
    if (len > 0 && (is_quote(copy[0]) || is_quote(copy[len - 1]))) {
        wipe_and_free(copy);
        return fail(loader, "%s has a quote at one end only, or another inside", setting->name);
    }
    *value = copy;
    return ERR_OK;
}

/* Checks a value and stores it in place of an earlier one. */
static enum err assign(struct loader *loader, const struct setting *setting, const char *written)
{
    char *value = NULL;
    enum err rc = unquote(loader, setting, written, &value);
    if (rc != ERR_OK) return rc;
    const char *used = *value == '\0' && setting->otherwise != NULL ? setting->otherwise : value;
    if (setting->rule->words[0] != NULL)
        rc = assign_word(loader, setting, used);
    else if (setting->rule->valid == NULL)
        rc = assign_number(loader, setting, used);
    else
        rc = assign_text(loader, setting, used);
    wipe_and_free(value);
    return rc;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Drops blanks at both ends; `end` is exclusive, *end may be overwritten. */
static char *trim(char *text, char *end)
{
    while (text < end && is_blank(*text))
        text++;
    while (end > text && is_blank(end[-1]))
        end--;
    *end = '\0';
    return text;
}

static enum err read_pair(struct loader *loader, const char *name, const char *value)
{
    size_t index = 0;
    while (index < SETTINGS && strcmp(settings[index].name, name) != 0)
        index++;
    /* Not even the name is repeated here: it may be a secret that lost its key. */
    if (index == SETTINGS) return fail(loader, "the line has an unknown key");
    if (loader->in_file[index]) return fail(loader, "%s is repeated", name);
    loader->in_file[index] = true;

    return assign(loader, &settings[index], value);
}

static enum err read_line(struct loader *loader, char *line, char *end)
{
    if (memchr(line, '\0', (size_t)(end - line)) != NULL)
        return fail(loader, "the line is not text");
    line = trim(line, end);
    if (*line == '\0' || *line == '#') return ERR_OK;
    char *equals = strchr(line, '=');
    if (equals == NULL) return fail(loader, "the line is not of the form KEY=value");
    char *value = trim(equals + 1, equals + 1 + strlen(equals + 1));
    return read_pair(loader, trim(line, equals), value);
}

/* `text` has a byte to spare after its `len`. */
static enum err read_lines(struct loader *loader, char *text, size_t len)
{
    enum err rc = ERR_OK;
    char *const text_end = text + len;
    for (char *line = text; rc == ERR_OK && line < text_end;) {
        char *end = memchr(line, '\n', (size_t)(text_end - line));
        if (end == NULL) end = text_end;
        loader->line++;
        rc = read_line(loader, line, end);
        line = end + 1;
    }
    return rc;
}

static enum err read_file(struct loader *loader)
{
    char problem[PRIVATE_FILE_PROBLEM_SIZE];
    char *text = NULL;
    size_t len = 0;
    enum err rc = private_file_read(loader->path, FILE_MAX, &text, &len, problem);
    if (rc == ERR_NOT_FOUND) return ERR_OK;
    loader->has_file = true;
    if (rc != ERR_OK) return fail(loader, "%s", problem);
    rc = read_lines(loader, text, len);
    private_file_free(text, len);
    return rc;
}

/* The users' file says for itself what is wrong and where. */
static enum err read_users(struct loader *loader)
{
    char problem[USERS_PROBLEM_SIZE];
    struct config *config = &loader->config;
    if (config->users_path == NULL) return ERR_OK;
    loader->path = config->users_path;
    enum err rc = users_load(config->users_path, &config->users, &loader->line, problem);
    return rc == ERR_OK ? rc : fail(loader, "%s", problem);
}

static enum err read_environment(struct loader *loader, const char *(*env)(const char *name))
{
    enum err rc = ERR_OK;
    loader->line = LINE_ENVIRONMENT;
    for (size_t i = 0; rc == ERR_OK && i < SETTINGS; i++) {
        const char *value = env(settings[i].name);
        if (value != NULL) rc = assign(loader, &settings[i], value);
    }
    return rc;
}

static enum err set_defaults(struct loader *loader)
{
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < SETTINGS; i++)
        if (settings[i].otherwise != NULL) rc = assign(loader, &settings[i], settings[i].otherwise);
    return rc;
}

/* Names all that are missing at once: nobody wants to learn of them one by one. */
static enum err check_complete(struct loader *loader)
{
    char missing[CONFIG_ERROR_SIZE] = "";
    size_t len = 0;
    const char *verb = "is";
    loader->line = LINE_NONE;
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *setting = &settings[i];
        if ((setting->flags & REQUIRED) == 0 || *text_of(&loader->config, setting) != NULL)
            continue;
        if (len > 0) verb = "are";
        int more = snprintf(missing + len, sizeof missing - len, "%s%s", len > 0 ? ", " : "",
                            setting->name);
        if (more < 0 || (size_t)more >= sizeof missing - len) break;
        len += (size_t)more;
    }
    if (len == 0) return ERR_OK;
    if (loader->has_file) return fail(loader, "%s %s missing", missing, verb);
    return fail(loader, "no such file, and %s %s not in the environment", missing, verb);
}

static enum err load(const char *path, const char *(*env)(const char *name), bool complete,
                     struct config *config, char *error)
{
    struct loader loader = { .path = path, .error = error };
    enum err rc = set_defaults(&loader);
    if (rc == ERR_OK) rc = read_file(&loader);
    if (rc == ERR_OK) rc = read_environment(&loader, env);
    if (rc == ERR_OK && complete) rc = check_complete(&loader);
    if (rc == ERR_OK) rc = read_users(&loader);
    if (rc != ERR_OK) goto out;

    const char *ca_path = env("SSL_CERT_DIR");
    if (ca_path != NULL && *ca_path != '\0') {
        loader.config.ca_path = strdup(ca_path);
        if (loader.config.ca_path == NULL) {
            rc = fail(&loader, "out of memory");
            goto out;
        }
    }
    *config = loader.config;
    loader.config = (struct config){ .threads = 0 };
out:
    config_free(&loader.config);
    return rc;
}

enum err config_load_from(const char *path, const char *(*env)(const char *name),
                          struct config *config, char *error)
{
    return load(path, env, true, config, error);
}

static const char *process_environment(const char *name)
{
    return getenv(name);
}

/*
 * A crash must not leave the secrets in a file. A limit of one byte is too small for any file, and
 * the one that the kernel obeys also where core_pattern is a pipe: with none it would write there.
 */
static void forbid_core_dumps(void)
{
    const struct rlimit one_byte = { 1, 1 };
    const struct rlimit none = { 0, 0 };
    if (setrlimit(RLIMIT_CORE, &one_byte) != 0) (void)setrlimit(RLIMIT_CORE, &none);
}

char *config_file_path(void)
{
    const char *named = getenv("DIALPAD_CONFIG");
    return program_path(named != NULL && *named != '\0' ? named : DIALPAD_CONFIG_PATH);
}

static enum err load_of_process(bool complete, struct config *config, char *error)
{
    forbid_core_dumps();
    char *path = config_file_path();
    if (path == NULL) {
        snprintf(error, CONFIG_ERROR_SIZE, "out of memory");
        return ERR_MEMORY;
    }
    enum err rc = load(path, process_environment, complete, config, error);
    free(path);
    return rc;
}

enum err config_load(struct config *config, char *error)
{
    return load_of_process(true, config, error);
}

enum err config_load_draft(struct config *config, char *error)
{
    return load_of_process(false, config, error);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (settings[i].rule->valid != NULL) wipe_and_free(*text_of(config, &settings[i]));
    users_free(config->users);
    free(config->ca_path);
    *config = (struct config){ .threads = 0 };
}
