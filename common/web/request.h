/*
 * One request, read and owned: its variables (CGI's, RFC 3875), its body and everything parsed
 * from them live in its arena until request_finish.
 *
 * The same calls serve FastCGI and plain CGI. With response.c this is the only module that knows
 * libfcgi, and in CGI mode it never touches it (FCGX_Init would catch SIGTERM).
 */
#ifndef DIALPAD_REQUEST_H
#define DIALPAD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/token.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/params.h"
#include "base/strbuf.h"

enum {
    REQUEST_MAX_BODY = 64 * 1024,   /* Twilio's forms; the page's own bodies are far smaller */
    REQUEST_MAX_ARENA = 512 * 1024, /* everything that one request may make us remember */
    REQUEST_BODY_MS = 2000,         /* for a body to come in */
    REQUEST_ID_SIZE = 17,
    REQUEST_MAX_PARAMS = 16 /* of one program's table */
};

enum request_method {
    METHOD_OTHER = 0,
    METHOD_GET = 1,
    METHOD_POST = 2,
    METHOD_HEAD = 4,
    METHOD_OPTIONS = 8 /* no program's own: web/cors answers what browsers ask by it */
};

struct request {
    struct arena arena;
    void *fcgi;         /* libfcgi's own; NULL for plain CGI */
    char **environment; /* this request's variables */
    int64_t started_ms;
    char id[REQUEST_ID_SIZE];
    enum request_method method;
    const char *query; /* raw, without '?'; NULL when the URL had no '?' */
    const char *body;  /* NUL-terminated */
    size_t body_len;
    size_t body_taken; /* how much was read from the server, whole or not */
    bool body_read_to_end;
    struct params form;   /* what a form body said; Twilio signs exactly these */
    struct params params; /* query and form, or the members of a JSON body */
    const char *values[REQUEST_MAX_PARAMS];
    /*
     * The Worker that asks, as a session token has proved it or the program has found by the web
     * server's user; worker_sid is "" before that.
     */
    struct token_agent agent;
};

/* True when descriptor 0 is a listening socket, that is: we are to speak FastCGI. */
bool request_is_fastcgi(void);

/* True when a web server has started us for one request, and so left its variables. */
bool request_is_cgi(void);

/* Once per process in FastCGI mode, before any thread exists. */
enum err request_listen(void) MUST_CHECK;

/* Once per thread. Memory is kept from request to request. */
enum err request_init(struct request *request, bool fastcgi) MUST_CHECK;
void request_free(struct request *request);

enum request_accepted { REQUEST_READY, REQUEST_NONE_YET, REQUEST_CLOSED };

/*
 * Waits for the next request; REQUEST_NONE_YET at least once a second so that the caller can look
 * whether it should stop. In CGI mode the one request is ready at once.
 */
enum request_accepted request_accept(struct request *request);

/* A CGI variable, or NULL. Dies with the request. */
const char *request_variable(const struct request *request, const char *name);

/*
 * What is announced of the body, before a byte of it is read: ERR_LENGTH without a length where
 * `required`, ERR_TOO_LARGE over REQUEST_MAX_BODY, ERR_INPUT for what is no length.
 */
enum err request_check_length(const struct request *request, bool required) MUST_CHECK;

/* A length other than 0, or a body in chunks. */
bool request_announces_body(const struct request *request);

/*
 * Reads the body, for which the web server has REQUEST_BODY_MS: ERR_INPUT when it is shorter or
 * longer than announced or takes longer, ERR_TOO_LARGE when one without a length is too long.
 * After request_check_length.
 */
enum err request_read_body(struct request *request) MUST_CHECK;

/* The validated value of the program's parameter number `index`; NULL when it wasn't given. */
const char *request_param(const struct request *request, size_t index);

/* Of a parameter that is a PARAM_BOOL: was it given, and is it true? */
bool request_param_is_true(const struct request *request, size_t index);

/* One that params_is_number; `otherwise` when absent. */
long request_param_number(const struct request *request, size_t index, long otherwise);

/*
 * One of Twilio's own fields; NULL when absent. Of a POST only the form counts: the query is what
 * Twilio was told to ask for, by an agent's browser perhaps.
 */
const char *request_field(const struct request *request, const char *name);

/*
 * The same, but NULL also when it stands there more than once: what a query holds in front of
 * Twilio's own parameter must not be taken for it.
 */
const char *request_field_once(const struct request *request, const char *name);

/* Ends the exchange after the response was sent and forgets everything. */
void request_finish(struct request *request);

/* Writes a whole response: its header block and, unless it is NULL, its body. */
enum err request_write(struct request *request, const struct strbuf *head,
                       const struct strbuf *body) MUST_CHECK;

#endif
