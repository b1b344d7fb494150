#include "page/page_limit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/rate_limit.h"

/* A table that can't be kept costs the limit, not the call. */
enum err page_limit_calls(const struct service *service, const struct request *request,
                          struct response *response)
{
    int wait_s = 0;
    enum err rc =
        rate_limit_count(service->config, request->agent.worker_sid, clock_wall_s(), &wait_s);
    if (rc != ERR_OK) log_warn("calls not counted: %s", err_name(rc));
    if (rc != ERR_OK || wait_s == 0) return ERR_OK;
    char seconds[sizeof "-2147483648"];
    snprintf(seconds, sizeof seconds, "%d", wait_s);
    response_header(response, "Retry-After", seconds);
    return response_refuse(response, ERR_RATE, "too_many_calls",
                           "You have begun too many calls; please wait a moment.");
}
