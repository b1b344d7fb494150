/*
 * session: who is the agent that the web server has let in? Answers with short-lived tokens: our
 * own, which is the only thing that the other programs believe, and Twilio's for the two SDKs.
 */
#include <string.h>

#include "directory/agent_lookup.h"
#include "directory/directory_refresh.h"
#include "page/session_reply.h"
#include "page/session_worker.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

static enum err find_worker(struct service *service, struct request *request,
                            struct response *response, struct worker *worker)
{
    const char *user = request_variable(request, "REMOTE_USER");
    response_detail(response, "user %s", user);
    /* No Worker has a name that doesn't fit a Worker's. */
    enum err rc = ERR_NOT_FOUND;
    if (strlen(user) < WORKER_TEXT_SIZE)
        rc = agent_lookup(service->config, service->twilio, service->fastcgi, user, worker);
    if (rc == ERR_NOT_FOUND) {
        return session_worker_refuse(request, response, ERR_FORBIDDEN, "unknown_agent",
                                     "No TaskRouter Worker belongs to this user.");
    }
    if (rc == ERR_CONFLICT) {
        return session_worker_refuse(request, response, rc, "ambiguous_user",
                                     "More than one TaskRouter Worker belongs to this user.");
    }
    return rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct worker worker = { 0 };
    const struct session_grant grant = {
        .worker = &worker,
        .ttl_s = ENDPOINT_SESSION_TTL_S,
        .with_twilio = true,
    };
    enum err rc = find_worker(service, request, response, &worker);
    if (rc == ERR_OK) rc = session_worker_check_address(service, request, response, &worker);
    if (rc == ERR_OK) {
        session_worker_wrap_up(service, &worker);
        sid_copy(request->agent.worker_sid, worker.sid);
        rc = session_reply(service->config, service->keys, &grant, clock_wall_s(), response);
    }
    worker_clear(&worker);
    return rc;
}

static const struct endpoint self = {
    .name = "session",
    .methods = METHOD_POST,
    .auth = AUTH_WEB_SERVER,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = directory_refresh_disconnect,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
