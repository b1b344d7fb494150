/*
 * What a program declares of itself, and what it has while it serves. Types only: endpoint_run goes
 * by them, and so do the gates.
 */
#ifndef DIALPAD_PROGRAM_H
#define DIALPAD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/keys.h"
#include "auth/pass.h"
#include "auth/signature.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/config_watch.h"
#include "base/err.h"
#include "base/params.h"
#include "web/request.h"
#include "web/response.h"

struct twilio_client;

enum endpoint_auth {
    AUTH_NONE,
    AUTH_AGENT,      /* X-Dialpad-Token: JSON in, JSON out */
    AUTH_TWILIO,     /* X-Twilio-Signature: form in, TwiML or nothing out */
    AUTH_WEB_SERVER, /* REMOTE_USER, together with AUTH_TYPE */
    /*
     * A page of DIALPAD_FLEX_ORIGINS: JSON in, JSON out. That only keeps other sites' pages away;
     * who is asking, the program finds out by what is sent.
     */
    AUTH_FLEX
};

/* JSON in, JSON out, asked by the script of a page. */
static inline bool auth_is_of_pages(enum endpoint_auth auth)
{
    return auth == AUTH_AGENT || auth == AUTH_FLEX;
}

enum {
    /*
     * Every request is answered within four seconds, REST included. The rest is for what comes
     * after the last answer from Twilio, and for a machine that has other things to do.
     */
    ENDPOINT_DEADLINE_MS = 3800,
    ENDPOINT_SESSION_TTL_S = 3600
};

/* What one thread has while it serves; everything outlives the requests. */
struct service {
    const struct config *config;
    struct twilio_client *twilio; /* NULL in programs that don't speak REST */
    const struct keys *keys;
    struct pass_keys *passes;
    struct signature *signature;
    struct deadline deadline; /* of the request in hand */
    bool fastcgi;
    const struct config_watch *watch; /* has the configuration changed since it was read? */
};

struct endpoint {
    const char *name;
    unsigned methods; /* METHOD_GET, METHOD_HEAD, METHOD_POST */
    enum endpoint_auth auth;
    const struct param_spec *params;
    size_t param_count;
    int deadline_ms; /* 0: ENDPOINT_DEADLINE_MS */
    enum err (*handle)(struct service *service, struct request *request, struct response *response);

    /*
     * Only in programs that speak REST: twilio_client_new and twilio_client_free. Handed over here
     * so that the others aren't linked with all that speaks REST.
     */
    struct twilio_client *(*connect)(const struct config *config, const struct deadline *deadline);
    void (*disconnect)(struct twilio_client *client);

    /* AUTH_TWILIO: what needs no signature (a sound), asked by GET or HEAD. NULL: nothing. */
    bool (*is_public)(const struct request *request);

    /* Answers instead of the 503 when the configuration is unusable. NULL: the 503. */
    enum err (*misconfigured)(const char *problem, struct request *request,
                              struct response *response);
};

#endif
