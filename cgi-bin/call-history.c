/*
 * call-history: whom have I talked to, and whom have I missed? Asked when the agent looks at past
 * calls; answered from TaskRouter's Events, or from what they said half a minute ago.
 *
 * Always all 30 days are asked for, so that no choice of `days` costs Twilio more than another.
 */
#include "base/clock.h"
#include "page/history_kept.h"
#include "page/history_reply.h"
#include "page/page_call.h"
#include "web/endpoint.h"

enum { DAYS_DEFAULT = 7, DAY_S = 24 * 60 * 60 };

enum { P_DAYS, P__MAX };

static bool is_days(const char *value)
{
    return params_is_number(value, 2, 1, TASKROUTER_EVENTS_DAYS);
}

static const struct param_spec params[P__MAX] = {
    [P_DAYS] = { "days", false, PARAM_TEXT, is_days },
};

static enum err ask(struct service *service, const char *worker_sid, struct strbuf *lines)
{
    const struct call_context context = page_call_context(service);
    struct call_history history = { 0 };
    enum err rc = call_history_load(&context, worker_sid, &history);
    if (rc != ERR_OK) return rc;
    history_reply_lines(&history, lines);
    call_history_free(&history);
    if (strbuf_failed(lines)) return ERR_TOO_LARGE;
    history_kept_write(service->config, worker_sid, clock_wall_s(), lines);
    return ERR_OK;
}

static enum err handle(struct service *service, struct request *request, struct response *response)
{
    const char *worker_sid = request->agent.worker_sid;
    long days = request_param_number(request, P_DAYS, DAYS_DEFAULT);
    struct strbuf lines;
    enum err rc = ERR_OK;
    strbuf_init(&lines, STRBUF_MAX_REPLY);
    if (!history_kept_read(service->config, worker_sid, clock_wall_s(), &lines))
        rc = ask(service, worker_sid, &lines);
    if (rc == ERR_OK) rc = history_reply(&response->body, lines.buf, clock_wall_s() - days * DAY_S);
    if (rc == ERR_OK) rc = response_json_body(response, 200);
    strbuf_free(&lines);
    return rc;
}

static const struct endpoint self = {
    .name = "call-history",
    .methods = METHOD_GET,
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
