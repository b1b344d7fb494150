/*
 * flex-session: who is the agent whose page in Twilio Flex is asking? Twilio says so by the token
 * that Flex gave that page; the answer is what session answers, without Twilio's tokens, which Flex
 * has. A program of its own, because session stands behind the web server's password.
 */
#include "base/log.h"
#include "directory/directory_refresh.h"
#include "page/session_reply.h"
#include "page/session_worker.h"
#include "twilio/flex_token.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

enum { P_TOKEN, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TOKEN] = { "token", true, PARAM_TEXT, flex_token_is_plausible },
};

static enum err refuse_unknown(struct response *response)
{
    return response_refuse(response, ERR_FORBIDDEN, "unknown_agent",
                           "No TaskRouter Worker of this workspace belongs to this user of Flex.");
}

/* The Worker as it is now, and for how many seconds it may have a session. */
static enum err find_worker(struct service *service, const struct request *request,
                            struct response *response, struct worker *worker, int *ttl_s)
{
    struct flex_token found = { .worker_sid = "" };
    enum err rc = flex_token_validate(service->twilio, request_param(request, P_TOKEN), &found);
    if (rc == ERR_AUTH) {
        return response_refuse(response, rc, "bad_flex_token",
                               "Twilio doesn't accept this token of Flex.");
    }
    if (rc != ERR_OK) return rc;
    log_note(LOG_WORKER, found.worker_sid);
    if (found.worker_sid[0] == '\0') return refuse_unknown(response);
    *ttl_s = ENDPOINT_SESSION_TTL_S;
    if (found.left_s < *ttl_s) *ttl_s = (int)found.left_s;
    rc = taskrouter_worker_fetch(service->twilio, found.worker_sid, worker);
    return rc == ERR_NOT_FOUND ? refuse_unknown(response) : rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct worker worker = { 0 };
    struct session_grant grant = { .worker = &worker };
    enum err rc = find_worker(service, request, response, &worker, &grant.ttl_s);
    if (rc == ERR_OK) rc = session_worker_check_address(service, request, response, &worker);
    if (rc == ERR_OK) {
        session_worker_wrap_up(service, &worker);
        rc = session_reply(service->config, service->keys, &grant, clock_wall_s(), response);
    }
    worker_clear(&worker);
    return rc;
}

static const struct endpoint self = {
    .name = "flex-session",
    .methods = METHOD_POST,
    .auth = AUTH_FLEX,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = directory_refresh_disconnect,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
