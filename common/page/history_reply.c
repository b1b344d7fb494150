#include "page/history_reply.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"

static void print_member(struct strbuf *out, const char *key, const char *text)
{
    strbuf_addf(out, ",\"%s\":", key);
    if (text == NULL || text[0] == '\0') {
        strbuf_addstr(out, "null");
    } else {
        json_print_string(out, text);
    }
}

static void print_row(struct strbuf *out, const struct call_history_row *row)
{
    char at[DATE_SIZE];
    date_print_iso8601(row->at_s, at);
    strbuf_addf(out, "{\"at\":\"%s\",\"taskSid\":\"%s\",\"role\":\"%s\",\"other\":{\"sid\":\"%s\"",
                at, row->task_sid, call_rules_role_name(row->role), row->other.worker_sid);
    print_member(out, "name", row->other.name);
    if (row->other.friendly_name[0] != '\0')
        print_member(out, "friendlyName", row->other.friendly_name);
    strbuf_addch(out, '}');
    print_member(out, "outcome", call_rules_outcome_name(row->outcome));
    strbuf_addf(out, ",\"seconds\":%" PRId64, row->seconds);
    print_member(out, "note", row->note);
    print_member(out, "reply", row->reply);
    strbuf_addch(out, '}');
}

void history_reply_lines(const struct call_history *history, struct strbuf *lines)
{
    strbuf_addf(lines, "%" PRId64 "\n", history->known_since_s);
    for (size_t i = 0; i < history->count; i++) {
        strbuf_addf(lines, "%" PRId64 " ", history->rows[i].at_s);
        print_row(lines, &history->rows[i]);
        strbuf_addch(lines, '\n');
    }
}

/* The number at the beginning of a line, and where it ends. */
static bool read_time(const char *line, int64_t *time_s, char **end)
{
    *time_s = strtoll(line, end, 10);
    return *end != line;
}

enum err history_reply(struct strbuf *out, const char *lines, int64_t since_s)
{
    int64_t known_since_s;
    char *line;
    if (!read_time(lines, &known_since_s, &line) || *line++ != '\n') return ERR_INPUT;
    strbuf_addstr(out, "{\"calls\":[");
    for (const char *between = ""; *line != '\0'; line++) {
        int64_t at_s;
        char *row;
        if (!read_time(line, &at_s, &row) || *row++ != ' ') return ERR_INPUT;
        line = strchr(row, '\n');
        if (line == NULL) return ERR_INPUT;
        if (at_s < since_s) continue;
        strbuf_addstr(out, between);
        strbuf_add(out, row, (size_t)(line - row));
        between = ",";
    }
    strbuf_addf(out, "],\"complete\":%s}", known_since_s <= since_s ? "true" : "false");
    return ERR_OK;
}
