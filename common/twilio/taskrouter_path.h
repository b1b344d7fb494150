/*
 * How the files taskrouter*.c reach a resource of the configured workspace; private to them.
 */
#ifndef DIALPAD_TASKROUTER_PATH_H
#define DIALPAD_TASKROUTER_PATH_H

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "twilio/twilio_client.h"

enum { TASKROUTER_PATH_SIZE = 192 };

/*
 * "/v1/Workspaces/WS…/Tasks/WT…/Reservations". `sid` NULL is the collection itself; otherwise it
 * must be a SID of the kind `prefix`, ERR_INPUT if it isn't. `below` is a literal, "" for nothing.
 */
enum err taskrouter_path(const struct twilio_client *client, const char *collection,
                         const char *sid, const char *prefix, const char *below,
                         char path[TASKROUTER_PATH_SIZE]) MUST_CHECK;

/* twilio_resource_each on TaskRouter; `query` may be NULL. */
enum err taskrouter_each(struct twilio_client *client, const char *path, const struct strbuf *query,
                         const char *key, enum err (*each)(void *context, const cJSON *json),
                         void *context) MUST_CHECK;

#endif
