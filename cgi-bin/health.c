/*
 * health: is this host able to serve calls? For monitoring and load balancers. Of a
 * configuration that is wrong it says the key and the rule, never the value. It changes nothing.
 *
 * `deep=1` also asks Twilio and says in numbers how the Workflow doesn't fit; only from this
 * machine, because each answer costs requests there.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/version.h"
#include "page/health_check.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

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

/*
 * {"status": "ok" | "warning" | "unavailable", "version": "…", "wrong": […], "warnings": […]}, the
 * lists only where they hold something. With what is wrong no call works: 503, so that a load
 * balancer takes another host. The words in both lists are ours.
 */
static enum err answer(struct response *response, const struct health_findings *wrong,
                       const struct health_findings *warnings)
{
    const char *status = warnings->count > 0 ? "warning" : "ok";
    if (wrong->count > 0) status = "unavailable";
    strbuf_addf(&response->body, "{\"status\":\"%s\",\"version\":", status);
    json_print_string(&response->body, version_text());
    add_list(&response->body, "wrong", wrong);
    add_list(&response->body, "warnings", warnings);
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
    return answer(response, &wrong, &none);
}

static bool is_from_here(const struct request *request)
{
    const char *address = request_variable(request, "REMOTE_ADDR");
    if (address == NULL) return false;
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct health_findings wrong = { 0 };
    struct health_findings warnings = { 0 };
    health_check_host(service->config, service->watch, &warnings);
    if (request_param_is_true(request, P_DEEP)) {
        if (!is_from_here(request)) {
            return response_refuse(response, ERR_FORBIDDEN, "not_from_here",
                                   "The deep check answers only on this machine.");
        }
        if (!health_check_deep(service->config, service->twilio, &wrong)) {
            return response_refuse(response, ERR_UNAVAILABLE, "being_checked",
                                   "The first deep check is still being made.");
        }
    }
    return answer(response, &wrong, &warnings);
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
