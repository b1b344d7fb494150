/*
 * TaskRouter's Workers and the Workflow as C calls
 * (https://www.twilio.com/docs/taskrouter/api/worker). Nothing here knows who is asking.
 *
 * Errors are those of twilio_client.h. Structures are filled only on ERR_OK; *_clear frees what
 * they own and leaves them empty (harmless on an empty one).
 */
#ifndef DIALPAD_TASKROUTER_WORKER_H
#define DIALPAD_TASKROUTER_WORKER_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

enum { WORKER_TEXT_SIZE = 257 };

struct worker {
    char sid[SID_SIZE];
    char friendly_name[WORKER_TEXT_SIZE];
    char full_name[WORKER_TEXT_SIZE];   /* attribute full_name, "" if none, cut if too long */
    char contact_uri[WORKER_TEXT_SIZE]; /* attribute contact_uri, "" if none or too long */
    char activity[WORKER_TEXT_SIZE];
    bool available;
    cJSON *attributes;
};

void worker_clear(struct worker *worker);

/* What the Worker is called: names_of_agent. */
const char *worker_display_name(const struct worker *worker);

enum err taskrouter_worker_fetch(struct twilio_client *client, const char *worker_sid,
                                 struct worker *worker) MUST_CHECK;

/* Says that it will be fetched in a moment (twilio_client_ahead). */
void taskrouter_worker_ahead(struct twilio_client *client, const char *worker_sid);

/*
 * The Worker of exactly this friendly name. ERR_NOT_FOUND when there is none, ERR_CONFLICT when
 * there are several.
 */
enum err taskrouter_worker_find(struct twilio_client *client, const char *friendly_name,
                                struct worker *worker) MUST_CHECK;

/*
 * Calls back for each Worker of the workspace, page by page; stops at the first error. A Worker of
 * which something can't be read comes without it; one without a SID is left out.
 */
enum err taskrouter_workers_each(struct twilio_client *client,
                                 enum err (*each)(void *context, const struct worker *worker),
                                 void *context) MUST_CHECK;

struct worker_channel {
    int capacity; /* configured for the voice channel */
    int assigned; /* Tasks that hold it: reserved, assigned, wrapping */
    bool has_room;
};

/* The Worker's voice channel, as it is now. */
enum err taskrouter_worker_voice_channel(struct twilio_client *client, const char *worker_sid,
                                         struct worker_channel *channel) MUST_CHECK;

/* Says that it will be asked for in a moment (twilio_client_ahead). */
void taskrouter_worker_voice_channel_ahead(struct twilio_client *client, const char *worker_sid);

struct workflow {
    char friendly_name[WORKER_TEXT_SIZE];
    int reservation_timeout_s;
    cJSON *configuration; /* parsed; NULL if it wasn't JSON */
};

void workflow_clear(struct workflow *workflow);

/* The configured one. */
enum err workflow_fetch(struct twilio_client *client, struct workflow *workflow) MUST_CHECK;

#endif
