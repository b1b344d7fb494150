/*
 * The one place where replies are made. Nothing leaves the process before response_send, and then
 * everything in one piece, so that a half-built reply can't exist.
 */
#ifndef DIALPAD_RESPONSE_H
#define DIALPAD_RESPONSE_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "web/request.h"

enum response_dialect {
    RESPONSE_JSON, /* page endpoints: {"error": {"code", "message", "requestId"}} */
    RESPONSE_PLAIN /* Twilio endpoints: text/plain */
};

enum { RESPONSE_DETAIL_SIZE = 256 };

struct response {
    enum response_dialect dialect;
    int status;
    const char *content_type; /* NULL: no body */
    const char *cache_control;
    struct strbuf headers; /* further header lines, each with its line end */
    struct strbuf body;
    const char *error_code; /* for the body of a failure; NULL: err_name */
    const char *error_message;
    /* For the log line. */
    const char *reason;
    char detail[RESPONSE_DETAIL_SIZE];
};

void response_init(struct response *response);
void response_reset(struct response *response, enum response_dialect dialect);
void response_free(struct response *response);

/* A JSON reply; the tree stays the caller's. */
enum err response_json(struct response *response, int status, const cJSON *tree) MUST_CHECK;

/* The same of JSON that is in response->body already, piece by piece or as another wrote it. */
enum err response_json_body(struct response *response, int status) MUST_CHECK;

/* A TwiML reply of what is in response->body. */
enum err response_twiml(struct response *response) MUST_CHECK;

/* Any other reply of what is in response->body. */
enum err response_body(struct response *response, int status, const char *content_type) MUST_CHECK;

/* 204 and 304: no body. */
enum err response_empty(struct response *response, int status) MUST_CHECK;

/* Adds a header; `value` is ours or has been checked: never text from outside. */
void response_header(struct response *response, const char *name, const char *value);

/*
 * Says why a request is refused, and returns `err` for the caller to return: the client sees the
 * code and the sentence, the log sees the code. Both must outlive the reply: literals, or text of
 * the request's arena.
 */
enum err response_refuse(struct response *response, enum err err, const char *code,
                         const char *message);

/* What the log line says beside the reason word. */
void response_detail(struct response *response, const char *format, ...) PRINTF_LIKE(2, 3);

/* Turns a failure into the reply that it deserves. */
void response_failure(struct response *response, enum err err, const char *request_id);

/* Sends it. */
enum err response_send(struct response *response, struct request *request) MUST_CHECK;

#endif
