/*
 * session: who is the agent that the web server has let in? Answers with short-lived tokens: our
 * own, which is the only thing that the other programs believe, and Twilio's for the two SDKs.
 */
#include <string.h>

#include "base/log.h"
#include "call/call_wrap_up.h"
#include "directory/agent_address.h"
#include "directory/agent_lookup.h"
#include "directory/directory_refresh.h"
#include "directory/directory_search.h"
#include "page/page_call.h"
#include "page/page_directory.h"
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
        return refuse_user(request, response, rc, "ambiguous_user",
                           "More than one TaskRouter Worker belongs to this user.");
    }
    return rc;
}

/*
 * The Voice token that session hands out answers calls to the Worker's address: so it must be that
 * Worker's own, and no other's too.
 */
static enum err check_address(struct service *service, struct request *request,
                              struct response *response, struct worker *worker)
{
    struct directory_view view = { 0 };
    struct directory_agent owners[2];
    enum address_verdict verdict = agent_address_settle(service->config, worker);
    if (verdict == ADDRESS_UNSUPPORTED) {
        return refuse_user(request, response, ERR_CONFLICT, "unsupported_contact",
                           "This Worker's contact_uri is no softphone (client:…).");
    }
    if (verdict == ADDRESS_MISMATCH) {
        return page_call_refuse_mismatch(request, response, worker->contact_uri,
                                         worker->friendly_name);
    }
    enum err rc = page_directory(service, &view);
    if (rc != ERR_OK) return rc;
    size_t count =
        directory_search_entitled(view.directory, service->config, worker->contact_uri, owners);
    bool is_own = count == 0 || (count == 1 && strcmp(owners[0].sid, worker->sid) == 0);
    if (!is_own) {
        const char *other =
            strcmp(owners[0].sid, worker->sid) != 0 || count == 1 ? owners[0].sid : owners[1].sid;
        log_warn("%s is open to %s and to %s", worker->contact_uri, worker->sid, other);
        rc = refuse_user(request, response, ERR_CONFLICT, "ambiguous_agent",
                         "Another TaskRouter Worker may have this Worker's address.");
    }
    directory_close(view.directory);
    return rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct worker worker = { 0 };
    int wrapped_up;
    const struct call_context context = page_call_context(service);
    enum err rc = find_worker(service, request, response, &worker);
    if (rc == ERR_OK) rc = check_address(service, request, response, &worker);
    /* Signing in must not fail because something old could not be tidied up. */
    if (rc == ERR_OK &&
        call_wrap_up_worker(&context, worker.sid, CALL_WRAP_UP_S, &wrapped_up) != ERR_OK) {
        log_warn("what is wrapping still could not be tidied up");
    }
    if (rc == ERR_OK) {
        sid_copy(request->agent.worker_sid, worker.sid);
        rc = session_reply(service->config, service->keys, &worker, clock_wall_s(), response);
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
