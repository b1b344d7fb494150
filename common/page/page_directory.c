#include "page/page_directory.h"

#include "call/call_capacity.h"

enum err page_directory(const struct service *service, struct directory_view *view)
{
    const struct directory_refresh_options options = {
        .config = service->config,
        .client = service->twilio,
        .fastcgi = service->fastcgi,
        .may_fetch = true,
        .on_wrapping = call_tidy_task,
        .context = service->session_key,
    };
    enum err rc = directory_refresh_view(&options, view);
    /* That Twilio knows nothing of our workspace isn't the fault of who asks. */
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
