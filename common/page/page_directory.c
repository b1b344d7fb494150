#include "page/page_directory.h"

#include "base/log.h"
#include "call/call_wrap_up.h"
#include "directory/directory_fetch.h"

/*
 * The refresh has met a Task of our Workflow that is left wrapping: completes it if it is one of
 * ours. A failure is none here, because the next refresh meets it again.
 */
static void wrap_up(struct twilio_client *client, const void *process, const char *task_sid)
{
    const struct service *service = process;
    const struct call_context context = call_context(service->config, client, service->keys, NULL);
    bool completed = false;
    enum err rc = call_wrap_up_task(&context, task_sid, CALL_WRAP_UP_S, &completed);
    if (rc != ERR_OK) log_warn("%s is left wrapping: %s", task_sid, err_name(rc));
    if (completed) log_info("%s was left wrapping and has been completed", task_sid);
}

enum err page_directory(const struct service *service, struct directory_view *view)
{
    const struct directory_refresh_options options = {
        .config = service->config,
        .client = service->twilio,
        .fastcgi = service->fastcgi,
        .may_fetch = true,
        .on_wrapping = wrap_up,
        .context = service,
    };
    enum err rc = directory_refresh_view(&options, view);
    /* That Twilio knows nothing of our workspace isn't the asker's fault. */
    return rc == ERR_NOT_FOUND || rc == ERR_CONFLICT || rc == ERR_REFUSED ? ERR_UPSTREAM : rc;
}

enum err page_directory_until(struct service *service, int64_t at_ms, struct directory_view *view)
{
    const struct deadline whole = service->deadline;
    service->deadline.at_ms = at_ms;
    enum err rc = page_directory(service, view);
    service->deadline = whole;
    return rc;
}

enum err page_directory_afresh(struct service *service, int64_t at_ms,
                               const struct directory *known, struct directory **fresh)
{
    const struct deadline whole = service->deadline;
    service->deadline.at_ms = at_ms;
    enum err rc = directory_fetch(service->config, service->twilio, known, fresh);
    service->deadline = whole;
    if (rc == ERR_OK && !directory_incomplete(*fresh)) return ERR_OK;
    if (rc == ERR_OK) directory_close(*fresh);
    *fresh = NULL;
    return ERR_UNAVAILABLE;
}
