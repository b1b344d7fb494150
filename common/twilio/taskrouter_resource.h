/*
 * What a workspace is made of (queues, Workflows) as Twilio's own JSON, for whoever sets it up:
 * each call answers a reply whose `json` is the resource. Errors and replies are those of
 * twilio_client.h; the reply is to be freed in any case.
 */
#ifndef DIALPAD_TASKROUTER_RESOURCE_H
#define DIALPAD_TASKROUTER_RESOURCE_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/sid.h"
#include "base/strbuf.h"
#include "twilio/twilio_client.h"

struct taskrouter_kind {
    const char *collection; /* in a path: "TaskQueues" */
    const char *key;        /* in a list: "task_queues" */
    const char *prefix;     /* of its SIDs: "WQ" */
};

/* The configured workspace itself. */
enum err taskrouter_resource_workspace(struct twilio_client *client,
                                       struct twilio_reply *reply) MUST_CHECK;

/*
 * The one of exactly this friendly name: `sid` becomes "" where there is none. ERR_CONFLICT when
 * there are several.
 */
enum err taskrouter_resource_find(struct twilio_client *client, const struct taskrouter_kind *kind,
                                  const char *friendly_name, char sid[SID_SIZE]) MUST_CHECK;

enum err taskrouter_resource_fetch(struct twilio_client *client, const struct taskrouter_kind *kind,
                                   const char *sid, struct twilio_reply *reply) MUST_CHECK;

/* Changes the one of this SID, or makes one where it is NULL. */
enum err taskrouter_resource_post(struct twilio_client *client, const struct taskrouter_kind *kind,
                                  const char *sid, const struct strbuf *form,
                                  struct twilio_reply *reply) MUST_CHECK;

enum err taskrouter_resource_delete(struct twilio_client *client,
                                    const struct taskrouter_kind *kind, const char *sid) MUST_CHECK;

/* Calls back for each one; stops at the first error. */
enum err taskrouter_resource_each(struct twilio_client *client, const struct taskrouter_kind *kind,
                                  enum err (*each)(void *context, const cJSON *json),
                                  void *context) MUST_CHECK;

#endif
