/*
 * create-task: an agent has picked a colleague and pressed Call. Creates T1, the caller's Task; its
 * Reservation then dials the caller into the Conference.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sid.h"
#include "call/call_start.h"
#include "page/call_start_reply.h"
#include "page/page_call.h"
#include "page/page_directory.h"
#include "page/page_limit.h"
#include "page/page_line.h"
#include "web/endpoint.h"

enum { P_TO, P_NOTE, P_VERSION, P_FLEX, P__MAX };

/* Goes up when a page of before could not work with the programs any more (call-requests.js). */
enum { PAGE_VERSION = 1 };

/*
 * The directory says which contact_uri is whose. Where it has to be fetched first, that may not use
 * up the time in which T1 is created.
 */
enum { FETCH_MS = 2000 };

/* A Worker's SID or an address with a scheme; whose address it is, the directory knows. */
static bool is_agent(const char *text)
{
    size_t len = strlen(text);
    const char *colon = strchr(text, ':');
    if (sid_is_worker(text)) return true;
    return len < WORKER_TEXT_SIZE && colon != NULL && colon != text && colon[1] != '\0';
}

static bool is_version(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 6 && strspn(text, "0123456789") == len;
}

static const struct param_spec params[P__MAX] = {
    [P_TO] = { "to", true, PARAM_TEXT, is_agent },
    [P_NOTE] = { "note", false, PARAM_TEXT, page_line_is },
    [P_VERSION] = { "version", false, PARAM_TEXT, is_version },
    [P_FLEX] = { "flex", false, PARAM_BOOL, NULL }, /* the caller sits in Flex */
};

/* A client that says no version is no page, and knows what it does. */
static enum err check_version(const struct request *request, struct response *response)
{
    const char *version = request_param(request, P_VERSION);
    if (version == NULL || strtol(version, NULL, 10) >= PAGE_VERSION) return ERR_OK;
    return response_refuse(response, ERR_CONFLICT, "reload",
                           "This page is older than the programs; please reload it.");
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    const int64_t fetch_by_ms = request->started_ms + FETCH_MS;
    struct directory_view view = { 0 };
    struct directory *fresh = NULL;
    enum start_refusal refusal;
    struct call_started started;
    const char *note;
    enum err rc = check_version(request, response);
    if (rc == ERR_OK) rc = page_line(request, P_NOTE, &note);
    if (rc == ERR_OK) rc = page_limit_calls(service, request, response);
    if (rc == ERR_OK) rc = page_directory_until(service, fetch_by_ms, &view);
    if (rc != ERR_OK) return rc;
    struct call_start start = {
        .caller = &request->agent,
        .to = request_param(request, P_TO),
        .note = note,
        .directory = view.directory,
        .in_flex = request_param_is_true(request, P_FLEX),
    };
    rc = call_start(&context, &start, &refusal, &started);
    /*
     * The directory may be as old as its last reader. Before it is believed that an address is
     * nobody's or is two agents', all are read afresh, where the time allows it; else what is known
     * stands.
     */
    if (rc == ERR_OK && call_start_rests_on_directory(refusal, start.to) &&
        page_directory_afresh(service, fetch_by_ms, view.directory, &fresh) == ERR_OK) {
        start.directory = fresh;
        rc = call_start(&context, &start, &refusal, &started);
    }
    directory_close(fresh);
    directory_close(view.directory);
    return rc == ERR_OK ? call_start_reply(request, response, refusal, &started) : rc;
}

static const struct endpoint self = {
    .name = "create-task",
    .methods = METHOD_POST,
    .auth = AUTH_AGENT,
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
