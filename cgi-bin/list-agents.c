/*
 * list-agents: the agent types a name, or where somebody works; whom can they call?
 *
 * Answered from the directory's snapshot, never from Twilio: an answer that is a few seconds old
 * is better than one that comes late, and `stale` says when it is more than that. What colleagues'
 * own pages have told meanwhile is laid over it.
 */
#include <string.h>

#include "base/utf8.h"
#include "directory/directory_overlay.h"
#include "page/agents_reply.h"
#include "page/page_directory.h"
#include "web/endpoint.h"

enum {
    LIMIT_DEFAULT = 50,
    DEADLINE_MS = 3000 /* Twilio is only asked when there is no snapshot yet */
};

enum { P_Q, P_LIMIT, P_OFFSET, P_ALL, P__MAX };

static bool is_query(const char *value)
{
    return utf8_valid(value, strlen(value));
}

static bool is_limit(const char *value)
{
    return params_is_number(value, 3, 1, DIRECTORY_LIMIT_MAX);
}

static bool is_offset(const char *value)
{
    return params_is_number(value, 5, 0, DIRECTORY_OFFSET_MAX);
}

static const struct param_spec params[P__MAX] = {
    [P_Q] = { "q", false, PARAM_TEXT, is_query },
    [P_LIMIT] = { "limit", false, PARAM_TEXT, is_limit },
    [P_OFFSET] = { "offset", false, PARAM_TEXT, is_offset },
    [P_ALL] = { "all", false, PARAM_BOOL, NULL },
};

static struct directory_query query_of(const struct config *config, const struct request *request)
{
    return (struct directory_query){
        .config = config,
        .text = request_param(request, P_Q),
        .without_sid = request->agent.worker_sid,
        .include_offline = request_param_is_true(request, P_ALL),
        .limit = (size_t)request_param_number(request, P_LIMIT, LIMIT_DEFAULT),
        .offset = (size_t)request_param_number(request, P_OFFSET, 0),
    };
}

/* A list of tags, weak or strong: web servers that compress make ours weak. */
static bool is_known_to_client(const struct request *request, const char *etag)
{
    const char *known = request_variable(request, "HTTP_IF_NONE_MATCH");
    return known != NULL && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

static enum err answer(const struct config *config, const struct directory_view *view,
                       const struct directory_overlay *overlay, const struct request *request,
                       struct response *response)
{
    char etag[DIRECTORY_ETAG_SIZE];
    struct directory_result result;
    struct overlay_texts texts;
    struct directory_query query = query_of(config, request);
    query.told_sum = overlay->sum;
    directory_query_etag(view->directory, &query, view->stale, etag);
    response->cache_control = "private, no-cache";
    response_header(response, "ETag", etag);
    response_header(response, "Vary", "X-Dialpad-Token");
    if (is_known_to_client(request, etag)) return response_empty(response, 304);
    enum err rc = directory_search(view->directory, &query, &result);
    if (rc == ERR_INPUT) {
        return response_refuse(response, rc, "invalid_parameter",
                               "A parameter is missing, repeated or malformed.");
    }
    if (rc != ERR_OK) return rc;
    directory_overlay_apply(overlay, &result, &texts);
    rc = agents_reply(&response->body, view->directory, &result, query.text, view->stale);
    return rc == ERR_OK ? response_json_body(response, 200) : rc;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct directory_view view = { 0 };
    struct directory_overlay overlay;
    enum err rc = page_directory(service, &view);
    if (rc != ERR_OK) return rc;
    directory_overlay_open(service->config, view.directory, &overlay);
    rc = answer(service->config, &view, &overlay, request, response);
    directory_overlay_close(&overlay);
    directory_close(view.directory);
    return rc;
}

static const struct endpoint self = {
    .name = "list-agents",
    .methods = METHOD_GET,
    .auth = AUTH_AGENT,
    .params = params,
    .param_count = P__MAX,
    .deadline_ms = DEADLINE_MS,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = directory_refresh_disconnect,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
