#include "call/call.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "twilio/voice.h"

enum { LOOK_AGAIN_MS = 300 };

/* What a look in the middle of the work leaves for the rest of it. */
enum { REST_MS = 1500 };

struct call_context call_context(const struct config *config, struct twilio_client *twilio,
                                 const struct keys *keys, struct pass_keys *passes)
{
    return (struct call_context){
        .config = config,
        .twilio = twilio,
        .keys = keys,
        .passes = passes,
    };
}

bool call_may_look_again(const struct call_context *context)
{
    if (twilio_client_left_ms(context->twilio) <= 2 * LOOK_AGAIN_MS) return false;
    clock_pause(LOOK_AGAIN_MS);
    return true;
}

bool call_may_look_early(const struct call_context *context)
{
    return twilio_client_left_ms(context->twilio) > REST_MS && call_may_look_again(context);
}

void call_clear(struct call *call)
{
    task_clear(&call->t1);
    task_clear(&call->k);
    memset(call, 0, sizeof *call);
}

bool call_is_over(const struct call *call)
{
    return !call->t1_found || call->facts.outcome != OUTCOME_NONE ||
           !task_status_is_live(call->t1.status);
}

bool call_is_connected(const struct call *call)
{
    return call->facts.connected_at[0] != '\0';
}

enum call_role call_role_of(const struct call *call, const char *worker_sid)
{
    enum call_role role = call_rules_role(&call->who, worker_sid);
    return role == ROLE_CALLEE && !call->k_found ? ROLE_NONE : role;
}

/* K only as its statement has proved it: T1's word for it is a hint. */
static void note_tasks(const struct call *call)
{
    log_note(LOG_T1, call->t1_sid);
    log_note(LOG_K, call->k_found ? call->k.sid : "");
}

void call_note(const struct call *call, enum call_role role)
{
    note_tasks(call);
    if (role == ROLE_NONE) return;
    log_note(LOG_ROLE, call_rules_role_name(role));
    log_note(LOG_OTHER, call->who.party[call_rules_other(role)].worker_sid);
}

enum err call_ignore_strangers(enum err rc)
{
    return rc == ERR_NOT_FOUND || rc == ERR_FORBIDDEN ? ERR_OK : rc;
}

enum err call_statement(const struct call_context *context, const struct task *task,
                        struct token_statement *who, size_t *key)
{
    const char *text = json_get_string(task->attributes, "dialpad");
    if (text == NULL) return ERR_FORBIDDEN;
    for (size_t i = 0; i < context->keys->count; i++) {
        enum err rc = token_statement_verify(text, context->keys->list[i], who);
        if (rc == ERR_OK) *key = i;
        if (rc == ERR_OK || rc == ERR_MEMORY) return rc;
    }
    return ERR_FORBIDDEN;
}

static struct pass_seat seat_of(const struct call *call, enum call_role role)
{
    return (struct pass_seat){
        .role = role == ROLE_CALLER ? PASS_CALLER : PASS_CALLEE,
        .t1_sid = call->t1_sid,
        .address = call->who.party[role].contact_uri,
    };
}

enum pass_verdict call_pass_check(const struct call_context *context, const struct call *call,
                                  enum call_role role, const char *pass)
{
    size_t key;
    const struct pass_seat seat = seat_of(call, role);
    return pass_check(context->passes, &seat, pass, clock_wall_s(), &key);
}

enum err call_pass_make(const struct call_context *context, const struct call *call,
                        enum call_role role, char pass[PASS_SIZE])
{
    const struct pass_seat seat = seat_of(call, role);
    return pass_make(context->passes, call->key, &seat, clock_wall_s(), pass);
}

enum err call_of_deleted(const struct call_context *context, const char *t1_sid, size_t key,
                         struct call *call)
{
    memset(call, 0, sizeof *call);
    sid_copy(call->t1_sid, t1_sid);
    call->key = key;
    return pass_room(context->passes, key, t1_sid, call->room);
}

/* Takes over who is who, from a statement that this key has verified. */
static enum err set_who(const struct call_context *context, struct call *call, const char *t1_sid,
                        const struct token_statement *who, size_t key)
{
    call->who = *who;
    call->key = key;
    sid_copy(call->t1_sid, t1_sid);
    note_tasks(call);
    return pass_room(context->passes, key, t1_sid, call->room);
}

/* Takes over a fetched Task as T1. */
static void set_t1(struct call *call, struct task *task)
{
    task_clear(&call->t1);
    call->t1 = *task;
    memset(task, 0, sizeof *task);
    call->t1_found = true;
    call->by_copy = false;
    sid_copy(call->t1_sid, call->t1.sid);
    call_rules_read(call->t1.attributes, &call->facts);
}

enum err call_load_t1(const struct call_context *context, const char *t1_sid, struct call *call)
{
    struct task task = { 0 };
    struct token_statement who;
    size_t key;
    enum err rc = taskrouter_task_fetch(context->twilio, t1_sid, &task);
    if (rc == ERR_OK) rc = call_statement(context, &task, &who, &key);
    if (rc == ERR_OK && who.t1_sid[0] != '\0') rc = ERR_FORBIDDEN;
    if (rc == ERR_OK) rc = set_who(context, call, task.sid, &who, key);
    if (rc == ERR_OK) set_t1(call, &task);
    task_clear(&task);
    return rc;
}

enum err call_reload_t1(const struct call_context *context, struct call *call)
{
    struct task task = { 0 };
    enum err rc = taskrouter_task_fetch(context->twilio, call->t1_sid, &task);
    if (rc == ERR_OK) set_t1(call, &task);
    task_clear(&task);
    return rc;
}

enum err call_reload_k(const struct call_context *context, struct call *call)
{
    struct task task = { 0 };
    enum err rc = taskrouter_task_fetch(context->twilio, call->k.sid, &task);
    if (rc != ERR_OK) return rc;
    task_clear(&call->k);
    call->k = task;
    return ERR_OK;
}

static bool is_between_the_same(const struct token_statement *a, const struct token_statement *b)
{
    enum call_role role = 0;
    while (role < ROLE__MAX && strcmp(a->party[role].worker_sid, b->party[role].worker_sid) == 0)
        role++;
    return role == ROLE__MAX;
}

/*
 * The Task is a K, and its own statement proves it. A T1 that has been deleted, or in which an
 * agent has rewritten caller or callee, is as good as none: the callee must be able to get rid of
 * K.
 */
static enum err load_from_k(const struct call_context *context, struct task *k,
                            const struct token_statement *who, size_t key, struct call *call)
{
    enum err rc = call_load_t1(context, who->t1_sid, call);
    /* A K so young has its T1, even if REST doesn't show it yet. */
    int64_t age_s = twilio_client_now_s(context->twilio) - k->created_s;
    if (rc == ERR_NOT_FOUND && age_s < CALL_NEW_S) return ERR_UNAVAILABLE;
    bool agrees = rc == ERR_OK && is_between_the_same(&call->who, who);
    if (call_ignore_strangers(rc) != ERR_OK) return rc;
    if (!agrees) {
        call_clear(call);
        rc = set_who(context, call, who->t1_sid, who, key);
        if (rc != ERR_OK) return rc;
    }
    call->k = *k;
    call->k_found = true;
    memset(k, 0, sizeof *k);
    note_tasks(call);
    return ERR_OK;
}

/* An agent who rewrites it misleads nobody else: it is read for this Task's own agent alone. */
static bool says_enough(const struct task *k, struct call_facts *copied)
{
    call_rules_read(k->attributes, copied);
    bool is_closed = !task_status_is_live(k->status);
    if (copied->outcome != OUTCOME_NONE) return is_closed;
    return !is_closed && k->status == TASK_ASSIGNED && copied->connected_at[0] != '\0';
}

static enum err load_from_copy(const struct call_context *context, struct task *k,
                               const struct token_statement *who, size_t key,
                               const struct call_facts *copied, struct call *call)
{
    call->facts = *copied;
    sid_copy(call->facts.k_sid, k->sid);
    call->by_copy = true;
    call->t1_found = true;
    call->t1.status = k->status;
    call->k = *k;
    call->k_found = true;
    memset(k, 0, sizeof *k);
    return set_who(context, call, who->t1_sid, who, key);
}

/* `asker` is the Worker that is told of it; NULL: nobody is. */
static enum err load(const struct call_context *context, const char *task_sid, const char *asker,
                     struct call *call)
{
    struct task task = { 0 };
    struct token_statement who;
    struct call_facts copied;
    size_t key;
    enum err rc = taskrouter_task_fetch(context->twilio, task_sid, &task);
    if (rc == ERR_OK) rc = call_statement(context, &task, &who, &key);
    if (rc == ERR_OK && who.t1_sid[0] != '\0') {
        bool own = asker != NULL && strcmp(who.party[ROLE_CALLEE].worker_sid, asker) == 0;
        rc = own && says_enough(&task, &copied)
                 ? load_from_copy(context, &task, &who, key, &copied, call)
                 : load_from_k(context, &task, &who, key, call);
    } else if (rc == ERR_OK) {
        rc = set_who(context, call, task.sid, &who, key);
        if (rc == ERR_OK) set_t1(call, &task);
    }
    task_clear(&task);
    return rc;
}

enum err call_load(const struct call_context *context, const char *task_sid, struct call *call)
{
    return load(context, task_sid, NULL, call);
}

enum err call_load_for(const struct call_context *context, const char *worker_sid,
                       const char *task_sid, struct call *call)
{
    return load(context, task_sid, worker_sid, call);
}

/*
 * Loads this Task as K if it is this call's: its statement names T1, as only we can, and says the
 * same of caller and callee. T1's own statement may have been copied there from another call. A
 * Task that has been deleted or isn't ours is no error, and leaves a K that is loaded already where
 * it is.
 */
static enum err try_k(const struct call_context *context, struct call *call, const char *task_sid,
                      bool *deleted)
{
    struct task k = { 0 };
    struct token_statement who;
    size_t key;
    enum err rc = taskrouter_task_fetch(context->twilio, task_sid, &k);
    *deleted = rc == ERR_NOT_FOUND;
    if (rc == ERR_OK) rc = call_statement(context, &k, &who, &key);
    if (rc == ERR_OK && strcmp(who.t1_sid, call->t1_sid) == 0 &&
        is_between_the_same(&call->who, &who)) {
        task_clear(&call->k);
        call->k = k;
        call->k_found = true;
        memset(&k, 0, sizeof k);
        note_tasks(call);
    }
    task_clear(&k);
    return call_ignore_strangers(rc);
}

void call_load_k_ahead(const struct call_context *context, const struct call *call)
{
    if (!call->k_found && call->facts.k_sid[0] != '\0')
        taskrouter_task_ahead(context->twilio, call->facts.k_sid);
}

enum err call_load_k(const struct call_context *context, struct call *call)
{
    char *named = call->facts.k_sid;
    if (named[0] == '\0') return ERR_OK;
    /* Nothing is read twice in one request. */
    if (call->k_found && strcmp(call->k.sid, named) == 0) return ERR_OK;
    bool deleted;
    enum err rc = try_k(context, call, named, &deleted);
    if (rc != ERR_OK) return rc;
    call->k_is_new = deleted && !call->k_found &&
                     call_rules_k_is_new(&call->facts, twilio_client_now_s(context->twilio));
    if (call->k_found && strcmp(call->k.sid, named) != 0) {
        sid_copy(named, call->k.sid);
    } else if (!call->k_found && !deleted) {
        named[0] = '\0';
    }
    return ERR_OK;
}

enum err call_load_k_surely(const struct call_context *context, struct call *call)
{
    enum err rc = call_load_k(context, call);
    while (rc == ERR_OK && call->k_is_new && call_may_look_again(context))
        rc = call_load_k(context, call);
    return rc == ERR_OK && call->k_is_new ? ERR_UNAVAILABLE : rc;
}

/* Takes the first of these Tasks that is this call's K. */
static enum err find_k_among(const struct call_context *context, struct call *call,
                             const struct task_sids *found)
{
    bool deleted;
    enum err rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < found->count && !call->k_found; i++)
        rc = try_k(context, call, found->list[i], &deleted);
    return rc;
}

enum err call_find_k(const struct call_context *context, struct call *call)
{
    struct task_sids found = { 0 };
    enum err rc = taskrouter_tasks_of_conference(context->twilio, call->t1_sid, &found);
    if (rc == ERR_OK) rc = find_k_among(context, call, &found);
    task_sids_free(&found);
    return rc;
}

enum err call_find_ringing_k(const struct call_context *context, struct call *call)
{
    struct task_sids found = { 0 };
    const char *callee_sid = call->who.party[ROLE_CALLEE].worker_sid;
    if (callee_sid[0] == '\0') return ERR_OK;
    enum err rc = taskrouter_tasks_of_worker(context->twilio, callee_sid, "pending", &found);
    if (rc == ERR_OK) rc = find_k_among(context, call, &found);
    task_sids_free(&found);
    return call_ignore_strangers(rc);
}

static enum err write_patch(const struct call_context *context, struct call *call,
                            const cJSON *patch)
{
    enum err rc = ERR_MEMORY;
    cJSON *merged = cJSON_Duplicate(call->t1.attributes, true);
    if (merged == NULL) goto out;
    rc = json_merge(merged, patch);
    int changes = json_get_int(merged, CALL_CHANGES, 0);
    if (rc == ERR_OK && call_rules_patch_is_told(patch))
        rc = json_set_number(merged, CALL_CHANGES, changes + 1);
    if (rc == ERR_OK) rc = taskrouter_task_update_attributes(context->twilio, &call->t1, merged);
    if (rc == ERR_OK) call_rules_read(call->t1.attributes, &call->facts);
out:
    cJSON_Delete(merged);
    return rc;
}

enum err call_update(const struct call_context *context, struct call *call,
                     enum err (*decide)(void *wanted, const struct call *call, cJSON **patch),
                     void *wanted)
{
    enum err rc = ERR_CONFLICT;
    for (int i = 0; rc == ERR_CONFLICT; i++) {
        /* A version that REST doesn't show yet: the same would be read again at once. */
        if (i > 1 && !call_may_look_early(context)) return ERR_UNAVAILABLE;
        if (i > 0) {
            rc = call_reload_t1(context, call);
            if (rc != ERR_OK) return rc;
        }
        cJSON *patch = NULL;
        rc = decide(wanted, call, &patch);
        if (rc == ERR_OK && patch != NULL) rc = write_patch(context, call, patch);
        cJSON_Delete(patch);
    }
    return rc;
}

enum err call_leg(const struct call_context *context, const struct call *call, const char *call_sid,
                  enum call_role *role, bool *live)
{
    struct voice_call leg;
    enum err rc = voice_call_fetch(context->twilio, call_sid, &leg);
    if (rc != ERR_OK) return rc;
    *role = call_rules_leg(&call->who, leg.to);
    *live = leg.live;
    return ERR_OK;
}

enum call_role call_labelled_leg(const struct call_context *context, const struct call *call,
                                 const char *call_sid, const char *label)
{
    enum call_role role = 0;
    for (; role < ROLE__MAX; role++) {
        const struct pass_seat seat = seat_of(call, role);
        if (pass_label_fits(context->passes, call->key, &seat, call_sid, label)) break;
    }
    return role;
}

const char *call_placed_leg(const struct call *call, enum call_role role)
{
    const struct task *const tasks[ROLE__MAX] = {
        [ROLE_CALLER] = &call->t1,
        [ROLE_CALLEE] = &call->k,
    };
    const char *call_sid = json_get_string(tasks[role]->attributes, "worker_call_sid");
    return sid_is_call(call_sid) ? call_sid : NULL;
}

/* Has the leg that was placed for this end's Task come to an end? */
static enum err placed_leg_ended(const struct call_context *context, const struct call *call,
                                 enum call_role whose, const char *alive, bool *ended)
{
    const char *call_sid = call_placed_leg(call, whose);
    if (call_sid == NULL || (alive != NULL && strcmp(call_sid, alive) == 0)) return ERR_OK;
    enum call_role role;
    bool live;
    enum err rc = call_leg(context, call, call_sid, &role, &live);
    if (rc == ERR_OK) *ended = role == whose && !live;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

void call_view_k(const struct call *call, struct call_view *view)
{
    view->k_found = call->k_found || call->k_is_new;
    view->k = call->k_found ? call->k.status : TASK_PENDING;
}

enum err call_view(const struct call_context *context, struct call *call, int64_t rung_s,
                   const char *alive, struct call_view *view)
{
    *view = (struct call_view){
        .t1_found = call->t1_found,
        .t1 = call->t1.status,
        .facts = call->facts,
        .rung_s = rung_s,
        .ring_seconds = context->config->ring_seconds,
    };
    /* Nothing more is asked about a call that is over: what time there is goes into ending it. */
    if (call_is_over(call)) return ERR_OK;
    enum err rc = call_load_k(context, call);
    if (rc != ERR_OK) return rc;
    view->facts = call->facts;
    call_view_k(call, view);
    for (enum call_role role = 0; rc == ERR_OK && role < ROLE__MAX; role++)
        rc = placed_leg_ended(context, call, role, alive, &view->leg_ended[role]);
    return rc;
}

enum err call_find_open(const struct call_context *context, const char *worker_sid,
                        struct call *call, char task_sid[SID_SIZE])
{
    static const char *const open_states[] = { "accepted", "pending" };
    for (size_t s = 0; s < sizeof open_states / sizeof *open_states; s++) {
        struct task_sids tasks = { 0 };
        enum err rc =
            taskrouter_tasks_of_worker(context->twilio, worker_sid, open_states[s], &tasks);
        bool found = false;
        for (size_t i = 0; rc == ERR_OK && i < tasks.count && !found; i++) {
            call_clear(call);
            rc = call_load(context, tasks.list[i], call);
            found = rc == ERR_OK && call_role_of(call, worker_sid) != ROLE_NONE;
            if (found) sid_copy(task_sid, tasks.list[i]);
            rc = call_ignore_strangers(rc);
        }
        task_sids_free(&tasks);
        if (rc != ERR_OK || found) return rc;
    }
    return ERR_NOT_FOUND;
}
