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

static void add_header(struct strbuf *head, const char *name, const char *value)
{
    strbuf_addstr(head, name);
    strbuf_addstr(head, ": ");
    strbuf_addstr(head, value);
    strbuf_addstr(head, "\r\n");
}

void response_header(struct response *response, const char *name, const char *value)
{
    add_header(&response->headers, name, value);
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

/* Each answer has one, so it is put together without formats where there is nothing to format. */
static void add_head(struct strbuf *head, const struct response *response,
                     const struct request *request)
{
    strbuf_addstr(head, "Status: ");
    strbuf_addf(head, "%d ", response->status);
    strbuf_addstr(head, status_phrase(response->status));
    strbuf_addstr(head, "\r\n");
    if (response->content_type != NULL) {
        add_header(head, "Content-Type", response->content_type);
        strbuf_addf(head, "Content-Length: %zu\r\n", response->body.len);
    }
    add_header(head, "Cache-Control", response->cache_control);
    add_header(head, "X-Content-Type-Options", "nosniff");
    add_header(head, "X-Request-Id", request->id);
    strbuf_add(head, response->headers.buf, response->headers.len);
    strbuf_addstr(head, "\r\n");
}

enum err response_send(struct response *response, struct request *request)
{
    enum err rc = ERR_MEMORY;
    struct strbuf head;
    strbuf_init(&head, 2 * MAX_HEADERS);
    add_head(&head, response, request);
    if (strbuf_failed(&head) || strbuf_failed(&response->headers)) goto out;
    /* Who asks by HEAD learns how long the answer would be, and no more. */
    rc = request_write(request, &head, request->method != METHOD_HEAD ? &response->body : NULL);
out:
    strbuf_free(&head);
    return rc;
}
