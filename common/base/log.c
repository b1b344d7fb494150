#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sid.h"

enum {
    TEXT_SIZE = 1024, /* a free text, before escaping */
    NOTE_SIZE = 48    /* a SID, or one of Twilio's words */
};

static const struct {
    const char *name;
    bool (*valid)(const char *value); /* NULL: any text */
} keys[LOG_KEY__MAX] = {
    [LOG_TASK] = { "task", sid_is_task },
    [LOG_T1] = { "t1", sid_is_task },
    [LOG_K] = { "k", sid_is_task },
    [LOG_CONF] = { "conf", sid_is_conference },
    [LOG_CALL] = { "call", sid_is_call },
    [LOG_WORKER] = { "worker", sid_is_worker },
    [LOG_ROLE] = { "role", NULL },
    [LOG_OTHER] = { "other", sid_is_worker },
    [LOG_EVENT] = { "event", NULL },
    [LOG_LEFT_REASON] = { "left_reason", NULL },
    [LOG_END_REASON] = { "end_reason", NULL },
    [LOG_ENDED_BY] = { "ended_by", sid_is_call },
    [LOG_CALL_STATUS] = { "call_status", NULL },
    [LOG_QUEUED_MS] = { "queued_ms", NULL },
};

static const char *program_name = "-";
static struct log_form line_form;
static _Thread_local const char *current_request;
static _Thread_local char notes[LOG_KEY__MAX][NOTE_SIZE];

void log_open(const char *program)
{
    program_name = program;
}

void log_set_form(const struct log_form *form)
{
    line_form = *form;
}

void log_about(const char *request_id)
{
    current_request = request_id;
    for (int key = 0; key < LOG_KEY__MAX; key++)
        notes[key][0] = '\0';
}

void log_note(enum log_key key, const char *value)
{
    if (value == NULL) return;
    if (*value != '\0' && keys[key].valid != NULL && !keys[key].valid(value)) return;
    size_t len = strnlen(value, NOTE_SIZE - 1);
    memcpy(notes[key], value, len);
    notes[key][len] = '\0';
}

static void line_begin(struct log_line *line, enum log_level level)
{
    log_line_begin(line, &line_form, level);
    log_line_add(line, "program", program_name);
    log_line_add(line, "request", current_request);
}

static bool is_said_already(enum log_key key)
{
    return key == LOG_TASK && (strcmp(notes[LOG_TASK], notes[LOG_T1]) == 0 ||
                               strcmp(notes[LOG_TASK], notes[LOG_K]) == 0);
}

static void add_notes(struct log_line *line)
{
    for (enum log_key key = 0; key < LOG_KEY__MAX; key++) {
        if (notes[key][0] != '\0' && !is_said_already(key))
            log_line_add(line, keys[key].name, notes[key]);
    }
}

static void line_end(struct log_line *line)
{
    static const char lost[] = "no memory for a log line\n";
    log_line_end(line);
    /* Nothing is left to tell it to when standard error takes nothing more. */
    ssize_t written = strbuf_failed(&line->text)
                          ? write(STDERR_FILENO, lost, sizeof lost - 1)
                          : write(STDERR_FILENO, line->text.buf, line->text.len);
    (void)written;
    log_line_free(line);
}

void log_request(const struct log_request *entry)
{
    struct log_line line;
    line_begin(&line, entry->status >= 500 ? LOG_LEVEL_WARN : LOG_LEVEL_INFO);
    log_line_add_number(&line, "status", entry->status);
    log_line_add_number(&line, "ms", entry->duration_ms);
    log_line_add(&line, "reason", entry->reason);
    add_notes(&line);
    log_line_add(&line, "msg", entry->detail);
    log_line_add(&line, "from", entry->address);
    line_end(&line);
}

void log_facts(const struct log_fact *facts, size_t count)
{
    struct log_line line;
    line_begin(&line, LOG_LEVEL_INFO);
    add_notes(&line);
    for (size_t i = 0; i < count; i++)
        log_line_add(&line, facts[i].key, facts[i].value);
    line_end(&line);
}

static void PRINTF_LIKE(2, 0) log_text(enum log_level level, const char *format, va_list args)
{
    char text[TEXT_SIZE];
    struct log_line line;
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    line_begin(&line, level);
    add_notes(&line);
    log_line_add(&line, "msg", text);
    line_end(&line);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text(LOG_LEVEL_INFO, format, args);
    va_end(args);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text(LOG_LEVEL_WARN, format, args);
    va_end(args);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text(LOG_LEVEL_ERROR, format, args);
    va_end(args);
}
