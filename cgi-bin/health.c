/*
 * health: is this host able to serve calls? For monitoring and load balancers. Of a
 * configuration that is wrong it says the key and the rule, never the value. It changes nothing.
 *
 * `deep=1` also asks Twilio and says in numbers how the Workflow doesn't fit; only from this
 * machine or with the metrics token, because each answer costs requests there.
 */
#include <stdio.h>
#include <string.h>

#include "auth/keys.h"
#include "base/json.h"
#include "base/version.h"
#include "page/health_check.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"
#include "web/monitor.h"

enum { P_DEEP, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_DEEP] = { "deep", false, PARAM_BOOL, NULL },
};

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

/* By the fingerprints of their keys the hosts of a site are compared. */
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

/* How many Workers have an address that they may have. */
static void add_workers(struct strbuf *body, const struct config *config)
{
    size_t fit;
    size_t of;
    if (health_check_workers(config, &fit, &of))
        strbuf_addf(body, ",\"workers\":{\"fit\":%zu,\"of\":%zu}", fit, of);
}

/*
 * {"status": "ok" | "warning" | "unavailable", "version": "…", "wrong": […], "warnings": […], …},
 * the lists only where they hold something; `more` are the members that come after them. With what
 * is wrong no call works: 503, so that a load balancer takes another host. The words in both lists
 * are ours.
 */
static enum err answer(struct response *response, const struct health_findings *wrong,
                       const struct health_findings *warnings, const struct strbuf *more)
{
    const char *status = warnings->count > 0 ? "warning" : "ok";
    if (wrong->count > 0) status = "unavailable";
    strbuf_addf(&response->body, "{\"status\":\"%s\",\"version\":", status);
    json_print_string(&response->body, version_text());
    add_list(&response->body, "wrong", wrong);
    add_list(&response->body, "warnings", warnings);
    strbuf_add(&response->body, more->buf, more->len);
    strbuf_addch(&response->body, '}');
    if (wrong->count == 0) return response_json_body(response, 200);
    response->reason = "unhealthy";
    return response_json_body(response, 503);
}

static enum err misconfigured(const char *problem, struct request *request,
                              struct response *response)
{
    (void)request;
    char text[HEALTH_TEXT_SIZE];
    const struct health_findings none = { 0 };
    struct health_findings wrong = { 0 };
    /* The key and the rule it breaks; in which file and line is for the log alone. */
    const char *what = strstr(problem, ": ");
    snprintf(text, sizeof text, "configuration: %.480s", what != NULL ? what + 2 : problem);
    health_check_add_finding(&wrong, text);
    struct strbuf nothing;
    strbuf_init(&nothing, STRBUF_MAX_REPLY);
    enum err rc = answer(response, &wrong, &none, &nothing);
    strbuf_free(&nothing);
    return rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct health_findings wrong = { 0 };
    struct health_findings warnings = { 0 };
    struct strbuf more;
    health_check_host(service->config, service->watch, &warnings);
    bool deep = request_param_is_true(request, P_DEEP);
    if (deep) {
        if (!monitor_may_ask(service->config, request)) {
            return response_refuse(response, ERR_FORBIDDEN, "not_from_here",
                                   "The deep check answers only on this machine, or with the "
                                   "metrics token.");
        }
        if (!health_check_deep(service->config, service->twilio, &wrong)) {
            return response_refuse(response, ERR_UNAVAILABLE, "being_checked",
                                   "The first deep check is still being made.");
        }
    }
    strbuf_init(&more, STRBUF_MAX_REPLY);
    enum err rc = add_keys(&more, service->keys);
    if (deep) add_workers(&more, service->config);
    if (rc == ERR_OK) rc = answer(response, &wrong, &warnings, &more);
    strbuf_free(&more);
    return rc;
}

static const struct endpoint self = {
    .name = "health",
    .methods = METHOD_GET | METHOD_HEAD,
    .auth = AUTH_NONE,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = twilio_client_free,
    .misconfigured = misconfigured,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
