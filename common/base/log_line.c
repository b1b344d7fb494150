#include "base/log_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"

enum {
    LINE_RESERVE = 128, /* what a cut text leaves to the words behind it, */
    LINE_END = 16       /* and they to the end of the line */
};

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARN:
        return "warn";
    case LOG_LEVEL_INFO:
        break;
    }
    return "info";
}

/* Formatted at one go: each request writes a line. */
static void add_head(struct strbuf *text, bool json, const char *level)
{
    struct timespec now;
    struct tm utc;
    char seconds[sizeof "2026-11-23T06:10:07"];
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) == NULL ||
        strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc) == 0) {
        snprintf(seconds, sizeof seconds, "-");
    }
    strbuf_addf(text, json ? "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\"" : "%s.%03ldZ %s", seconds,
                now.tv_nsec / 1000000, level);
}

void log_line_begin(struct log_line *line, const struct log_form *form, enum log_level level)
{
    struct strbuf *text = &line->text;
    line->json = form->json;
    strbuf_init(text, STRBUF_MAX_LOG_LINE);
    if (form->journal) strbuf_addf(text, "<%d>", (int)level);
    add_head(text, line->json, level_name(level));
}

void log_line_free(struct log_line *line)
{
    strbuf_free(&line->text);
}

static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
}

/* Needs no quotes: printable ASCII without anything that separates or quotes. */
static bool is_word(const char *value)
{
    if (*value == '\0') return false;
    for (; *value != '\0'; value++)
        if (!is_plain(*value) || *value == ' ' || *value == '=') return false;
    return true;
}

static size_t plain_len(const char *text, size_t len)
{
    size_t plain = 0;
    while (plain < len && is_plain(text[plain]))
        plain++;
    return plain;
}

static void add_quoted(struct strbuf *text, const char *value, size_t reserve)
{
    size_t len = strlen(value);
    strbuf_addch(text, '"');
    for (size_t done = 0; done < len;) {
        size_t room = text->len + reserve < text->max ? text->max - reserve - text->len : 0;
        size_t plain = plain_len(value + done, len - done < room ? len - done : room);
        strbuf_add(text, value + done, plain);
        done += plain;
        if (done == len) break;
        if (plain == room) {
            strbuf_addstr(text, "...");
            break;
        }
        done += encode_log_char(text, value + done, len - done);
    }
    strbuf_addch(text, '"');
}

static void add_key(struct log_line *line, const char *key)
{
    strbuf_addstr(&line->text, line->json ? ",\"" : " ");
    strbuf_addstr(&line->text, key);
    strbuf_addstr(&line->text, line->json ? "\":" : "=");
}

void log_line_add(struct log_line *line, const char *key, const char *value)
{
    if (value == NULL || line->text.len + strlen(key) + 2 * LINE_END > line->text.max) return;
    add_key(line, key);
    const size_t len = strlen(value);
    bool is_short = len <= LINE_RESERVE / 2 && is_word(value);
    if (is_short && !line->json && line->text.len + len + LINE_END <= line->text.max)
        strbuf_add(&line->text, value, len);
    else
        add_quoted(&line->text, value, is_short ? LINE_END : LINE_RESERVE);
}

void log_line_add_number(struct log_line *line, const char *key, int64_t value)
{
    strbuf_addf(&line->text, line->json ? ",\"%s\":%lld" : " %s=%lld", key, (long long)value);
}

void log_line_end(struct log_line *line)
{
    strbuf_addstr(&line->text, line->json ? "}\n" : "\n");
}
