#include "call/call_start.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strbuf.h"
#include "call/call_capacity.h"
#include "call/call_route.h"
#include "directory/agent_address.h"
#include "twilio/identity.h"

static void log_clash(const char *address, const struct directory_agent *one,
                      const struct directory_agent *other)
{
    log_warn("%s is open to two Workers, %s (%s) and %s (%s): neither can call or be called until "
             "one has another contact_uri, or another friendly name",
             address, one->sid, one->name, other->sid, other->name);
}

/*
 * Who is in each other's way at an address? Straight routing reaches a Worker by SID, so that a
 * contact_uri which isn't its Worker's to have stands in nobody's way. The Workflow's filter knows
 * nothing but contact_uri and rings whoever claims it.
 */
static size_t count_owners(const struct config *config, const struct directory *directory,
                           const char *address, struct directory_agent owners[2])
{
    size_t count = 0;
    if (!call_route_by_filter(config))
        count = directory_search_entitled(directory, config, address, owners);
    /* Where it is nobody's to have, it is said whose it is all the same. */
    return count > 0 ? count : directory_search_owners(directory, config, address, owners);
}

/*
 * Whose address is that? A directory that could not be read to its end can only show that it is
 * more than one Worker's; whether it is one's alone, or none's, it doesn't know.
 */
static enum start_refusal find_owner(const struct config *config, const struct directory *directory,
                                     const char *address, struct directory_agent *owner)
{
    struct directory_agent owners[2];
    size_t count = count_owners(config, directory, address, owners);
    if (count > 1) {
        log_clash(address, &owners[0], &owners[1]);
        return START_AMBIGUOUS_AGENT;
    }
    if (directory_incomplete(directory)) return START_NOT_KNOWN_YET;
    if (count == 0) return START_UNKNOWN_AGENT;
    *owner = owners[0];
    return START_OK;
}

/* From "WK…" or a contact_uri to a Worker's SID. */
static enum start_refusal find_callee(const struct config *config, const struct call_start *start,
                                      char sid[SID_SIZE])
{
    struct directory_agent owner;
    if (sid_is_worker(start->to)) {
        sid_copy(sid, start->to);
        return START_OK;
    }
    /* Softphones are the only contacts that can be called so far. */
    if (identity_of(start->to) == NULL) return START_UNSUPPORTED_CONTACT;
    enum start_refusal refusal = find_owner(config, start->directory, start->to, &owner);
    if (refusal == START_OK) sid_copy(sid, owner.sid);
    return refusal;
}

/* The client is told that it is no softphone; what to do about it is for the admin. */
static void log_unreachable(const struct worker *worker)
{
    const char *uri = json_get_string(worker->attributes, "contact_uri");
    const char *problem = "its contact_uri isn't client: and up to 121 letters, digits and _";
    if (uri == NULL || *uri == '\0') {
        problem = "it has no contact_uri";
    } else if (worker->contact_uri[0] == '\0') {
        problem = "its contact_uri is longer than 256 bytes";
    }
    log_warn("%s (%s) can't be called: %s", worker->sid, worker->friendly_name, problem);
}

static void set_mismatch(struct call_started *started, const struct worker *worker,
                         const char *contact_uri)
{
    snprintf(started->mismatch.contact_uri, WORKER_TEXT_SIZE, "%s", contact_uri);
    memcpy(started->mismatch.friendly_name, worker->friendly_name, WORKER_TEXT_SIZE);
}

/*
 * The Workflow's filter finds a Worker by its contact_uri alone: an address that stands elsewhere,
 * in DIALPAD_USERS, leads to nobody.
 */
static bool is_found_by_filter(const struct worker *worker)
{
    const char *contact_uri = json_get_string(worker->attributes, "contact_uri");
    return contact_uri != NULL && strcmp(contact_uri, worker->contact_uri) == 0;
}

/*
 * An address must be no other's: with two Workers nobody knows who would be rung, so such agents
 * neither call nor are called. A Worker whom the directory doesn't know is younger than it.
 */
static enum start_refusal check_owner(const struct config *config, const struct call_start *start,
                                      const struct worker *worker)
{
    struct directory_agent owner;
    enum start_refusal refusal = find_owner(config, start->directory, worker->contact_uri, &owner);
    if (refusal == START_UNKNOWN_AGENT) return START_OK;
    if (refusal != START_OK || strcmp(owner.sid, worker->sid) == 0) return refusal;
    const struct directory_agent self = { .sid = worker->sid, .name = worker->friendly_name };
    log_clash(worker->contact_uri, &self, &owner);
    return START_AMBIGUOUS_AGENT;
}

/* And it must be its Worker's to have; of the caller's, session has seen to that. */
static enum start_refusal check_contact(const struct config *config, const struct call_start *start,
                                        struct worker *worker, struct call_started *started)
{
    enum address_verdict verdict = agent_address_settle(config, worker);
    if (verdict == ADDRESS_UNSUPPORTED) {
        log_unreachable(worker);
        return START_UNSUPPORTED_CONTACT;
    }
    if (verdict == ADDRESS_MISMATCH) {
        set_mismatch(started, worker, worker->contact_uri);
        return START_IDENTITY_MISMATCH;
    }
    if (call_route_by_filter(config) && !is_found_by_filter(worker)) {
        const char *contact_uri = json_get_string(worker->attributes, "contact_uri");
        set_mismatch(started, worker, contact_uri != NULL ? contact_uri : "");
        return START_IDENTITY_MISMATCH;
    }
    return check_owner(config, start, worker);
}

static enum start_refusal check_workers(const struct config *config, const struct call_start *start,
                                        const struct worker *caller, struct worker *callee,
                                        struct call_started *started)
{
    if (strcmp(caller->sid, callee->sid) == 0) return START_CALL_YOURSELF;
    enum start_refusal refusal = check_contact(config, start, callee, started);
    if (refusal == START_OK) refusal = check_owner(config, start, caller);
    if (refusal != START_OK) return refusal;
    if (strcmp(caller->contact_uri, callee->contact_uri) == 0) return START_AMBIGUOUS_AGENT;
    if (!callee->available) return START_CALLEE_OFFLINE;
    return START_OK;
}

/* Both Tasks of a call take up their agents' voice channels. */
static enum err check_capacity(const struct call_context *context, const char *worker_sid,
                               enum start_refusal taken, enum start_refusal *refusal)
{
    enum call_capacity capacity;
    enum err rc = call_capacity(context, worker_sid, NULL, &capacity, NULL);
    if (rc == ERR_OK && capacity != CAPACITY_FREE) *refusal = taken;
    return rc;
}

/* The Workflow finds a caller who is available, at the address that the Worker has now. */
static enum err check_reachable(const struct call_context *context, const struct worker *caller,
                                enum start_refusal *refusal, struct call_started *started)
{
    struct worker now = { 0 };
    enum err rc = taskrouter_worker_fetch(context->twilio, caller->sid, &now);
    if (rc == ERR_OK && strcmp(now.contact_uri, caller->contact_uri) != 0) {
        set_mismatch(started, &now, now.contact_uri);
        *refusal = START_IDENTITY_MISMATCH;
    } else if (rc == ERR_OK && !now.available) {
        *refusal = START_CALLER_UNAVAILABLE;
    }
    worker_clear(&now);
    return rc;
}

/*
 * T1 is reserved whatever the caller is doing, so that only another call of ours is in its way. By
 * the Workflow's filter it isn't.
 */
static enum err check_caller(const struct call_context *context, const struct worker *caller,
                             enum start_refusal *refusal, struct call_started *started)
{
    bool in_call;
    if (call_route_by_filter(context->config)) {
        enum err rc = check_reachable(context, caller, refusal, started);
        if (rc != ERR_OK || *refusal != START_OK) return rc;
        return check_capacity(context, caller->sid, START_ALREADY_IN_CALL, refusal);
    }
    enum err rc = call_capacity_in_call(context, caller->sid, &in_call);
    if (rc == ERR_OK && in_call) *refusal = START_ALREADY_IN_CALL;
    return rc;
}

static void fill_party(struct token_agent *party, const struct worker *worker,
                       const struct directory *directory)
{
    sid_copy(party->worker_sid, worker->sid);
    /* The field is as large as the Worker's own, so that nothing is cut. */
    _Static_assert((int)TOKEN_TEXT_SIZE >= (int)WORKER_TEXT_SIZE, "a contact_uri must fit");
    memcpy(party->contact_uri, worker->contact_uri, WORKER_TEXT_SIZE);
    token_set_name(party->name, worker_display_name(worker));
    token_set_name(party->friendly_name, directory_search_friendly_name(directory, worker->sid));
}

static void fill_statement(struct token_statement *who, const struct worker *caller,
                           const struct worker *callee, const struct directory *directory)
{
    memset(who, 0, sizeof *who);
    fill_party(&who->party[ROLE_CALLER], caller, directory);
    fill_party(&who->party[ROLE_CALLEE], callee, directory);
}

static enum err describe_t1(const struct call_start *start, const struct token_statement *who,
                            const char *statement, cJSON **attributes)
{
    char conversation_id[CALL_ID_SIZE];
    enum err rc = random_hex(conversation_id, (CALL_ID_SIZE - 1) / 2);
    if (rc != ERR_OK) return rc;
    *attributes = call_rules_caller_attributes(who, statement, conversation_id);
    if (*attributes == NULL) return ERR_MEMORY;
    if (*start->note != '\0') rc = json_set_string(*attributes, "note", start->note);
    /* Of a Task with a RoutingTarget: Flex plays no ring, and accepts. */
    if (rc == ERR_OK && start->in_flex) rc = json_set_string(*attributes, "direction", "outbound");
    return rc;
}

static enum err create_t1(const struct call_context *context, const struct call_start *start,
                          const struct token_statement *who, enum call_route_result *result,
                          struct call_started *started)
{
    cJSON *attributes = NULL;
    struct task t1 = { 0 };
    struct strbuf statement;
    bool unknown;
    strbuf_init(&statement, STRBUF_MAX_TOKEN);

    enum err rc = token_statement_sign(&statement, context->keys->list[0], who);
    if (rc == ERR_OK) rc = describe_t1(start, who, statement.buf, &attributes);
    if (rc != ERR_OK) goto out;
    const struct task_draft draft = {
        .attributes = attributes,
        .timeout_s = CALL_T1_TIMEOUT_S,
        .worker_sid = who->party[ROLE_CALLER].worker_sid,
        .ignore_capacity = true,
    };
    rc = call_route_create(context, &draft, &t1, &unknown, result);
    if (rc != ERR_OK || *result != ROUTE_DONE) goto out;
    sid_copy(started->t1_sid, t1.sid);
    log_note(LOG_T1, t1.sid);
    log_note(LOG_ROLE, call_rules_role_name(ROLE_CALLER));
    log_note(LOG_OTHER, who->party[ROLE_CALLEE].worker_sid);
    const struct pass_seat seat = {
        .role = PASS_CALLER,
        .t1_sid = t1.sid,
        .address = who->party[ROLE_CALLER].contact_uri,
    };
    rc = pass_make(context->passes, 0, &seat, clock_wall_s(), started->pass);
out:
    task_clear(&t1);
    cJSON_Delete(attributes);
    strbuf_free(&statement);
    return rc;
}

struct ends {
    struct worker caller;
    struct worker callee;
};

/* Both Workers have been read. ROUTE_AGAIN: by the filter other rules hold, so look once more. */
static enum err check_and_create(const struct call_context *context, const struct call_start *start,
                                 struct ends *ends, enum start_refusal *refusal,
                                 struct call_started *started, enum call_route_result *result)
{
    struct token_statement who;
    *result = ROUTE_DONE;
    *refusal = check_workers(context->config, start, &ends->caller, &ends->callee, started);
    if (*refusal != START_OK) return ERR_OK;
    enum err rc = check_caller(context, &ends->caller, refusal, started);
    if (rc == ERR_OK && *refusal == START_OK)
        rc = check_capacity(context, ends->callee.sid, START_CALLEE_BUSY, refusal);
    if (rc != ERR_OK || *refusal != START_OK) return rc;
    fill_statement(&who, &ends->caller, &ends->callee, start->directory);
    rc = create_t1(context, start, &who, result, started);
    if (rc == ERR_OK && *result == ROUTE_UNSUPPORTED) *refusal = START_ROUTING_UNSUPPORTED;
    return rc;
}

/* What the token says of the caller. */
static void set_caller(struct worker *caller, const struct token_agent *agent)
{
    sid_copy(caller->sid, agent->worker_sid);
    memcpy(caller->contact_uri, agent->contact_uri, sizeof caller->contact_uri);
    memcpy(caller->full_name, agent->name, sizeof caller->full_name);
    memcpy(caller->friendly_name, agent->name, sizeof caller->friendly_name);
}

/* None of it depends on the rest: all of it takes as long as the slowest. */
static void ask_ahead(const struct call_context *context, const char *caller_sid,
                      const char *callee_sid)
{
    if (strcmp(caller_sid, callee_sid) == 0) return;
    taskrouter_worker_ahead(context->twilio, callee_sid);
    if (call_route_by_filter(context->config)) taskrouter_worker_ahead(context->twilio, caller_sid);
    taskrouter_worker_voice_channel_ahead(context->twilio, caller_sid);
    taskrouter_worker_voice_channel_ahead(context->twilio, callee_sid);
}

enum err call_start(const struct call_context *context, const struct call_start *start,
                    enum start_refusal *refusal, struct call_started *started)
{
    struct ends ends = { 0 };
    enum call_route_result result;
    char callee_sid[SID_SIZE];
    enum err rc = ERR_OK;
    *refusal = find_callee(context->config, start, callee_sid);
    if (*refusal != START_OK) goto out;
    set_caller(&ends.caller, start->caller);
    ask_ahead(context, ends.caller.sid, callee_sid);
    rc = taskrouter_worker_fetch(context->twilio, callee_sid, &ends.callee);
    if (rc == ERR_NOT_FOUND) {
        *refusal = START_UNKNOWN_AGENT;
        rc = ERR_OK;
        goto out;
    }
    if (rc != ERR_OK) goto out;
    do {
        rc = check_and_create(context, start, &ends, refusal, started, &result);
    } while (rc == ERR_OK && result == ROUTE_AGAIN);
out:
    twilio_client_ahead_end(context->twilio);
    worker_clear(&ends.callee);
    return rc;
}

bool call_start_rests_on_directory(enum start_refusal refusal, const char *to)
{
    return refusal == START_AMBIGUOUS_AGENT ||
           (refusal == START_UNKNOWN_AGENT && !sid_is_worker(to));
}
