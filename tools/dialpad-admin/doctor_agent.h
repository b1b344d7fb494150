/*
 * One end of the call that the doctor makes: does to our programs and to TaskRouter what an agent's
 * page does, by the public URL, with a session token that it signs itself.
 */
#ifndef DIALPAD_DOCTOR_AGENT_H
#define DIALPAD_DOCTOR_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "auth/pass.h"
#include "base/sid.h"
#include "doctor.h"

enum { DOCTOR_TOKEN_SIZE = 4096 };

struct doctor_agent {
    struct worker worker;
    char header[DOCTOR_TOKEN_SIZE]; /* with the session token; to be wiped */
    char task_sid[SID_SIZE];        /* of this agent's Task in the call; "" before there is one */
    char pass[PASS_SIZE];           /* what lets this agent's leg in; "" likewise */
    int64_t heard_ms;               /* when this end first knew of that Task, by clock_ms() */
};

/* `name` is a Worker's friendly name or SID. False, with `why`, where no call may be made of it. */
bool doctor_agent_find(struct doctor *doctor, const char *name, struct doctor_agent *agent,
                       const char **why);
void doctor_agent_clear(struct doctor_agent *agent);

/* What a program answered; `json` is NULL where that was no JSON. To be cleared. */
struct doctor_answer {
    int status; /* 0: none */
    cJSON *json;
    char said[256]; /* after a failure: what it says, for a person */
};
void doctor_answer_clear(struct doctor_answer *answer);

/* A GET of `program`, which may have a query, or a POST of `json`. */
void doctor_agent_ask(struct doctor *doctor, const struct doctor_agent *agent, const char *program,
                      const char *json, struct doctor_answer *answer);

/*
 * The same about agent->task_sid (or, without one, whatever rings there) as the agent's page asks:
 * it says for how long it has known of the Task, because Twilio shows a new one late. `more` are
 * further members of the JSON that is posted ("\"hold\":true"); NULL: a GET.
 */
void doctor_agent_tell(struct doctor *doctor, const struct doctor_agent *agent, const char *program,
                       const char *more, struct doctor_answer *answer);

/* And again for 10 s while the program says that it can't tell or do that now (503). */
void doctor_agent_insist(struct doctor *doctor, const struct doctor_agent *agent,
                         const char *program, const char *more, struct doctor_answer *answer);

/*
 * Has Twilio ring the agent's softphone for the Reservation of agent->task_sid, once there is one,
 * and lead it to `twiml` ("caller-twiml?taskSid=WT…", without the pass), as a call from `from`.
 * False, with `why`.
 */
bool doctor_agent_dial(struct doctor *doctor, const struct doctor_agent *agent, const char *twiml,
                       const char *from, const char **why);

/* What the page does with its Task once the call is over; nothing where it has been done. */
void doctor_agent_wrap_up(struct doctor *doctor, const struct doctor_agent *agent);

#endif
