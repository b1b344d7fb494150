/*
 * end-call: one of the two agents ends the call, for both.
 */
#include "base/sid.h"
#include "call/call_close.h"
#include "call/call_rules.h"
#include "page/page_call.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P_REASON, P__MAX };

/* The other outcomes are found out by the programs, not claimed by a page. */
static bool is_reason(const char *text)
{
    enum call_outcome outcome = call_rules_outcome_parse(text);
    return outcome == OUTCOME_HANGUP || outcome == OUTCOME_CANCEL || outcome == OUTCOME_NO_ANSWER;
}

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", true, PARAM_TEXT, sid_is_task },
    [P_REASON] = { "reason", true, PARAM_TEXT, is_reason },
};

/*
 * The caller's page gave up waiting just as the colleague answered: the answer counts. Which of the
 * two came first TaskRouter decides, where REST may show K as it was.
 */
static enum err refuse_if_answered(const struct service *service, struct call *call,
                                   struct response *response)
{
    const struct call_context context = page_call_context(service);
    bool answered = false;
    enum err rc = ERR_OK;
    if (call->t1_found) rc = call_close_unanswered(&context, call, &answered);
    if (rc != ERR_OK || !answered) return rc;
    return response_refuse(response, ERR_CONFLICT, "already_answered",
                           "The colleague has just answered.");
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct call call = { 0 };
    enum call_role role;
    enum call_outcome reason = call_rules_outcome_parse(request_param(request, P_REASON));
    enum err rc = page_call_load(service, request, response, request_param(request, P_TASK_SID),
                                 &call, &role);
    if (rc == ERR_OK && reason == OUTCOME_NO_ANSWER)
        rc = refuse_if_answered(service, &call, response);
    /* A call that both are in is no longer canceled. */
    if (reason == OUTCOME_CANCEL && call_is_connected(&call)) reason = OUTCOME_HANGUP;
    if (rc == ERR_OK) rc = page_call_close(service, response, &call, reason, "");
    call_clear(&call);
    return rc;
}

static const struct endpoint self = {
    .name = "end-call",
    .methods = METHOD_POST,
    .auth = AUTH_AGENT,
    .params = params,
    .param_count = P__MAX,
    .handle = handle,
    .connect = twilio_client_new,
    .disconnect = twilio_client_free,
};

int main(int argc, char **argv)
{
    return endpoint_run(&self, argc, argv);
}
