#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/strbuf.h"

/* What a line keeps free, so that after a cut text the names of the other members still fit. */
enum { LINE_RESERVE = 64 };

/* A free text may be this long before escaping, which makes four bytes of one. */
enum { TEXT_SIZE = 1024, ESCAPED = 4 };

static const char *program_name = "-";
static _Thread_local const char *current_request;

void log_open(const char *program)
{
    program_name = program;
}

void log_about(const char *request_id)
{
    current_request = request_id;
}

/* Begins a line: time in UTC, the program and the request. */
static void line_begin(struct strbuf *line, const char *request_id)
{
    struct timespec now;
    struct tm utc;
    char seconds[sizeof "2026-11-23T06:10:07"];

    strbuf_init(line, STRBUF_MAX_LOG_LINE);
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) == NULL ||
        strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc) == 0) {
        snprintf(seconds, sizeof seconds, "-");
    }
    strbuf_addf(line, "%s.%03ldZ %s ", seconds, now.tv_nsec / 1000000, program_name);
    strbuf_addstr(line, request_id != NULL ? request_id : "-");
}

/* Adds a text from anywhere, escaped; what doesn't fit is left out, and marked. */
static void line_add_text(struct strbuf *line, const char *text)
{
    size_t len = strlen(text);
    if (len < line->max / ESCAPED && line->len + LINE_RESERVE + len * ESCAPED <= line->max) {
        encode_log_text(line, text, len);
        return;
    }
    for (; *text != '\0'; text++) {
        if (line->len + LINE_RESERVE > line->max) {
            strbuf_addstr(line, "...");
            return;
        }
        encode_log_text(line, text, 1);
    }
}

static void line_add_pair(struct strbuf *line, const char *name, const char *value)
{
    if (value == NULL) return;
    strbuf_addf(line, " %s=", name);
    line_add_text(line, value);
}

static void line_end(struct strbuf *line)
{
    static const char lost[] = "no memory for a log line\n";
    strbuf_addch(line, '\n');
    /* Nothing is left to tell it to when standard error takes nothing more. */
    ssize_t written = strbuf_failed(line) ? write(STDERR_FILENO, lost, sizeof lost - 1)
                                          : write(STDERR_FILENO, line->buf, line->len);
    (void)written;
    strbuf_free(line);
}

void log_request(const struct log_request *entry)
{
    struct strbuf line;
    line_begin(&line, entry->request_id);
    strbuf_addf(&line, " %d %lldms ", entry->status, (long long)entry->duration_ms);
    line_add_text(&line, entry->reason != NULL ? entry->reason : "-");
    line_add_pair(&line, "task", entry->task_sid);
    line_add_pair(&line, "call", entry->call_sid);
    line_add_pair(&line, "worker", entry->worker_sid);
    if (entry->detail != NULL) {
        strbuf_addstr(&line, " \"");
        line_add_text(&line, entry->detail);
        strbuf_addch(&line, '"');
    }
    line_add_pair(&line, "from", entry->address);
    line_end(&line);
}

static void PRINTF_LIKE(2, 0) log_text(const char *level, const char *format, va_list args)
{
    char text[TEXT_SIZE];
    struct strbuf line;
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    line_begin(&line, current_request);
    strbuf_addf(&line, " %s ", level);
    line_add_text(&line, text);
    line_end(&line);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text("info", format, args);
    va_end(args);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text("warn", format, args);
    va_end(args);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text("error", format, args);
    va_end(args);
}
