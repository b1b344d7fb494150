/*
 * cleanup-rejected-task: the colleague has pressed Decline. Rejecting the Reservation alone would
 * have TaskRouter offer the same Task to the same agent again, so the call is ended instead.
 */
#include <string.h>

#include "base/sid.h"
#include "call/call_rules.h"
#include "page/page_call.h"
#include "page/page_line.h"
#include "web/endpoint.h"

enum { P_TASK_SID, P_REPLY, P__MAX };

static const struct param_spec params[P__MAX] = {
    [P_TASK_SID] = { "taskSid", true, PARAM_TEXT, sid_is_task },
    [P_REPLY] = { "reply", false, PARAM_TEXT, page_line_is },
};

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    struct call call = { 0 };
    enum call_role role;
    const char *reply;
    const char *task_sid = request_param(request, P_TASK_SID);
    enum err rc = page_call_load(service, request, response, task_sid, &call, &role);
    if (rc == ERR_OK && (role != ROLE_CALLEE || strcmp(task_sid, call.t1_sid) == 0)) {
        rc = response_refuse(response, ERR_FORBIDDEN, "not_your_call",
                             "Only the one who is called can decline.");
    }
    if (rc == ERR_OK) rc = page_line(request, P_REPLY, &reply);
    /* Another tab may have answered meanwhile: a Decline that comes late ends no talk. */
    if (rc == ERR_OK) rc = page_call_close(service, response, &call, OUTCOME_DECLINED, reply);
    call_clear(&call);
    return rc;
}

static const struct endpoint self = {
    .name = "cleanup-rejected-task",
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
