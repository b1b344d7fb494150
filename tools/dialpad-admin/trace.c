#include "trace.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"

enum { REQUEST_MS = 8 * 1000, LINE_MAX_BYTES = 4096, PATH_SIZE = 192 };

static const char *const source_names[TRACE_SOURCE__MAX] = {
    [TRACE_TASKROUTER] = "TaskRouter",
    [TRACE_CONFERENCE] = "Conference",
    [TRACE_CALLS] = "Calls",
    [TRACE_LOG] = "log",
};

void trace_ask(struct trace *trace)
{
    trace->deadline.at_ms = clock_ms() + REQUEST_MS;
}

enum err trace_fetch(struct trace *trace, const char *collection, const char *sid,
                     struct twilio_reply *reply)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/%s/%s.json", trace->config->account_sid,
             collection, sid);
    trace_ask(trace);
    return twilio_client_get(trace->client, TWILIO_API, path, NULL, reply);
}

static void PRINTF_LIKE(3, 0)
    add(struct trace *trace, const struct trace_entry *entry, const char *format, va_list args)
{
    char text[TRACE_TEXT_SIZE];
    if (trace->count == TRACE_ENTRIES_MAX || entry->at_ms < 1000) return;
    vsnprintf(text, sizeof text, format, args);
    struct trace_entry *kept = &trace->list[trace->count];
    *kept = *entry;
    kept->number = trace->count;
    kept->text = strdup(text);
    if (kept->text != NULL) trace->count++;
}

void trace_add(struct trace *trace, enum trace_source source, int64_t at_ms, const char *format,
               ...)
{
    va_list args;
    const struct trace_entry entry = { .at_ms = at_ms, .source = source };
    va_start(args, format);
    add(trace, &entry, format, args);
    va_end(args);
}

void trace_add_second(struct trace *trace, enum trace_source source, int64_t at_s, bool ends,
                      const char *format, ...)
{
    va_list args;
    const struct trace_entry entry = {
        .at_ms = at_s * 1000 + (ends ? 999 : 500),
        .whole_second = true,
        .source = source,
    };
    va_start(args, format);
    add(trace, &entry, format, args);
    va_end(args);
}

void trace_say(struct trace *trace, enum trace_source source, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(trace->said[source], sizeof trace->said[source], format, args);
    va_end(args);
}

const char *trace_name(const struct trace *trace, enum call_role role)
{
    if (role == ROLE_NONE) return "somebody";
    if (trace->party[role].name[0] != '\0') return trace->party[role].name;
    return role == ROLE_CALLER ? "the caller" : "the colleague";
}

/* ---- printing */

/* Control characters, and those that nobody sees or that turn what follows around. */
static bool is_unseen(const unsigned char *text, size_t len)
{
    if (len == 1) return *text < 0x20 || *text == 0x7F;
    if (len == 2) return *text == 0xC2 && (text[1] < 0xA0 || text[1] == 0xAD);
    if (len != 3 || (*text != 0xE2 && *text != 0xEF)) return false;
    if (*text == 0xEF) return text[1] == 0xBB && text[2] == 0xBF;
    if (text[1] == 0x80) return (text[2] >= 0x8B && text[2] <= 0x8F) || text[2] >= 0xA8;
    return text[1] == 0x81 && text[2] >= 0xA0;
}

/* How long the telephone number is that begins here; 0: none does. */
static size_t number_len(const char *text)
{
    size_t digits = *text == '+' ? strspn(text + 1, "0123456789") : 0;
    return digits >= 6 ? digits + 1 : 0;
}

static void add_printable(const struct trace *trace, struct strbuf *out, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        size_t char_len = utf8_char_len(text + i, len - i);
        size_t number = trace->numbers ? 0 : number_len(text + i);
        if (number > 0) {
            strbuf_addstr(out, "(number)");
            i += number;
        } else if (char_len == 0 || is_unseen((const unsigned char *)text + i, char_len)) {
            strbuf_addch(out, '?');
            i += char_len > 0 ? char_len : 1;
        } else {
            strbuf_add(out, text + i, char_len);
            i += char_len;
        }
    }
}

static void print_text(const struct trace *trace, const char *text)
{
    struct strbuf out;
    strbuf_init(&out, LINE_MAX_BYTES);
    add_printable(trace, &out, text);
    fputs(out.buf, stdout);
    strbuf_free(&out);
}

static void print_party(const struct trace *trace, enum call_role role)
{
    const struct trace_party *party = &trace->party[role];
    printf("%-11s ", call_rules_role_name(role));
    print_text(trace, trace_name(trace, role));
    if (party->worker_sid[0] != '\0') printf(" %s", party->worker_sid);
    if (party->leg[0] != '\0') printf(", leg %s", party->leg);
    if (party->leg_status[0] != '\0') printf(" %s", party->leg_status);
    putchar('\n');
}

static void print_head(const struct trace *trace)
{
    printf("call        %s", trace->t1_sid);
    if (trace->k_sid[0] != '\0') printf(", K %s", trace->k_sid);
    if (trace->conference_sid[0] != '\0') printf(", Conference %s", trace->conference_sid);
    putchar('\n');
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        print_party(trace, role);
    for (int source = 0; source < TRACE_SOURCE__MAX; source++) {
        printf("%-11s ", source_names[source]);
        print_text(trace, trace->said[source][0] != '\0' ? trace->said[source] : "not asked");
        putchar('\n');
    }
    if (!trace->proved && trace->created_ms > 0) {
        puts("who is who  is what the Task's Attributes say: no key of ours verifies its "
             "statement");
    }
}

static int by_time(const void *a, const void *b)
{
    const struct trace_entry *left = a;
    const struct trace_entry *right = b;
    if (left->at_ms != right->at_ms) return left->at_ms < right->at_ms ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

static void print_entry(const struct trace *trace, const struct trace_entry *entry)
{
    struct tm utc;
    char seconds[sizeof "2026-11-23T06:10:07"] = "-";
    const time_t at_s = (time_t)(entry->at_ms / 1000);
    if (gmtime_r(&at_s, &utc) != NULL) strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    if (entry->whole_second)
        printf("%sZ    ", seconds);
    else
        printf("%s.%03dZ", seconds, (int)(entry->at_ms % 1000));
    printf("  %-10s  ", source_names[entry->source]);
    print_text(trace, entry->text);
    putchar('\n');
}

void trace_print(struct trace *trace)
{
    struct strbuf verdict;
    strbuf_init(&verdict, LINE_MAX_BYTES);
    print_head(trace);
    putchar('\n');
    qsort(trace->list, trace->count, sizeof *trace->list, by_time);
    for (size_t i = 0; i < trace->count; i++)
        print_entry(trace, &trace->list[i]);
    trace_verdict(trace, &verdict);
    fputs("\nverdict: ", stdout);
    print_text(trace, verdict.buf);
    putchar('\n');
    strbuf_free(&verdict);
}

void trace_free(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free(trace->list[i].text);
    if (trace->client != NULL) twilio_client_free(trace->client);
    pass_keys_free(trace->passes);
    explicit_bzero(&trace->keys, sizeof trace->keys);
    trace->client = NULL;
    trace->passes = NULL;
    trace->count = 0;
}
