/*
 * TaskRouter's Events (https://www.twilio.com/docs/taskrouter/api/event): what became of a Worker's
 * Reservations in the last 30 days, with the Task's Attributes as they were then. Tasks themselves
 * are deleted five minutes after their end.
 *
 * Twilio doesn't support pages there, so that a list is one answer of TASKROUTER_EVENTS_MAX at
 * most.
 */
#ifndef DIALPAD_TASKROUTER_EVENT_H
#define DIALPAD_TASKROUTER_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

enum { TASKROUTER_EVENTS_MAX = 200, TASKROUTER_EVENTS_DAYS = 30 };

/* How a Reservation ended: "reservation.completed" and so on. */
enum reservation_end { END_COMPLETED, END_CANCELED, END_TIMEOUT, END__MAX };

struct reservation_event {
    enum reservation_end end;
    int64_t at_s;       /* when it ended */
    int64_t task_age_s; /* the Task's age then; 0 if Twilio did not say */
    char task_sid[SID_SIZE];
    const char *reason; /* why the Task was canceled or completed; NULL if Twilio did not say */
    cJSON *attributes;  /* of the Task; an object */
};

/* What a list of one kind comes to. */
struct reservation_events {
    enum err (*each)(void *context, const struct reservation_event *event);
    void *context;
    /*
     * Before this nothing is known, because a list was as long as an answer may be; 0: all of the
     * 30 days are known.
     */
    int64_t known_since_s;
};

/*
 * Calls `each` for each ended Reservation of this Worker on the configured Workflow, in no
 * particular order, and stops at the first error. The kinds are asked for at the same time.
 */
enum err taskrouter_events_of_worker(struct twilio_client *client, const char *worker_sid,
                                     struct reservation_events *events) MUST_CHECK;

#endif
