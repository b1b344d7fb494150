/* What our own log has to say: from systemd's journal, a file, or standard input. */
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/log.h"
#include "trace_line.h"

/* Lines on calls are kept until it is known which call is meant; more than that no host writes. */
enum { LINES_MAX = 1000 * 1000, MARGIN_S = 120 };

void trace_log_free(struct trace_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->list[i]);
    free(log->list);
}

static bool add_line(struct trace_log *lines, const char *text)
{
    if (lines->count == lines->room) {
        size_t room = lines->room > 0 ? 2 * lines->room : 256;
        char **list = room > LINES_MAX ? NULL : realloc(lines->list, room * sizeof *list);
        if (list == NULL) return false;
        lines->list = list;
        lines->room = room;
    }
    lines->list[lines->count] = strdup(text);
    return lines->list[lines->count] != NULL && ++lines->count > 0;
}

static bool is_on_a_call(const char *line)
{
    return strstr(line, " t1=WT") != NULL || strstr(line, "\"t1\":\"WT") != NULL;
}

static void read_lines(FILE *file, struct trace_log *lines)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) >= 0)
        if (is_on_a_call(line) && !add_line(lines, line)) break;
    free(line);
}

/* ---- where it is */

/* The journal has an index of times: with what is known of the call little of it is read. */
static FILE *open_journal(const struct trace *trace)
{
    char command[512];
    int64_t from_s = trace->created_ms / 1000 - MARGIN_S;
    int64_t to_s = (trace->ended_ms > 0 ? trace->ended_ms / 1000 : clock_wall_s()) + MARGIN_S;
    if (trace->created_ms == 0) from_s = 0;
    snprintf(command, sizeof command,
             "journalctl --output=cat --no-pager --quiet --since=@%lld --until=@%lld "
             "_SYSTEMD_SLICE=system-dialpad.slice + _SYSTEMD_UNIT=dialpad-sweep.service "
             "2>/dev/null",
             (long long)from_s, (long long)to_s);
    return popen(command, "re");
}

static bool collect(struct trace *trace, const char *path, struct trace_log *lines)
{
    bool is_stdin = path != NULL && strcmp(path, "-") == 0;
    FILE *file = path == NULL ? open_journal(trace) : is_stdin ? stdin : fopen(path, "re");
    if (file == NULL) {
        fprintf(stderr, "dialpad-admin: the log %s can't be read: %s\n",
                path != NULL ? path : "of the journal", strerror(errno));
        return false;
    }
    read_lines(file, lines);
    if (path == NULL) {
        int status = pclose(file);
        if (status != 0 && lines->count == 0) {
            trace_say(trace, TRACE_LOG,
                      "the journal can't be read (journalctl); --log FILE names "
                      "another source");
        }
    } else if (!is_stdin) {
        fclose(file);
    }
    return true;
}

/* ---- what a line tells */

static enum call_role role_of(const cJSON *line)
{
    const char *role = json_get_string(line, "role");
    for (enum call_role each = 0; role != NULL && each < ROLE__MAX; each++)
        if (strcmp(role, call_rules_role_name(each)) == 0) return each;
    return ROLE_NONE;
}

static const char *text_of(const cJSON *line, const char *key)
{
    const char *text = json_get_string(line, key);
    return text != NULL ? text : "";
}

static void keep_sid(const cJSON *line, const char *key, const char *prefix, char sid[SID_SIZE])
{
    const char *text = json_get_string(line, key);
    if (sid[0] == '\0' && sid_valid(text, prefix)) sid_copy(sid, text);
}

/* The one line that holds all SIDs. Where Twilio has forgotten, it is all that there is. */
static void tell_outcome(struct trace *trace, const cJSON *line, int64_t at_ms)
{
    enum call_role role = role_of(line);
    const char *program = text_of(line, "program");
    bool asked = strcmp(program, "end-call") == 0 || strcmp(program, "cleanup-rejected-task") == 0;
    keep_sid(line, "k", "WT", trace->k_sid);
    keep_sid(line, "conf", "CF", trace->conference_sid);
    keep_sid(line, "caller", "WK", trace->party[ROLE_CALLER].worker_sid);
    keep_sid(line, "callee", "WK", trace->party[ROLE_CALLEE].worker_sid);
    keep_sid(line, "caller_leg", "CA", trace->party[ROLE_CALLER].leg);
    keep_sid(line, "callee_leg", "CA", trace->party[ROLE_CALLEE].leg);
    if (trace->facts.outcome == OUTCOME_NONE) {
        trace->facts.outcome = call_rules_outcome_parse(json_get_string(line, "outcome"));
        trace->ended_ms = at_ms;
    }
    snprintf(trace->asked_end, sizeof trace->asked_end, "%s", program);
    trace->asked_by = asked ? role : ROLE_NONE;
    trace_add(trace, TRACE_LOG, at_ms, "outcome %s, by %s%s%s", text_of(line, "outcome"), program,
              asked ? " from the page of " : "", asked ? trace_name(trace, role) : "");
}

/* What is reported while a call is being ended is looked into no more, so the role isn't noted. */
static enum call_role role_of_leg(const struct trace *trace, const cJSON *line)
{
    enum call_role role = role_of(line);
    const char *leg = text_of(line, "call");
    for (enum call_role each = 0; role == ROLE_NONE && each < ROLE__MAX; each++)
        if (leg[0] != '\0' && strcmp(trace->party[each].leg, leg) == 0) return each;
    return role;
}

static void tell_event(struct trace *trace, const cJSON *line, int64_t at_ms)
{
    enum call_role role = role_of_leg(trace, line);
    const char *event = text_of(line, "event");
    const char *reason = text_of(line, "left_reason");
    if (reason[0] == '\0') reason = text_of(line, "end_reason");
    if (strcmp(event, "participant-leave") == 0 && role != ROLE_NONE) {
        struct trace_party *party = &trace->party[role];
        party->left_ms = at_ms;
        snprintf(party->left_reason, sizeof party->left_reason, "%s", reason);
    }
    trace_add(trace, TRACE_LOG, at_ms, "Twilio reports %s%s%s%s%s%s%s", event,
              role != ROLE_NONE ? " of " : "", role != ROLE_NONE ? trace_name(trace, role) : "",
              reason[0] != '\0' ? ": " : "", reason,
              text_of(line, "call_status")[0] != '\0' ? ", the leg is " : "",
              text_of(line, "call_status"));
}

static void tell_state(struct trace *trace, const cJSON *line, int64_t at_ms)
{
    enum call_role role = role_of(line);
    const char *state = text_of(line, "state");
    if (strcmp(state, "connected") == 0) {
        if (trace->connected_ms == 0) trace->connected_ms = at_ms;
        trace_add(trace, TRACE_LOG, at_ms, "both are in the call");
        return;
    }
    if (role != ROLE_NONE)
        trace->party[role].away_since_ms = strcmp(state, "away") == 0 ? at_ms : 0;
    trace_add(trace, TRACE_LOG, at_ms, "%s is %s", trace_name(trace, role), state);
}

/* Which requests of a page are news: all that change something, and what was refused. */
static bool is_news(const char *program, int status)
{
    static const char *const asks_only[] = { "call-state", "ringback", "health" };
    for (size_t i = 0; i < sizeof asks_only / sizeof *asks_only; i++)
        if (strcmp(program, asks_only[i]) == 0) return status >= 400;
    return true;
}

static void tell_request(struct trace *trace, const cJSON *line, int64_t at_ms)
{
    enum call_role role = role_of(line);
    const char *program = text_of(line, "program");
    const char *msg = text_of(line, "msg");
    int status = json_get_int(line, "status", 0);
    if (!is_news(program, status)) return;
    trace_add(trace, TRACE_LOG, at_ms, "%s%s%s: %d %s%s%s", program,
              role != ROLE_NONE ? " of " : "", role != ROLE_NONE ? trace_name(trace, role) : "",
              status, text_of(line, "reason"), msg[0] != '\0' ? ", " : "", msg);
}

static int64_t time_of(const cJSON *line)
{
    int64_t at_s;
    const char *text = text_of(line, "time");
    const char *point = strchr(text, '.');
    if (!date_parse_iso8601(text, &at_s)) return 0;
    return at_s * 1000 + (point != NULL ? strtol(point + 1, NULL, 10) : 0);
}

static void tell(struct trace *trace, const cJSON *line)
{
    int64_t at_ms = time_of(line);
    if (json_get_string(line, "outcome") != NULL) {
        tell_outcome(trace, line, at_ms);
    } else if (json_get_string(line, "state") != NULL) {
        tell_state(trace, line, at_ms);
    } else if (strcmp(text_of(line, "level"), "info") != 0 &&
               json_get_int(line, "status", 0) == 0) {
        trace_add(trace, TRACE_LOG, at_ms, "%s: %s", text_of(line, "program"),
                  text_of(line, "msg"));
    } else if (json_get_string(line, "event") != NULL)
        tell_event(trace, line, at_ms);
    else if (json_get_int(line, "status", 0) != 0)
        tell_request(trace, line, at_ms);
}

/* ---- which call is meant */

static void find_t1(struct trace *trace, const struct trace_log *lines, const char *sid)
{
    for (size_t i = 0; sid != NULL && trace->t1_sid[0] == '\0' && i < lines->count; i++) {
        if (strstr(lines->list[i], sid) == NULL) continue;
        cJSON *line = trace_line_read(lines->list[i]);
        keep_sid(line, "t1", "WT", trace->t1_sid);
        cJSON_Delete(line);
    }
}

void trace_read_log(struct trace *trace, const struct trace_log *log)
{
    size_t told = 0;
    for (size_t i = 0; i < log->count; i++) {
        if (strstr(log->list[i], trace->t1_sid) == NULL) continue;
        cJSON *line = trace_line_read(log->list[i]);
        if (line != NULL && strcmp(text_of(line, "t1"), trace->t1_sid) == 0) {
            tell(trace, line);
            told++;
        }
        cJSON_Delete(line);
    }
    if (trace->said[TRACE_LOG][0] == '\0')
        trace_say(trace, TRACE_LOG, "%zu lines of this call", told);
}

bool trace_log_open(struct trace *trace, const char *path, const char *sid, struct trace_log *log)
{
    *log = (struct trace_log){ .list = NULL };
    if (!collect(trace, path, log)) return false;
    find_t1(trace, log, sid);
    return true;
}
