/*
 * The one way in which functions of this library fail.
 *
 * A function that can fail returns an enum err. Results go through its last pointer parameters,
 * which are untouched unless ERR_OK is returned. Questions (valid_*, *_is_*) return bool.
 */
#ifndef DIALPAD_ERR_H
#define DIALPAD_ERR_H

enum err {
    ERR_OK,
    ERR_INPUT,         /* what the client sent is malformed */
    ERR_AUTH,          /* the client has not proved who it is */
    ERR_FORBIDDEN,     /* it has, and may not do this; or we may not write a file of ours */
    ERR_NOT_FOUND,     /* no such thing here, or Twilio answered 404 */
    ERR_METHOD,        /* this program doesn't answer to that HTTP method */
    ERR_CONFLICT,      /* the state of the world forbids it; also Twilio's 412 and 409 */
    ERR_LENGTH,        /* a body without a length */
    ERR_TOO_LARGE,     /* a named ceiling was exceeded */
    ERR_URI_TOO_LONG,  /* the request's query is longer than any of ours */
    ERR_MEDIA_TYPE,    /* a body in a form that this program doesn't read */
    ERR_UNPROCESSABLE, /* well-formed, and makes no sense */
    ERR_RATE,          /* too many requests from this client */
    ERR_MEMORY,        /* out of memory */
    ERR_INTERNAL,      /* our own mistake */
    ERR_UPSTREAM,      /* Twilio answered with an error or with rubbish */
    ERR_NO_REPLY,      /* the connection to Twilio failed: what was asked may have been done */
    ERR_REFUSED,       /* Twilio understood and refused: 4xx other than 401, 404, 412, 429 */
    ERR_UNAVAILABLE,   /* not now: ask again (misconfigured, stopping, Twilio's 429) */
    ERR_TIMEOUT,       /* Twilio did not answer in time */
    ERR__MAX
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_arg) \
    __attribute__((format(printf, format_index, first_arg)))

/* "ok", "input", "auth", ...: a word for logs and for error bodies that have no better one. */
const char *err_name(enum err e);

/* The HTTP status that the failure deserves; 200 for ERR_OK. */
int err_http_status(enum err e);

#endif
