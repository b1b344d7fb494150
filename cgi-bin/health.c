/*
 * health: is this host able to serve calls? For monitoring and load balancers. Of a
 * configuration that is wrong it says the key and the rule, never the value. It changes nothing.
 *
 * `deep=1` also asks Twilio and says in numbers how the Workflow doesn't fit; only from this
 * machine or with the metrics token, because each answer costs requests there.
 */
#include <stdio.h>
#include <string.h>

#include "page/health_check.h"
#include "page/health_reply.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"
#include "web/monitor.h"

enum { P_DEEP, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_DEEP] = { "deep", false, PARAM_BOOL, NULL },
};

static enum err misconfigured(const char *problem, struct request *request,
                              struct response *response)
{
    (void)request;
    char text[HEALTH_TEXT_SIZE];
    struct health_report report = { 0 };
    /* The key and the rule it breaks; in which file and line is for the log alone. */
    const char *what = strstr(problem, ": ");
    snprintf(text, sizeof text, "configuration: %.480s", what != NULL ? what + 2 : problem);
    health_check_add_finding(&report.wrong, text);
    return health_reply(response, &report);
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct health_report report = { .keys = service->keys };
    health_check_host(service->config, service->watch, &report.warnings);
    if (!request_param_is_true(request, P_DEEP)) return health_reply(response, &report);
    if (!monitor_may_ask(service->config, request)) {
        return response_refuse(response, ERR_FORBIDDEN, "not_from_here",
                               "The deep check answers only on this machine, or with the metrics "
                               "token.");
    }
    if (!health_check_deep(service->config, service->twilio, &report.wrong)) {
        return response_refuse(response, ERR_UNAVAILABLE, "being_checked",
                               "The first deep check is still being made.");
    }
    report.knows_workers =
        health_check_workers(service->config, &report.workers_fit, &report.workers);
    return health_reply(response, &report);
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
