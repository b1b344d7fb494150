/*
 * What an HTTP exchange consists of: how a host is reached, what is asked, what is answered.
 */
#ifndef DIALPAD_HTTP_MESSAGE_H
#define DIALPAD_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct http_options {
    const char *user; /* HTTP Basic */
    const char *password;
    /* A hashed CA directory. NULL: /etc/ssl/certs if that is hashed, else curl's default. */
    const char *ca_path;
    const char *proxy; /* NULL: none, whatever the environment says */
    bool allow_http;   /* only for a loopback base URL */
    bool certificate;  /* the answer says until when the host's one is valid */
};

struct http_request {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url;
    const char *form;     /* a POST's application/x-www-form-urlencoded body; may be "" */
    bool json;            /* that body is JSON instead */
    const char *if_match; /* NULL: none */
    const char *header;   /* one line more, "Name: value"; NULL: none */
    bool once;            /* never send it twice, whatever happens: it changes something */
};

/* Why there was no answer. */
enum http_cause {
    HTTP_CAUSE_NONE,
    HTTP_CAUSE_NAME,    /* no name server knows the host */
    HTTP_CAUSE_PROXY,   /* the proxy isn't known, or leads nowhere */
    HTTP_CAUSE_CONNECT, /* nobody listens there */
    HTTP_CAUSE_TLS,     /* the certificate, or what goes before it */
    HTTP_CAUSE_SILENCE, /* no answer in time */
    HTTP_CAUSE_OTHER
};

enum { HTTP_ETAG_SIZE = 64, HTTP_REQUEST_ID_SIZE = 64 };

struct http_reply {
    int status;
    struct strbuf body;        /* its ceiling is that of the answer */
    char etag[HTTP_ETAG_SIZE]; /* byte for byte as received, "" if none or too long */
    int retry_after_s;         /* -1: not said */
    int64_t date_s;            /* the answer's Date header, 0 if none */
    int rate_limit;            /* X-Rate-Limit-Limit, -1: not said, */
    int rate_remaining;        /* and how much of it is left */
    int concurrent;            /* Twilio-Concurrent-Requests of the account, -1: not said */
    char request_id[HTTP_REQUEST_ID_SIZE]; /* Twilio-Request-Id, "" if none */
    bool unknown;                  /* after a failure: the request may have been carried out */
    char problem[128];             /* after a failure: what happened, for the log */
    enum http_cause cause;         /* after a failure */
    int64_t certificate_expires_s; /* with http_options.certificate; 0: there is none */
};

void http_reply_init(struct http_reply *reply, size_t max_body);
void http_reply_free(struct http_reply *reply);

/* As after http_reply_init, so that it can be used again. */
void http_reply_empty(struct http_reply *reply);

/* Only what headers have said. */
void http_reply_forget_head(struct http_reply *reply);

#endif
