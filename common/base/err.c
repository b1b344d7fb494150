#include "base/err.h"

static const struct {
    const char *name;
    int http_status;
} errors[ERR__MAX] = {
    [ERR_OK] = { "ok", 200 },
    [ERR_INPUT] = { "input", 400 },
    [ERR_AUTH] = { "auth", 401 },
    [ERR_FORBIDDEN] = { "forbidden", 403 },
    [ERR_NOT_FOUND] = { "not_found", 404 },
    [ERR_METHOD] = { "method", 405 },
    [ERR_CONFLICT] = { "conflict", 409 },
    [ERR_LENGTH] = { "length", 411 },
    [ERR_TOO_LARGE] = { "too_large", 413 },
    [ERR_URI_TOO_LONG] = { "uri_too_long", 414 },
    [ERR_MEDIA_TYPE] = { "media_type", 415 },
    [ERR_UNPROCESSABLE] = { "unprocessable", 422 },
    [ERR_RATE] = { "rate", 429 },
    [ERR_MEMORY] = { "memory", 500 },
    [ERR_INTERNAL] = { "internal", 500 },
    [ERR_UPSTREAM] = { "upstream", 502 },
    [ERR_NO_REPLY] = { "no_reply", 504 },
    [ERR_REFUSED] = { "refused", 502 },
    [ERR_UNAVAILABLE] = { "unavailable", 503 },
    [ERR_TIMEOUT] = { "timeout", 504 },
};

/* A value outside the enum is a mistake of ours, and is reported as one. */
static enum err known(enum err e)
{
    return (unsigned)e < ERR__MAX ? e : ERR_INTERNAL;
}

const char *err_name(enum err e)
{
    return errors[known(e)].name;
}

int err_http_status(enum err e)
{
    return errors[known(e)].http_status;
}
