/*
 * Bounded, timed HTTP(S) over libcurl; the only module that knows libcurl.
 *
 * A client belongs to one thread and to one host, because libcurl's "last socket" is how we learn
 * whether a kept connection has died (a POST must not be sent on a dead one: libcurl would
 * silently send it twice).
 */
#ifndef DIALPAD_HTTP_CLIENT_H
#define DIALPAD_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"

struct http_client;

struct http_options {
    const char *user; /* HTTP Basic */
    const char *password;
    /* A hashed CA directory. NULL: /etc/ssl/certs if that is hashed, else curl's default. */
    const char *ca_path;
    const char *proxy; /* NULL: none, whatever the environment says */
    bool allow_http;   /* only for a loopback base URL */
};

struct http_request {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url;
    const char *form;     /* a POST's application/x-www-form-urlencoded body; may be "" */
    const char *if_match; /* NULL: none */
    bool once;            /* never send it twice, whatever happens: it changes something */
};

struct http_reply {
    int status;
    struct strbuf body;  /* its ceiling is that of the answer */
    char etag[64];       /* byte for byte as received, "" if none or too long */
    int retry_after_s;   /* -1: not said */
    int64_t date_s;      /* the answer's Date header, 0 if none */
    char request_id[64]; /* Twilio-Request-Id, "" if none */
    bool unknown;        /* after a failure: the request may have been carried out */
    char problem[128];   /* after a failure: what happened, for the log */
};

/* The options' strings are copied. */
enum err http_client_new(const struct http_options *options,
                         struct http_client **client) MUST_CHECK;
void http_client_free(struct http_client *client);

void http_reply_init(struct http_reply *reply, size_t max_body);
void http_reply_free(struct http_reply *reply);

/*
 * One request, ended by the deadline at the latest. ERR_OK for any complete answer, whatever its
 * status. ERR_TIMEOUT (the deadline), ERR_NO_REPLY (no or broken answer), ERR_TOO_LARGE (head or
 * body over its ceiling), ERR_MEMORY otherwise; then reply->unknown says whether the request may
 * have arrived. Redirects are not followed. `reply` is emptied first, so it can be used again.
 */
enum err http_client_perform(struct http_client *client, const struct http_request *request,
                             const struct deadline *deadline, struct http_reply *reply) MUST_CHECK;

#endif
