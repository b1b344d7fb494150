/*
 * TaskRouter's Tasks and their Reservations as C calls
 * (https://www.twilio.com/docs/taskrouter/api/task). Nothing here knows what a call is.
 *
 * Errors are those of twilio_client.h. Structures are filled only on ERR_OK; *_clear frees what
 * they own and leaves them empty (harmless on an empty one).
 */
#ifndef DIALPAD_TASKROUTER_TASK_H
#define DIALPAD_TASKROUTER_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/sid.h"
#include "twilio/task_status.h"
#include "twilio/twilio_client.h"

struct task {
    char sid[SID_SIZE];
    char etag[64]; /* for If-Match */
    enum task_status status;
    cJSON *attributes; /* an object; empty where Twilio's text was null or not an object */
    char workflow_sid[SID_SIZE];
    char routing_target[SID_SIZE]; /* a Worker's SID; "" without one */
    bool ignore_capacity;          /* what it is reserved without regard to; true unless denied */
    int64_t created_s;             /* epoch; 0 if Twilio did not say */
    int64_t updated_s;
};

void task_clear(struct task *task);

/* Says that it will be fetched in a moment (twilio_client_ahead). */
void taskrouter_task_ahead(struct twilio_client *client, const char *task_sid);

enum err taskrouter_task_fetch(struct twilio_client *client, const char *task_sid,
                               struct task *task) MUST_CHECK;

/* A voice Task that is to be made, on the configured Workflow. */
struct task_draft {
    cJSON *attributes;
    int timeout_s;
    const char *worker_sid; /* RoutingTarget: past the Workflow's filters. NULL: by them */
    bool ignore_capacity;   /* whatever that Worker is doing, in any activity */
};

/* On failure *unknown says whether the Task may exist all the same. */
enum err taskrouter_task_create(struct twilio_client *client, const struct task_draft *draft,
                                struct task *task, bool *unknown) MUST_CHECK;

/*
 * Replaces the Attributes if the Task is still at task->etag (ERR_CONFLICT otherwise) and takes
 * over the Task's new state. `attributes` stays the caller's; it may be task->attributes.
 */
enum err taskrouter_task_update_attributes(struct twilio_client *client, struct task *task,
                                           const cJSON *attributes) MUST_CHECK;

/* A change of a Task's status. */
struct task_step {
    enum task_status status; /* canceled, wrapping or completed */
    const char *reason;
    const cJSON *attributes; /* written along with it; NULL: not */
};

/*
 * Takes over the Task's new state, which REST may show only later. ERR_REFUSED (20001) when the
 * step isn't legal now; with attributes ERR_CONFLICT when the Task isn't at task->etag any more.
 */
enum err taskrouter_task_step(struct twilio_client *client, struct task *task,
                              const struct task_step *step) MUST_CHECK;

/* The same of a Task that isn't looked at any more. */
enum err taskrouter_task_update_status(struct twilio_client *client, const char *task_sid,
                                       enum task_status status, const char *reason) MUST_CHECK;

struct task_sids {
    char (*list)[SID_SIZE];
    size_t count;
};

void task_sids_free(struct task_sids *sids);

/* What a list says of a Task; its attributes may be missing there, so they are not in it. */
struct task_summary {
    char sid[SID_SIZE];
    char workflow_sid[SID_SIZE];
    enum task_status status;
    bool voice; /* it is on the voice channel */
    int64_t created_s;
    int64_t updated_s;
};

struct task_summaries {
    struct task_summary *list;
    size_t count;
};

void task_summaries_free(struct task_summaries *tasks);

/*
 * The Tasks that are pending, reserved, assigned or wrapping, of one Workflow or (NULL) of the
 * whole workspace; follows all pages.
 */
enum err taskrouter_tasks_live(struct twilio_client *client, const char *workflow_sid,
                               struct task_summaries *tasks) MUST_CHECK;

/* The Worker whose open Reservation (pending, accepted, wrapping) holds this Task. */
enum err taskrouter_task_worker(struct twilio_client *client, const char *task_sid,
                                char worker_sid[SID_SIZE]) MUST_CHECK;

/*
 * Tasks whose attribute conferenceSid is this Task's SID, by EvaluateTaskAttributes: Twilio allows
 * three such requests a second, so this is only for what happens rarely.
 */
enum err taskrouter_tasks_of_conference(struct twilio_client *client, const char *task_sid,
                                        struct task_sids *sids) MUST_CHECK;

/* The Tasks of a Worker's Reservations in this state ("pending", "accepted", "wrapping"). */
enum err taskrouter_tasks_of_worker(struct twilio_client *client, const char *worker_sid,
                                    const char *reservation_status,
                                    struct task_sids *sids) MUST_CHECK;

#endif
