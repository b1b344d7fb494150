#include "base/config_load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.h"
#include "base/program_path.h"

/* Where the file is when nothing else is said; the Makefile derives it from PREFIX. */
#ifndef DIALPAD_CONFIG_PATH
#define DIALPAD_CONFIG_PATH "/etc/dialpad/dialpad.conf"
#endif

/* Twenty keys need about two thousand bytes; whatever is longer is another file. */
enum { FILE_MAX = 64 * 1024 };

/* Where a value comes from, for the sentence of an error; lines count from 1. */
enum { LINE_NONE = 0, LINE_ENVIRONMENT = -1 };

struct loader {
    struct config config;
    const char *path;
    int line;
    bool has_file;
    bool in_file[CONFIG_SETTINGS];
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

static enum err assign_word(struct loader *loader, const struct config_setting *setting,
                            const char *value)
{
    const char *const *words = setting->rule->words;
    int *member = (int *)(void *)((char *)&loader->config + setting->at);
    *member = strcmp(value, words[1]) == 0;
    if (*member == 1 || strcmp(value, words[0]) == 0) return ERR_OK;
    return fail(loader, "%s must be %s or %s", setting->name, words[0], words[1]);
}

static enum err assign_number(struct loader *loader, const struct config_setting *setting,
                              const char *value)
{
    const struct config_rule *rule = setting->rule;
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
static enum err assign_text(struct loader *loader, const struct config_setting *setting,
                            const char *value)
{
    char *copy = NULL;
    if (*value != '\0') {
        copy = program_path(value);
        if (copy == NULL) return fail(loader, "out of memory");
        if (!setting->rule->valid(copy)) {
            config_wipe(copy);
            return fail(loader, "%s %s", setting->name, setting->rule->text);
        }
        if (setting->rule->normalize != NULL) setting->rule->normalize(copy);
        size_t len = strlen(copy);
        while ((setting->flags & CONFIG_BASE) != 0 && copy[len - 1] == '/')
            copy[--len] = '\0';
    }
    char **text = config_text(&loader->config, setting);
    config_wipe(*text);
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
static enum err unquote(const struct loader *loader, const struct config_setting *setting,
                        const char *written, char **value)
{
    size_t len = strlen(written);
    bool quoted = len > 1 && is_quote(written[0]) && written[len - 1] == written[0];
    char *copy = quoted ? strndup(written + 1, len - 2) : strdup(written);
    if (copy == NULL) return fail(loader, "out of memory");
    len = strlen(copy);
    if (len > 0 && (is_quote(copy[0]) || is_quote(copy[len - 1]))) {
        config_wipe(copy);
        return fail(loader, "%s has a quote at one end only, or another inside", setting->name);
    }
    *value = copy;
    return ERR_OK;
}

/* Checks a value and stores it in place of an earlier one. */
static enum err assign(struct loader *loader, const struct config_setting *setting,
                       const char *written)
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
    config_wipe(value);
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
    while (index < CONFIG_SETTINGS && strcmp(config_settings[index].name, name) != 0)
        index++;
    /* Not even the name is repeated here: it may be a secret that lost its key. */
    if (index == CONFIG_SETTINGS) return fail(loader, "the line has an unknown key");
    if (loader->in_file[index]) return fail(loader, "%s is repeated", name);
    loader->in_file[index] = true;

    return assign(loader, &config_settings[index], value);
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
    for (size_t i = 0; rc == ERR_OK && i < CONFIG_SETTINGS; i++) {
        const char *value = env(config_settings[i].name);
        if (value != NULL) rc = assign(loader, &config_settings[i], value);
    }
    return rc;
}

static enum err set_defaults(struct loader *loader)
{
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < CONFIG_SETTINGS; i++) {
        const struct config_setting *setting = &config_settings[i];
        if (setting->otherwise != NULL) rc = assign(loader, setting, setting->otherwise);
    }
    return rc;
}

/* Names all that are missing at once: one at a time would cost a start for each. */
static enum err check_complete(struct loader *loader)
{
    char missing[CONFIG_ERROR_SIZE] = "";
    size_t len = 0;
    const char *verb = "is";
    loader->line = LINE_NONE;
    for (size_t i = 0; i < CONFIG_SETTINGS; i++) {
        const struct config_setting *setting = &config_settings[i];
        bool required = (setting->flags & CONFIG_REQUIRED) != 0;
        if (!required || *config_text(&loader->config, setting) != NULL) continue;
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

bool config_load_has_journal(void)
{
    unsigned long long device, inode;
    struct stat here;
    const char *named = getenv("JOURNAL_STREAM");
    if (named == NULL || sscanf(named, "%llu:%llu", &device, &inode) != 2) return false;
    return fstat(STDERR_FILENO, &here) == 0 && here.st_dev == device && here.st_ino == inode;
}

char *config_load_path(void)
{
    const char *named = getenv("DIALPAD_CONFIG");
    return program_path(named != NULL && *named != '\0' ? named : DIALPAD_CONFIG_PATH);
}

static enum err load_of_process(bool complete, struct config *config, char *error)
{
    forbid_core_dumps();
    char *path = config_load_path();
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
