/*
 * health: is this host able to serve calls? For monitoring and load balancers. Of a
 * configuration that is wrong it says the key and the rule, never the value. It changes nothing.
 *
 * `deep=1` also asks Twilio and says in numbers how the Workflow doesn't fit; only from this
 * machine, because each answer costs requests there.
 */
#include <string.h>

#include "base/json.h"
#include "page/health_check.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { P_DEEP, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_DEEP] = { "deep", false, PARAM_BOOL, NULL },
};

/* {"status": "unavailable", "wrong": [...]}: the words in `wrong` are ours. */
static enum err answer_wrong(struct response *response, const struct health_findings *findings)
{
    strbuf_addstr(&response->body, "{\"status\":\"unavailable\",\"wrong\":[");
    for (size_t i = 0; i < findings->count; i++) {
        if (i > 0) strbuf_addch(&response->body, ',');
        json_print_string(&response->body, findings->list[i]);
    }
    strbuf_addstr(&response->body, "]}");
    response->reason = "unhealthy";
    return response_json_body(response, 503);
}

static enum err misconfigured(const char *problem, struct request *request,
                              struct response *response)
{
    (void)request;
    struct health_findings findings = { 0 };
    /* The key and the rule it breaks; in which file and line is for the log alone. */
    const char *what = strstr(problem, ": ");
    health_check_add_finding(&findings, what != NULL ? what + 2 : problem);
    return answer_wrong(response, &findings);
}

static bool is_from_here(const struct request *request)
{
    const char *address = request_variable(request, "REMOTE_ADDR");
    if (address == NULL) return false;
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct health_findings findings = { 0 };
    if (request_param_is_true(request, P_DEEP)) {
        if (!is_from_here(request)) {
            return response_refuse(response, ERR_FORBIDDEN, "not_from_here",
                                   "The deep check answers only on this machine.");
        }
        health_check_deep(service->config, service->twilio, &findings);
    }
    if (findings.count > 0) return answer_wrong(response, &findings);
    strbuf_addstr(&response->body, "{\"status\":\"ok\"}");
    return response_json_body(response, 200);
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

int main(void)
{
    return endpoint_run(&self);
}
