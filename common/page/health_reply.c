#include "page/health_reply.h"

#include "base/json.h"
#include "base/version.h"

static void add_list(struct strbuf *body, const char *name, const struct health_findings *findings)
{
    if (findings->count == 0) return;
    strbuf_addf(body, ",\"%s\":[", name);
    for (size_t i = 0; i < findings->count; i++) {
        if (i > 0) strbuf_addch(body, ',');
        json_print_string(body, findings->list[i]);
    }
    strbuf_addch(body, ']');
}

static enum err add_keys(struct strbuf *body, const struct keys *keys)
{
    strbuf_addstr(body, ",\"keys\":[");
    for (size_t i = 0; i < keys->count; i++) {
        char fingerprint[KEYS_FINGERPRINT_SIZE];
        enum err rc = keys_fingerprint(keys->list[i], fingerprint);
        if (rc != ERR_OK) return rc;
        strbuf_addf(body, "%s\"%s\"", i > 0 ? "," : "", fingerprint);
    }
    strbuf_addch(body, ']');
    return ERR_OK;
}

enum err health_reply(struct response *response, const struct health_report *report)
{
    struct strbuf *body = &response->body;
    bool serves = report->wrong.count == 0;
    strbuf_addf(body, "{\"status\":\"%s\",\"version\":", serves ? "ok" : "unavailable");
    json_print_string(body, version_text());
    add_list(body, "wrong", &report->wrong);
    add_list(body, "warnings", &report->warnings);
    enum err rc = report->keys != NULL ? add_keys(body, report->keys) : ERR_OK;
    if (rc != ERR_OK) return rc;
    if (report->knows_workers) {
        strbuf_addf(body, ",\"workers\":{\"fit\":%zu,\"of\":%zu}", report->workers_fit,
                    report->workers);
    }
    strbuf_addch(body, '}');
    if (!serves) response->reason = "unhealthy";
    return response_json_body(response, serves ? 200 : 503);
}
