/*
 * metrics: what all programs of this host have counted together, for Prometheus. Nothing is asked
 * of Twilio for it. Only for this machine, or with DIALPAD_METRICS_TOKEN.
 */
#include "base/metrics.h"
#include "base/clock.h"
#include "base/version.h"
#include "web/endpoint.h"
#include "web/monitor.h"

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    if (!monitor_may_ask(service->config, request)) {
        return response_refuse(response, ERR_FORBIDDEN, "not_from_here",
                               "Metrics are for this machine, or with the metrics token.");
    }
    const struct metrics_now now = {
        .now_s = clock_wall_s(),
        .stale = config_watch_is_outdated(service->watch),
        .version = version_text(),
    };
    metrics_print(&response->body, &now);
    return response_body(response, 200, "text/plain; version=0.0.4");
}

static const struct endpoint self = {
    .name = "metrics",
    .methods = METHOD_GET | METHOD_HEAD,
    .auth = AUTH_NONE,
    .handle = handle,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
