/*
 * create-task: an agent has picked a colleague and pressed Call. Creates T1, the caller's Task; its
 * Reservation then dials the caller into the Conference.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sid.h"
#include "call/call_start.h"
#include "directory/directory_fetch.h"
#include "page/page_call.h"
#include "page/page_directory.h"
#include "page/page_limit.h"
#include "web/endpoint.h"

enum { P_TO, P_VERSION, P__MAX };

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
    [P_VERSION] = { "version", false, PARAM_TEXT, is_version },
};

static const struct {
    enum err err;
    const char *code;
    const char *message;
} refusals[START__MAX] = {
    [START_CALL_YOURSELF] = { ERR_UNPROCESSABLE, "call_yourself", "You can't call yourself." },
    [START_UNKNOWN_AGENT] = { ERR_UNPROCESSABLE, "unknown_agent", "There is no such agent." },
    [START_NOT_KNOWN_YET] = { ERR_UNAVAILABLE, "ask_again",
                              "Not all agents are known yet; please try again." },
    [START_AMBIGUOUS_AGENT] = { ERR_CONFLICT, "ambiguous_agent",
                                "Two agents have the same address; ask your administrator." },
    [START_UNSUPPORTED_CONTACT] = { ERR_CONFLICT, "unsupported_contact",
                                    "This agent has no softphone." },
    [START_CALLEE_OFFLINE] = { ERR_CONFLICT, "callee_offline", "The colleague is offline." },
    [START_CALLEE_BUSY] = { ERR_CONFLICT, "callee_busy", "The colleague is on another call." },
    [START_CALLER_UNAVAILABLE] = { ERR_CONFLICT, "caller_unavailable",
                                   "Set your status to available first." },
    [START_ALREADY_IN_CALL] = { ERR_CONFLICT, "already_in_call", "You are in a call already." },
    [START_ROUTING_UNSUPPORTED] = { ERR_UPSTREAM, "routing_unsupported",
                                    "Twilio can't route the call; ask your administrator." },
};

/* A client that says no version is no page, and knows what it does. */
static enum err check_version(const struct request *request, struct response *response)
{
    const char *version = request_param(request, P_VERSION);
    if (version == NULL || strtol(version, NULL, 10) >= PAGE_VERSION) return ERR_OK;
    return response_refuse(response, ERR_CONFLICT, "reload",
                           "This page is older than the programs; please reload it.");
}

static enum err answer_with(struct response *response, const struct call_started *started)
{
    response_about_task(response, started->t1_sid);
    strbuf_addf(&response->body, "{\"taskSid\":\"%s\",\"pass\":\"%s\"}", started->t1_sid,
                started->pass);
    return response_json_body(response, 201);
}

/*
 * The directory may be as old as its last reader. Before it is believed that an address is nobody's
 * or is two agents', all are read afresh, where the time allows it; else what is known stands.
 */
static enum err look_again(struct service *service, const struct request *request,
                           const struct directory *known, struct directory **fresh)
{
    const struct deadline whole = service->deadline;
    service->deadline.at_ms = request->started_ms + FETCH_MS;
    enum err rc = directory_fetch(service->config, service->twilio, known, fresh);
    service->deadline = whole;
    if (rc == ERR_OK && !directory_incomplete(*fresh)) return ERR_OK;
    if (rc == ERR_OK) directory_close(*fresh);
    *fresh = NULL;
    return ERR_UNAVAILABLE;
}

static bool rests_on_directory(enum start_refusal refusal, const char *to)
{
    return refusal == START_AMBIGUOUS_AGENT ||
           (refusal == START_UNKNOWN_AGENT && !sid_is_worker(to));
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const struct call_context context = page_call_context(service);
    struct directory_view view = { 0 };
    struct directory *fresh = NULL;
    enum start_refusal refusal;
    struct call_started started;
    enum err rc = check_version(request, response);
    if (rc == ERR_OK) rc = page_limit_calls(service, request, response);
    if (rc == ERR_OK) rc = page_directory_until(service, request->started_ms + FETCH_MS, &view);
    if (rc != ERR_OK) return rc;
    struct call_start start = {
        .caller_sid = request->agent.worker_sid,
        .to = request_param(request, P_TO),
        .directory = view.directory,
    };
    rc = call_start(&context, &start, &refusal, &started);
    if (rc == ERR_OK && rests_on_directory(refusal, start.to) &&
        look_again(service, request, view.directory, &fresh) == ERR_OK) {
        start.directory = fresh;
        rc = call_start(&context, &start, &refusal, &started);
    }
    directory_close(fresh);
    directory_close(view.directory);
    if (rc != ERR_OK) return rc;
    if (refusal == START_IDENTITY_MISMATCH) {
        return page_call_refuse_mismatch(request, response, started.mismatch.contact_uri,
                                         started.mismatch.friendly_name);
    }
    if (refusal != START_OK) {
        return response_refuse(response, refusals[refusal].err, refusals[refusal].code,
                               refusals[refusal].message);
    }
    return answer_with(response, &started);
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
