#include "web/response.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum { MAX_HEADERS = 1024 };

/* What is not possible now may well be in a moment. */
static const char ASK_AGAIN_S[] = "2";

static const char json_type[] = "application/json; charset=utf-8";

void response_init(struct response *response)
{
    memset(response, 0, sizeof *response);
    strbuf_init(&response->headers, MAX_HEADERS);
    strbuf_init(&response->body, STRBUF_MAX_REPLY);
}

void response_reset(struct response *response, enum response_dialect dialect)
{
    struct strbuf headers = response->headers;
    struct strbuf body = response->body;
    memset(response, 0, sizeof *response);
    response->headers = headers;
    response->body = body;
    strbuf_reset(&response->headers);
    strbuf_reset(&response->body);
    response->dialect = dialect;
    response->cache_control = "no-store";
}

void response_free(struct response *response)
{
    strbuf_free(&response->headers);
    strbuf_free(&response->body);
}

enum err response_json(struct response *response, int status, const cJSON *tree)
{
    json_print(&response->body, tree);
    return response_json_body(response, status);
}

enum err response_json_body(struct response *response, int status)
{
    return response_body(response, status, json_type);
}

enum err response_twiml(struct response *response)
{
    return response_body(response, 200, "text/xml; charset=utf-8");
}

enum err response_body(struct response *response, int status, const char *content_type)
{
    if (strbuf_failed(&response->body)) return ERR_MEMORY;
    response->status = status;
    response->content_type = content_type;
    return ERR_OK;
}

enum err response_empty(struct response *response, int status)
{
    strbuf_reset(&response->body);
    response->status = status;
    response->content_type = NULL;
    return ERR_OK;
}

void response_header(struct response *response, const char *name, const char *value)
{
    strbuf_addf(&response->headers, "%s: %s\r\n", name, value);
}

enum err response_refuse(struct response *response, enum err err, const char *code,
                         const char *message)
{
    response->error_code = code;
    response->error_message = message;
    return err;
}

void response_detail(struct response *response, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(response->detail, sizeof response->detail, format, arguments);
    va_end(arguments);
}

void response_about_task(struct response *response, const char *task_sid)
{
    if (sid_is_task(task_sid)) sid_copy(response->task_sid, task_sid);
}

void response_about_call(struct response *response, const char *call_sid)
{
    if (sid_is_call(call_sid)) sid_copy(response->call_sid, call_sid);
}

/* What the client is told where the program has said nothing better. */
static const char *default_message(enum err err)
{
    switch (err) {
    case ERR_NOT_FOUND:
        return "There is no such thing.";
    case ERR_METHOD:
        return "This program doesn't answer to that method.";
    case ERR_LENGTH:
        return "The request has a body without a length.";
    case ERR_TOO_LARGE:
        return "The request is too large.";
    case ERR_UPSTREAM:
        return "Twilio could not do what it was asked.";
    case ERR_REFUSED:
        return "Twilio refused the request.";
    case ERR_NO_REPLY:
        return "Twilio did not answer.";
    case ERR_TIMEOUT:
        return "Twilio did not answer in time.";
    case ERR_UNAVAILABLE:
        return "Not possible right now; please try again.";
    case ERR_CONFLICT:
        return "The call has changed meanwhile.";
    default:
        return err_http_status(err) < 500 ? "The request can't be served."
                                          : "Something went wrong on the server.";
    }
}

static void error_as_json(struct strbuf *body, const char *code, const char *message,
                          const char *request_id)
{
    strbuf_addstr(body, "{\"error\":{\"code\":");
    json_print_string(body, code);
    strbuf_addstr(body, ",\"message\":");
    json_print_string(body, message);
    strbuf_addstr(body, ",\"requestId\":");
    json_print_string(body, request_id);
    strbuf_addstr(body, "}}");
}

void response_failure(struct response *response, enum err err, const char *request_id)
{
    const char *code = response->error_code != NULL ? response->error_code : err_name(err);
    const char *message =
        response->error_message != NULL ? response->error_message : default_message(err);
    response->status = err_http_status(err);
    response->cache_control = "no-store";
    response->reason = code;
    if (err == ERR_UNAVAILABLE) response_header(response, "Retry-After", ASK_AGAIN_S);
    strbuf_reset(&response->body);
    if (response->dialect == RESPONSE_JSON) {
        response->content_type = json_type;
        error_as_json(&response->body, code, message, request_id);
    } else {
        response->content_type = "text/plain; charset=utf-8";
        strbuf_addf(&response->body, "%s\n", message);
    }
}

static const char *status_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 204, "No Content" },
        { 304, "Not Modified" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 409, "Conflict" },
        { 411, "Length Required" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 422, "Unprocessable Content" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status) return phrases[i].phrase;
    return "Unknown";
}

enum err response_send(struct response *response, struct request *request)
{
    enum err rc = ERR_MEMORY;
    struct strbuf out;
    strbuf_init(&out, response->body.len + response->headers.len + MAX_HEADERS);
    strbuf_addf(&out, "Status: %d %s\r\n", response->status, status_phrase(response->status));
    if (response->content_type != NULL) {
        strbuf_addf(&out, "Content-Type: %s\r\nContent-Length: %zu\r\n", response->content_type,
                    response->body.len);
    }
    strbuf_addf(&out,
                "Cache-Control: %s\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: %s\r\n",
                response->cache_control, request->id);
    strbuf_add(&out, response->headers.buf, response->headers.len);
    strbuf_addstr(&out, "\r\n");
    /* Who asks by HEAD learns how long the answer would be, and no more. */
    if (request->method != METHOD_HEAD) strbuf_add(&out, response->body.buf, response->body.len);
    if (strbuf_failed(&out) || strbuf_failed(&response->headers)) goto out;
    rc = request_write(request, out.buf, out.len);
out:
    strbuf_free(&out);
    return rc;
}
