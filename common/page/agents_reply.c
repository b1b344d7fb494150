#include "page/agents_reply.h"

#include "base/json.h"
#include "base/name_query.h"
#include "directory/directory_fields.h"

/* All but the closing brace. */
static void print_agent(struct strbuf *out, const struct directory_agent *agent)
{
    static const char *const busy[] = {
        [DIRECTORY_FREE] = "false",
        [DIRECTORY_BUSY] = "true",
        [DIRECTORY_BUSY_UNKNOWN] = "null",
    };
    strbuf_addstr(out, "{\"sid\":");
    json_print_string(out, agent->sid);
    strbuf_addstr(out, ",\"name\":");
    json_print_string(out, agent->name);
    strbuf_addstr(out, ",\"contactUri\":");
    json_print_string(out, agent->contact_uri);
    strbuf_addstr(out, ",\"activity\":");
    json_print_string(out, agent->activity);
    strbuf_addstr(out, agent->available ? ",\"available\":true" : ",\"available\":false");
    strbuf_addstr(out, ",\"busy\":");
    strbuf_addstr(out, busy[agent->busy]);
    if (agent->friendly_name[0] == '\0') return;
    strbuf_addstr(out, ",\"friendlyName\":");
    json_print_string(out, agent->friendly_name);
}

static void print_fields(struct strbuf *out, const struct directory *directory, size_t record)
{
    const char *names[LIST_FIELDS_MAX];
    size_t count = directory_fields_names(directory, names);
    bool some = false;
    for (size_t i = 0; i < count; i++) {
        const char *value = directory_fields_value(directory, record, i);
        if (value[0] == '\0') continue;
        strbuf_addstr(out, some ? "," : ",\"fields\":{");
        json_print_string(out, names[i]);
        strbuf_addch(out, ':');
        json_print_string(out, value);
        some = true;
    }
    if (some) strbuf_addch(out, '}');
}

static void print_number(struct strbuf *out, size_t number)
{
    char digits[20]; /* of 64 bits */
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    strbuf_add(out, digits + at, sizeof digits - at);
}

/* There are some in each row, and formatting them took longer than finding them. */
static void print_marks(struct strbuf *out, const struct name_marks *marks)
{
    const char *between = "[";
    strbuf_addstr(out, ",\"match\":[");
    for (size_t from = 0; from < marks->units; from++) {
        size_t to = from;
        while (to < marks->units && marks->marked[to])
            to++;
        if (to == from) continue;
        strbuf_addstr(out, between);
        print_number(out, from);
        strbuf_addch(out, ',');
        print_number(out, to - from);
        strbuf_addch(out, ']');
        between = ",[";
        from = to;
    }
    strbuf_addstr(out, marks->exact ? "],\"exact\":true" : "],\"exact\":false");
}

static void print_agents(struct strbuf *out, const struct directory *directory,
                         const struct directory_result *result, const struct name_query *query)
{
    struct name_marks marks;
    name_marks_init(&marks);
    for (size_t i = 0; i < result->count; i++) {
        if (i > 0) strbuf_addch(out, ',');
        print_agent(out, &result->agents[i]);
        if (directory->header->field_count > 0)
            print_fields(out, directory, result->agents[i].record);
        if (query->count > 0) {
            name_marks_find(&marks, query, result->agents[i].name);
            print_marks(out, &marks);
        }
        strbuf_addch(out, '}');
    }
    name_marks_free(&marks);
}

enum err agents_reply(struct strbuf *out, const struct directory *directory,
                      const struct directory_result *result, const char *text, bool stale)
{
    struct field_query query;
    enum err rc = directory_search_read(directory, text, &query);
    if (rc == ERR_OK) {
        strbuf_addstr(out, "{\"agents\":[");
        print_agents(out, directory, result, &query.names);
        strbuf_addf(out, "],\"total\":%zu,\"stale\":%s}", result->total, stale ? "true" : "false");
    }
    field_query_free(&query);
    return rc;
}
