#include "page/session_worker.h"

#include <string.h>

#include "base/log.h"
#include "call/call_wrap_up.h"
#include "directory/agent_address.h"
#include "directory/directory_search.h"
#include "page/page_call.h"
#include "page/page_directory.h"

enum err session_worker_refuse(struct request *request, struct response *response, enum err err,
                               const char *code, const char *what)
{
    const char *user = request_variable(request, "REMOTE_USER");
    if (user == NULL || *user == '\0') return response_refuse(response, err, code, what);
    struct strbuf message;
    strbuf_init(&message, STRBUF_MAX_URL);
    strbuf_addf(&message, "%s The name that was looked up is \"%s\".", what, user);
    /* Without a name that is longer than a reader wants. */
    const char *kept = strbuf_failed(&message) ? NULL : arena_strdup(&request->arena, message.buf);
    strbuf_free(&message);
    return response_refuse(response, err, code, kept != NULL ? kept : what);
}

/* The first of these Workers that isn't this one; NULL if it is alone, or in no directory yet. */
static const char *other_owner(const struct directory_agent owners[2], size_t count,
                               const struct worker *worker)
{
    if (count > 0 && strcmp(owners[0].sid, worker->sid) != 0) return owners[0].sid;
    return count > 1 ? owners[1].sid : NULL;
}

enum err session_worker_check_address(struct service *service, struct request *request,
                                      struct response *response, struct worker *worker)
{
    struct directory_view view = { 0 };
    struct directory_agent owners[2];
    enum address_verdict verdict = agent_address_settle(service->config, worker);
    if (verdict == ADDRESS_UNSUPPORTED) {
        return session_worker_refuse(request, response, ERR_CONFLICT, "unsupported_contact",
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
    const char *other = other_owner(owners, count, worker);
    if (other != NULL) {
        log_warn("%s is open to %s and to %s", worker->contact_uri, worker->sid, other);
        rc = session_worker_refuse(request, response, ERR_CONFLICT, "ambiguous_agent",
                                   "Another TaskRouter Worker may have this Worker's address.");
    }
    directory_close(view.directory);
    return rc;
}

void session_worker_wrap_up(const struct service *service, const struct worker *worker)
{
    int wrapped_up;
    const struct call_context context = page_call_context(service);
    if (call_wrap_up_worker(&context, worker->sid, CALL_WRAP_UP_S, &wrapped_up) != ERR_OK)
        log_warn("what is wrapping still could not be tidied up");
}
