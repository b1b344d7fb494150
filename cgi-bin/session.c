/*
 * session: who is the agent that the web server has let in? Answers with short-lived tokens: our
 * own, which is the only thing that the other programs believe, and Twilio's for the two SDKs.
 */
#include <string.h>

#include "call/call_start.h"
#include "call/call_wrap_up.h"
#include "directory/agent_lookup.h"
#include "directory/directory_refresh.h"
#include "page/page_call.h"
#include "page/session_reply.h"
#include "twilio/twilio_client.h"
#include "web/endpoint.h"

/* The admin needs to know which name was looked up, and so does the user who can't sign in. */
static enum err refuse_user(struct request *request, struct response *response, enum err err,
                            const char *code, const char *what)
{
    const char *user = request_variable(request, "REMOTE_USER");
    struct strbuf message;
    strbuf_init(&message, STRBUF_MAX_URL);
    strbuf_addf(&message, "%s The name that was looked up is \"%s\".", what, user);
    /* Without a name that is longer than a reader wants. */
    const char *kept = strbuf_failed(&message) ? NULL : arena_strdup(&request->arena, message.buf);
    strbuf_free(&message);
    return response_refuse(response, err, code, kept != NULL ? kept : what);
}

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
        return refuse_user(request, response, ERR_FORBIDDEN, "unknown_agent",
                           "No TaskRouter Worker belongs to this user.");
    }
    if (rc == ERR_CONFLICT) {
        return refuse_user(request, response, rc, "ambiguous_agent",
                           "More than one TaskRouter Worker belongs to this user.");
    }
    if (rc == ERR_OK && !call_start_can_reach(worker->contact_uri)) {
        return refuse_user(request, response, ERR_CONFLICT, "unsupported_contact",
                           "This Worker's contact_uri is no softphone (client:…).");
    }
    return rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct worker worker = { 0 };
    int wrapped_up;
    const struct call_context context = page_call_context(service);
    enum err rc = find_worker(service, request, response, &worker);
    /* Signing in must not fail because something old could not be tidied up. */
    if (rc == ERR_OK &&
        call_wrap_up_worker(&context, worker.sid, CALL_WRAP_UP_S, &wrapped_up) != ERR_OK) {
        response_detail(response, "not tidied");
    }
    if (rc == ERR_OK) {
        sid_copy(request->agent.worker_sid, worker.sid);
        rc =
            session_reply(service->config, service->session_key, &worker, clock_wall_s(), response);
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
