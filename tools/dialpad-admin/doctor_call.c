/*
 * dialpad-admin doctor --call ALICE BOB: one call through every step, with the time that each took.
 * It does what two pages would, so that only the softphones have to answer, and by themselves.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "call/call_rules.h"
#include "doctor_agent.h"
#include "doctor_experiment.h"
#include "doctor_signal.h"

enum {
    STATE_MS = 20 * 1000,
    CLEAN_UP_MS = 10 * 1000,
    POLL_MS = 250,
    BODY_SIZE = 64,
    PROGRAM_SIZE = 128
};

struct trial {
    struct doctor *doctor;
    struct doctor_agent agent[ROLE__MAX];
    const char *names[ROLE__MAX]; /* as they were given */
    int64_t step_ms;              /* when the step in hand began */
};

static void note_done(struct trial *trial, const char *id, const char *what)
{
    doctor_note(trial->doctor, DOCTOR_OK, id, "", "%s, %" PRId64 " ms", what,
                clock_ms() - trial->step_ms);
}

/* What a signal has broken off says nothing of the step; that it came is said at the end. */
static bool PRINTF_LIKE(4, 5)
    fail(struct trial *trial, const char *id, const char *repair, const char *format, ...)
{
    char text[DOCTOR_TEXT_SIZE];
    va_list args;
    if (doctor_signal_came()) return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    doctor_note(trial->doctor, DOCTOR_FAIL, id, repair, "%s", text);
    return false;
}

/* ---- waiting */

static bool is_state(const struct doctor_answer *answer, const char *wanted)
{
    const char *state = answer->status == 200 ? json_get_string(answer->json, "state") : NULL;
    return state != NULL && strcmp(state, wanted) == 0;
}

/* What call-state says to this end: of its own Task, or of whatever rings there. */
static void look(struct trial *trial, enum call_role role, struct doctor_answer *answer)
{
    doctor_agent_insist(trial->doctor, &trial->agent[role], "call-state", NULL, answer);
}

/* "" unless the caller is told that the call is over. */
static void read_outcome(struct trial *trial, char outcome[32])
{
    struct doctor_answer answer;
    look(trial, ROLE_CALLER, &answer);
    const char *said = is_state(&answer, "ended") ? json_get_string(answer.json, "outcome") : "";
    snprintf(outcome, 32, "%s", said != NULL ? said : "an end");
    doctor_answer_clear(&answer);
}

/* False, with the outcome, when the call is over first, or when it takes too long ("nothing"). */
static bool wait_for(struct trial *trial, enum call_role role, const char *state,
                     struct doctor_answer *answer, char outcome[32])
{
    const int64_t by_ms = clock_ms() + STATE_MS;
    for (;;) {
        look(trial, role, answer);
        if (is_state(answer, state)) return true;
        doctor_answer_clear(answer);
        outcome[0] = '\0';
        if (strcmp(state, "ended") != 0) read_outcome(trial, outcome);
        if (outcome[0] != '\0') return false;
        if (clock_ms() > by_ms || doctor_signal_came()) break;
        clock_pause(POLL_MS);
    }
    snprintf(outcome, 32, "nothing");
    return false;
}

/* ---- the steps */

static bool find_agents(struct trial *trial)
{
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        const char *why;
        if (doctor_agent_find(trial->doctor, trial->names[role], &trial->agent[role], &why))
            continue;
        return fail(trial, "call.agents", "name two Workers by friendly name or WK…", "%s: %s",
                    trial->names[role], why);
    }
    note_done(trial, "call.agents", "both Workers may be called");
    return true;
}

static void keep(struct doctor_agent *agent, const cJSON *answer)
{
    const char *sid = json_get_string(answer, "taskSid");
    const char *pass = json_get_string(answer, "pass");
    if (sid_is_task(sid)) sid_copy(agent->task_sid, sid);
    if (pass_is_text(pass)) snprintf(agent->pass, sizeof agent->pass, "%s", pass);
    agent->heard_ms = clock_ms();
}

/* Whose call is it that this end is told of? Somebody else's isn't ours to answer, or to end. */
static bool is_with(const struct doctor_agent *other, const struct doctor_answer *answer)
{
    const char *sid = json_get_string(json_get_object(answer->json, "other"), "sid");
    return sid != NULL && strcmp(sid, other->worker.sid) == 0;
}

/* No answer is no word on whether there is a Task: what there is must be ended. */
static void find_task(struct trial *trial)
{
    struct doctor_answer answer;
    struct doctor_agent *caller = &trial->agent[ROLE_CALLER];
    look(trial, ROLE_CALLER, &answer);
    const char *role = json_get_string(answer.json, "role");
    if (role != NULL && strcmp(role, call_rules_role_name(ROLE_CALLER)) == 0 &&
        is_with(&trial->agent[ROLE_CALLEE], &answer)) {
        keep(caller, answer.json);
    }
    doctor_answer_clear(&answer);
}

static bool make_task(struct trial *trial)
{
    char body[BODY_SIZE];
    struct doctor_answer answer;
    struct doctor_agent *caller = &trial->agent[ROLE_CALLER];
    snprintf(body, sizeof body, "{\"to\":\"%s\"}", trial->agent[ROLE_CALLEE].worker.sid);
    doctor_agent_ask(trial->doctor, caller, "create-task", body, &answer);
    bool made = answer.status == 201;
    if (made) {
        keep(caller, answer.json);
        note_done(trial, "call.task", "create-task makes a Task");
        doctor_experiment_task(trial->doctor, caller->task_sid);
    } else {
        fail(trial, "call.task",
             "take two agents who are in an activity that is available, and in no call", "%s",
             answer.said);
        if (answer.status == 0 || answer.status >= 500) find_task(trial);
    }
    doctor_answer_clear(&answer);
    return made;
}

static const char *const leg_ids[ROLE__MAX] = { "call.caller", "call.callee" };

static bool fail_leg(struct trial *trial, enum call_role role, const char *outcome)
{
    char repair[DOCTOR_TEXT_SIZE];
    const char *name = trial->names[role];
    snprintf(repair, sizeof repair,
             "let a softphone of %.100s be registered that answers by itself (Flex does); "
             "dialpad-admin call %s says what Twilio did",
             name, trial->agent[ROLE_CALLER].task_sid);
    return fail(trial, leg_ids[role], repair,
                "the leg of %s didn't come into the Conference: the call came to %s", name,
                outcome);
}

/* Twilio rings this end's softphone and leads it to `program`, whose `parameter` is T1. */
static bool dial(struct trial *trial, enum call_role role, const char *program,
                 const char *parameter)
{
    char twiml[PROGRAM_SIZE];
    const char *why;
    const struct doctor_agent *caller = &trial->agent[ROLE_CALLER];
    snprintf(twiml, sizeof twiml, "%s?%s=%s", program, parameter, caller->task_sid);
    if (doctor_agent_dial(trial->doctor, &trial->agent[role], twiml, caller->worker.contact_uri,
                          &why)) {
        return true;
    }
    return fail(trial, leg_ids[role],
                "see the checks of the Workflow above, DIALPAD_ROUTING and DIALPAD_OVERRIDES",
                "%s: %s", trial->names[role], why);
}

/* The caller's leg joins, and the colleague's Task is there: it rings. */
static bool ring(struct trial *trial)
{
    char outcome[32];
    struct doctor_answer answer;
    const struct doctor_agent *caller = &trial->agent[ROLE_CALLER];
    if (!dial(trial, ROLE_CALLER, "caller-twiml", "taskSid")) return false;
    doctor_experiment_leg(trial->doctor, caller->task_sid, caller->worker.contact_uri);
    if (!wait_for(trial, ROLE_CALLEE, "ringing", &answer, outcome))
        return fail_leg(trial, ROLE_CALLER, outcome);
    const bool ours = is_with(caller, &answer);
    if (ours) keep(&trial->agent[ROLE_CALLEE], answer.json);
    doctor_answer_clear(&answer);
    if (!ours) {
        return fail(trial, "call.caller", "run it again", "%s is called by somebody else",
                    trial->names[ROLE_CALLEE]);
    }
    note_done(trial, "call.caller", "the caller's leg is in, and it rings");
    doctor_experiment_room(trial->doctor, caller->task_sid, 1);
    return true;
}

static bool answer_it(struct trial *trial)
{
    char outcome[32];
    struct doctor_answer answer;
    if (!dial(trial, ROLE_CALLEE, "callee-twiml", "conferenceName")) return false;
    if (!wait_for(trial, ROLE_CALLER, "connected", &answer, outcome))
        return fail_leg(trial, ROLE_CALLEE, outcome);
    doctor_answer_clear(&answer);
    note_done(trial, "call.callee", "the colleague's leg is in: both are connected");
    doctor_experiment_room(trial->doctor, trial->agent[ROLE_CALLER].task_sid, 2);
    return true;
}

static bool hold(struct trial *trial)
{
    static const char *const words[] = { "\"hold\":true", "\"hold\":false" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct doctor_answer answer;
        doctor_agent_insist(trial->doctor, &trial->agent[ROLE_CALLER], "hold-participant", words[i],
                            &answer);
        doctor_answer_clear(&answer);
        if (answer.status != 200)
            return fail(trial, "call.hold", "see the log of hold-participant", "%s", answer.said);
    }
    note_done(trial, "call.hold", "held, and resumed");
    return true;
}

static bool hang_up(struct trial *trial)
{
    char outcome[32];
    struct doctor_answer answer;
    doctor_agent_insist(trial->doctor, &trial->agent[ROLE_CALLER], "end-call",
                        "\"reason\":\"hangup\"", &answer);
    doctor_answer_clear(&answer);
    if (answer.status != 200)
        return fail(trial, "call.end", "see the log of end-call", "%s", answer.said);
    if (!wait_for(trial, ROLE_CALLEE, "ended", &answer, outcome)) {
        return fail(trial, "call.end", "dialpad-admin sweep", "%s isn't told that it is over",
                    trial->names[ROLE_CALLEE]);
    }
    doctor_answer_clear(&answer);
    note_done(trial, "call.end", "hung up, and over for both");
    return true;
}

/* ---- the end */

/*
 * Only end-call's own word counts: call-state says "ended" as soon as an outcome is written, when
 * the Conference may still be there. `said` is the last refusal.
 */
static bool end_surely(struct trial *trial, char said[256])
{
    const struct doctor_agent *caller = &trial->agent[ROLE_CALLER];
    const int64_t by_ms = clock_ms() + CLEAN_UP_MS;
    struct doctor_answer answer;
    for (;;) {
        doctor_agent_tell(trial->doctor, caller, "end-call", "\"reason\":\"cancel\"", &answer);
        doctor_answer_clear(&answer);
        if (answer.status == 200) return true;
        if (clock_ms() > by_ms) break;
        clock_pause(POLL_MS);
    }
    snprintf(said, 256, "%s", answer.said);
    return false;
}

/*
 * Nothing rings or talks on, and neither agent is left wrapping. Tasks of a call that may go on are
 * left as they are, because by them the sweep finds it.
 */
static void leave_nothing(struct trial *trial, bool over)
{
    char said[256];
    const bool made = trial->agent[ROLE_CALLER].task_sid[0] != '\0';
    if (!over && made && !end_surely(trial, said)) {
        doctor_note(trial->doctor, DOCTOR_FAIL, "call.left",
                    "let one of the two hang up; then dialpad-admin sweep",
                    "the call may go on, its Task is %s: %s", trial->agent[ROLE_CALLER].task_sid,
                    said);
    } else {
        for (enum call_role role = 0; role < ROLE__MAX; role++)
            doctor_agent_wrap_up(trial->doctor, &trial->agent[role]);
    }
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        doctor_agent_clear(&trial->agent[role]);
}

static void make_call(struct trial *trial)
{
    static bool (*const steps[])(struct trial * trial) = {
        find_agents, make_task, ring, answer_it, hold, hang_up,
    };
    bool good = true;
    doctor_signal_note();
    for (size_t i = 0; good && i < sizeof steps / sizeof steps[0]; i++) {
        trial->step_ms = clock_ms();
        good = steps[i](trial) && !doctor_signal_came();
    }
    leave_nothing(trial, good);
    doctor_signal_restore();
    if (doctor_signal_came()) {
        doctor_note(trial->doctor, DOCTOR_FAIL, "call.interrupted", "run it again",
                    "a signal has broken the call off");
    }
}

void doctor_call(struct doctor *doctor)
{
    if (doctor->call[0] == NULL) return;
    if (!doctor->reaches_us || !doctor->has_workflow) {
        doctor_note(doctor, DOCTOR_FAIL, "call.agents", "repair what is said above",
                    "no call was tried");
        return;
    }
    static struct trial trial;
    trial.doctor = doctor;
    memcpy(trial.names, doctor->call, sizeof trial.names);
    make_call(&trial);
}
