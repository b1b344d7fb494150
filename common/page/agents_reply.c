#include "page/agents_reply.h"

#include "base/json.h"

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
    strbuf_addch(out, '}');
}

void agents_reply(struct strbuf *out, const struct directory_result *result, bool stale)
{
    strbuf_addstr(out, "{\"agents\":[");
    for (size_t i = 0; i < result->count; i++) {
        if (i > 0) strbuf_addch(out, ',');
        print_agent(out, &result->agents[i]);
    }
    strbuf_addf(out, "],\"total\":%zu,\"stale\":%s}", result->total, stale ? "true" : "false");
}
