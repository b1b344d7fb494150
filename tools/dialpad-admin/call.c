/*
 * dialpad-admin call: the timeline of one call, and what it came to. From TaskRouter, Voice and our
 * own log; a source that is gone is named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin.h"
#include "base/date.h"
#include "trace.h"

struct options {
    const char *sid; /* of a Task, a Call or a Conference; NULL: agent and at_s */
    const char *agent;
    int64_t at_s;
    const char *log; /* NULL: the journal */
    bool numbers;
};

static bool is_call_sid(const char *text)
{
    return sid_is_task(text) || sid_is_call(text) || sid_is_conference(text);
}

/* "10:03" by the clock on the wall, today or else yesterday; or a time as logs have it. */
static bool read_time(const char *text, int64_t *at_s)
{
    int hour, minute, second = 0, end = 0;
    if (date_parse_iso8601(text, at_s)) return true;
    bool with_seconds = sscanf(text, "%2d:%2d:%2d%n", &hour, &minute, &second, &end) == 3;
    if (!with_seconds && sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2) return false;
    if (text[end] != '\0' || hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
    struct tm local;
    const time_t now = time(NULL);
    if (localtime_r(&now, &local) == NULL) return false;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = second;
    local.tm_isdst = -1;
    time_t at = mktime(&local);
    if (at > now) {
        local.tm_mday--;
        local.tm_isdst = -1;
        at = mktime(&local);
    }
    *at_s = (int64_t)at;
    return true;
}

/* Takes the value of an option that has one; false: it is missing or no such one. */
static bool read_option(struct options *options, const char *name, const char *value)
{
    if (value == NULL) return false;
    if (strcmp(name, "--agent") == 0) {
        options->agent = value;
    } else if (strcmp(name, "--log") == 0) {
        options->log = value;
    } else if (strcmp(name, "--at") == 0) {
        return read_time(value, &options->at_s);
    } else {
        return false;
    }
    return true;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    *options = (struct options){ .sid = NULL };
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--numbers") == 0) {
            options->numbers = true;
        } else if (argv[i][0] != '-') {
            if (options->sid != NULL || !is_call_sid(argv[i])) return false;
            options->sid = argv[i];
        } else {
            if (!read_option(options, argv[i], argv[i + 1])) return false;
            i++;
        }
    }
    bool by_time = options->agent != NULL && options->at_s != 0;
    return options->sid != NULL ? options->agent == NULL && options->at_s == 0 : by_time;
}

static enum err begin(struct trace *trace, const struct config *config)
{
    trace->config = config;
    trace->asked_by = ROLE_NONE;
    trace->client = twilio_client_new(config, &trace->deadline);
    if (trace->client == NULL) return ERR_MEMORY;
    enum err rc = keys_derive(config, &trace->keys);
    return rc == ERR_OK ? pass_keys_new(&trace->keys, &trace->passes) : rc;
}

static int look(struct trace *trace, const struct options *options)
{
    enum err rc = options->sid != NULL ? trace_find(trace, options->sid)
                                       : trace_find_at(trace, options->agent, options->at_s);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        fprintf(stderr, "dialpad-admin: TaskRouter can't be asked: %s\n", err_name(rc));
    bool known = trace->t1_sid[0] != '\0';
    if (known) trace_read_taskrouter(trace);
    struct trace_log log;
    int status = EXIT_FAILURE;
    if (!trace_log_open(trace, options->log, options->sid, &log)) goto out;
    if (trace->t1_sid[0] == '\0') {
        fprintf(stderr, "dialpad-admin: no call of ours is known there, neither to Twilio nor to "
                        "the log\n");
        goto out;
    }
    if (!known) trace_read_taskrouter(trace);
    trace_read_voice(trace);
    trace_read_log(trace, &log);
    trace_print(trace);
    status = EXIT_SUCCESS;
out:
    trace_log_free(&log);
    return status;
}

int admin_call(int argc, char **argv)
{
    struct config config = { 0 };
    struct options options;
    if (!read_options(argc, argv, &options)) return EXIT_USAGE;
    if (!admin_load(&config)) return EXIT_FAILURE;
    int status = EXIT_FAILURE;
    struct trace *trace = calloc(1, sizeof *trace);
    if (trace != NULL) {
        trace->numbers = options.numbers;
        if (begin(trace, &config) == ERR_OK) status = look(trace, &options);
        trace_free(trace);
    }
    free(trace);
    config_free(&config);
    return status;
}
