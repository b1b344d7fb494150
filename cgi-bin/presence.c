/*
 * presence: the page says how its own agent is, as TaskRouter has pushed it, so that colleagues see
 * it before the directory is read the next time. At most once a second, about oneself, and nothing
 * that decides a call: create-task asks Twilio.
 *
 * The activity's name comes along because only its SID would have to be asked of Twilio; it is as
 * much the agent's own word as the rest.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sid.h"
#include "base/utf8.h"
#include "directory/directory_overlay.h"
#include "web/endpoint.h"

enum { P_ACTIVITY, P_NAME, P_AVAILABLE, P_BUSY, P__MAX };

static bool is_activity(const char *text)
{
    return sid_valid(text, "WA");
}

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len < OVERLAY_ACTIVITY_SIZE && utf8_valid(text, len);
}

static const struct param_spec params[P__MAX] = {
    [P_ACTIVITY] = { "activity", true, PARAM_TEXT, is_activity },
    [P_NAME] = { "name", true, PARAM_TEXT, is_name },
    [P_AVAILABLE] = { "available", true, PARAM_BOOL, NULL },
    [P_BUSY] = { "busy", true, PARAM_BOOL, NULL },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct overlay_state state = {
        .at_ms = clock_wall_ms(),
        .available = request_param_is_true(request, P_AVAILABLE),
        .busy = request_param_is_true(request, P_BUSY),
    };
    const char *name = request_param(request, P_NAME);
    memcpy(state.activity, name, strlen(name) + 1);
    enum err rc = directory_overlay_tell(service->config, request->agent.worker_sid, &state);
    if (rc == ERR_RATE) {
        response_header(response, "Retry-After", "1");
        return response_refuse(response, rc, "too_many_requests",
                               "This was told less than a second ago.");
    }
    /* A state folder that can't be written costs colleagues some seconds. */
    if (rc != ERR_OK) log_warn("not kept: %s", err_name(rc));
    return response_empty(response, 204);
}

static const struct endpoint self = {
    .name = "presence",
    .methods = METHOD_POST,
    .auth = AUTH_AGENT,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
