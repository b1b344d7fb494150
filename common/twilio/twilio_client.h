/*
 * Twilio's REST API as one thread sees it: base URLs, credentials, the deadline of the request in
 * hand, retries, and Twilio's errors (https://www.twilio.com/docs/usage/twilios-response).
 *
 * Retries, all within the deadline: 429 always (it was not carried out), with full jitter,
 * honouring Retry-After; reads and deletes also on 5xx and on broken connections, three tries in
 * all; a create or a change of state never.
 *
 * Answers are read leniently (base/json_lenient): whose data is odd costs nobody else's.
 */
#ifndef DIALPAD_TWILIO_CLIENT_H
#define DIALPAD_TWILIO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/strbuf.h"

struct twilio_client;

enum twilio_host {
    TWILIO_TASKROUTER,
    TWILIO_API,
    TWILIO_FLEX,    /* the Flex project's configuration; without a region */
    TWILIO_MONITOR, /* alerts; without a region */
    TWILIO_IAM,     /* whose a token is; without a region */
    TWILIO_HOST__MAX
};

/* Twilio's own error numbers that decisions depend on (https://www.twilio.com/docs/api/errors). */
enum { TWILIO_CODE_ILLEGAL_STATE = 20001, TWILIO_CODE_CALL_NOT_LIVE = 21220 };

struct twilio_reply {
    int status;     /* 0: no answer */
    int code;       /* Twilio's error number, 0 if none */
    cJSON *json;    /* NULL for 204 and for an error without a JSON body */
    char etag[64];  /* as received */
    bool unknown;   /* the request failed and may have been carried out all the same */
    bool too_large; /* the answer was larger than STRBUF_MAX_UPSTREAM */
};

/*
 * `config` and `deadline` outlive the client; the deadline is set anew for each request that the
 * program serves. NULL when memory fails. The signature fits struct endpoint's
 * `connect`.
 */
struct twilio_client *twilio_client_new(const struct config *config,
                                        const struct deadline *deadline);
void twilio_client_free(struct twilio_client *client);

/* For the modules of this folder alone; all others are handed the configuration. */
const struct config *twilio_client_config(const struct twilio_client *client);

/* Where that product is asked: scheme and host, without a trailing slash. */
const char *twilio_client_base(const struct twilio_client *client, enum twilio_host host);

/*
 * The time by Twilio's clock: the last answer's Date header plus what has passed since; our own
 * clock before the first answer. Two hosts with wrong clocks decide alike by it.
 */
int64_t twilio_client_now_s(const struct twilio_client *client);

/* Milliseconds that are left before the request in hand has to be answered. */
int64_t twilio_client_left_ms(const struct twilio_client *client);

/*
 * `path` begins with '/' and holds only checked SIDs and literals; `query` and `form` are
 * form-encoded text or NULL. `reply` is filled also on failure (status, code, unknown) and must be
 * freed in any case.
 *
 * ERR_OK: 2xx (and for DELETE also 404). ERR_NOT_FOUND: 404. ERR_CONFLICT: 409, 412.
 * ERR_REFUSED: any other 4xx but 401, 403, 429. ERR_UNAVAILABLE: 429 after the retries.
 * ERR_UPSTREAM: 401, 403, 5xx, rubbish. ERR_NO_REPLY: no connection, or one that broke.
 * ERR_TIMEOUT: the deadline came first.
 */
enum err twilio_client_get(struct twilio_client *client, enum twilio_host host, const char *path,
                           const char *query, struct twilio_reply *reply) MUST_CHECK;
enum err twilio_client_post(struct twilio_client *client, enum twilio_host host, const char *path,
                            const char *form, const char *if_match,
                            struct twilio_reply *reply) MUST_CHECK;
enum err twilio_client_post_json(struct twilio_client *client, enum twilio_host host,
                                 const char *path, const char *json,
                                 struct twilio_reply *reply) MUST_CHECK;

/*
 * A question that is asked by POST, because its body (a form, or `json`) is a secret. It changes
 * nothing, so it is repeated like a read; what Twilio says about it might quote it, and isn't
 * logged.
 */
enum err twilio_client_ask(struct twilio_client *client, enum twilio_host host, const char *path,
                           const char *body, bool json, struct twilio_reply *reply) MUST_CHECK;

enum err twilio_client_delete(struct twilio_client *client, enum twilio_host host, const char *path,
                              struct twilio_reply *reply) MUST_CHECK;

/*
 * Says what twilio_client_get will ask for in a moment: it is sent at the same time as the next
 * request, whatever that is, and its answer is kept for that get. So what doesn't depend on each
 * other takes as long as the slowest. A change that is sent later forgets the answers that came
 * before it; whoever says something ahead ends that, too, before the request in hand is answered.
 */
void twilio_client_ahead(struct twilio_client *client, enum twilio_host host, const char *path,
                         const char *query);
void twilio_client_ahead_end(struct twilio_client *client);

/*
 * Follows a page's absolute or relative next link, only if it names the host that is being asked;
 * ERR_UPSTREAM otherwise, because a bad answer must not make us send our credentials elsewhere.
 */
enum err twilio_client_get_next(struct twilio_client *client, enum twilio_host host,
                                const char *next_url, struct twilio_reply *reply) MUST_CHECK;

void twilio_reply_free(struct twilio_reply *reply);

#endif
