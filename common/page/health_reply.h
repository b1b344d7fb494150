/*
 * The answer of health.
 */
#ifndef DIALPAD_HEALTH_REPLY_H
#define DIALPAD_HEALTH_REPLY_H

#include "auth/keys.h"
#include "page/health_check.h"
#include "web/response.h"

struct health_report {
    struct health_findings wrong;    /* with these no call works */
    struct health_findings warnings; /* what costs something, but not the service */
    const struct keys *keys;         /* NULL: there are none without a configuration */
    bool knows_workers;
    size_t workers_fit; /* how many of `workers` have an address that they may have */
    size_t workers;
};

/*
 * {"status","version","wrong":[…],"warnings":[…],"keys":[…],"workers":{"fit","of"}}: 200 and "ok",
 * or 503 and "unavailable" with what is wrong, so that a load balancer takes another host. A
 * warning changes neither, because any stranger can bring one about. What there is none of is left
 * out. By the fingerprints of their keys the hosts of a site are compared.
 */
enum err health_reply(struct response *response, const struct health_report *report) MUST_CHECK;

#endif
