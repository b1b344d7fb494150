#include "call/call_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"

static const char *const outcome_names[OUTCOME__MAX] = {
    [OUTCOME_NONE] = NULL,           [OUTCOME_HANGUP] = "hangup",       [OUTCOME_CANCEL] = "cancel",
    [OUTCOME_DECLINED] = "declined", [OUTCOME_NO_ANSWER] = "no-answer", [OUTCOME_BUSY] = "busy",
    [OUTCOME_GLARE] = "glare",       [OUTCOME_FAILED] = "failed",
};

const char *call_rules_outcome_name(enum call_outcome outcome)
{
    return outcome_names[outcome];
}

enum call_outcome call_rules_outcome_parse(const char *text)
{
    if (text == NULL) return OUTCOME_NONE;
    for (int i = OUTCOME_NONE + 1; i < OUTCOME__MAX; i++)
        if (strcmp(text, outcome_names[i]) == 0) return (enum call_outcome)i;
    return OUTCOME_NONE;
}

static const char *const role_names[ROLE__MAX] = {
    [ROLE_CALLER] = "caller",
    [ROLE_CALLEE] = "callee",
};

const char *call_rules_role_name(enum call_role role)
{
    return role_names[role];
}

enum call_role call_rules_other(enum call_role role)
{
    return role == ROLE_CALLER ? ROLE_CALLEE : ROLE_CALLER;
}

enum call_role call_rules_role(const struct token_statement *who, const char *worker_sid)
{
    enum call_role role = 0;
    while (role < ROLE__MAX && strcmp(who->party[role].worker_sid, worker_sid) != 0)
        role++;
    return role;
}

enum call_role call_rules_leg(const struct token_statement *who, const char *to)
{
    size_t len = strcspn(to, "?");
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        const char *address = who->party[role].contact_uri;
        if (strlen(address) == len && memcmp(address, to, len) == 0) return role;
    }
    return ROLE_NONE;
}

/* Adds {"conversations": {"conversation_id": …}}. */
static enum err set_conversation(cJSON *attributes, const char *conversation_id)
{
    cJSON *conversations = json_add_object(attributes, "conversations");
    if (conversations == NULL) return ERR_MEMORY;
    return json_set_string(conversations, "conversation_id", conversation_id);
}

/* Adds what both Tasks have in common. */
static enum err set_common(cJSON *attributes, const char *target, const char *statement,
                           const char *conversation_id)
{
    enum err rc = json_set_string(attributes, "targetWorker", target);
    if (rc == ERR_OK) rc = json_set_bool(attributes, "client_call", true);
    if (rc == ERR_OK) rc = json_set_string(attributes, "dialpad", statement);
    if (rc == ERR_OK) rc = set_conversation(attributes, conversation_id);
    return rc;
}

cJSON *call_rules_caller_attributes(const struct token_statement *who, const char *statement,
                                    const char *conversation_id)
{
    const struct token_agent *caller = &who->party[ROLE_CALLER];
    const struct token_agent *callee = &who->party[ROLE_CALLEE];
    cJSON *attributes = cJSON_CreateObject();
    if (attributes == NULL) return NULL;
    enum err rc = set_common(attributes, caller->contact_uri, statement, conversation_id);
    if (rc == ERR_OK) rc = json_set_string(attributes, "autoAnswer", "true");
    if (rc == ERR_OK) rc = json_set_string(attributes, "to", callee->contact_uri);
    if (rc == ERR_OK) rc = json_set_string(attributes, "name", callee->name);
    if (rc == ERR_OK) rc = json_set_string(attributes, "fromName", caller->name);
    if (rc == ERR_OK) rc = json_set_string(attributes, "from", caller->contact_uri);
    if (rc == ERR_OK) rc = json_set_string(attributes, "outbound_to", callee->contact_uri);
    if (rc == ERR_OK) rc = json_set_string(attributes, "direction", "internal");
    if (rc == ERR_OK) return attributes;
    cJSON_Delete(attributes);
    return NULL;
}

/* By T1's SID, not by the Conference's own name or SID: either would let a reader in. */
static enum err set_conference(cJSON *attributes, const char *t1_sid)
{
    cJSON *conference = json_add_object(attributes, "conference");
    if (conference == NULL) return ERR_MEMORY;
    return json_set_string(conference, "friendlyName", t1_sid);
}

cJSON *call_rules_callee_attributes(const struct token_statement *who, const char *statement,
                                    const char *t1_sid, const char *conversation_id)
{
    const struct token_agent *caller = &who->party[ROLE_CALLER];
    const struct token_agent *callee = &who->party[ROLE_CALLEE];
    cJSON *attributes = cJSON_CreateObject();
    if (attributes == NULL) return NULL;
    enum err rc = set_common(attributes, callee->contact_uri, statement, conversation_id);
    if (rc == ERR_OK) rc = set_conference(attributes, t1_sid);
    if (rc == ERR_OK) rc = json_set_string(attributes, "conferenceSid", t1_sid);
    if (rc == ERR_OK) rc = json_set_string(attributes, "autoAnswer", "false");
    if (rc == ERR_OK) rc = json_set_string(attributes, "internal", "true");
    if (rc == ERR_OK) rc = json_set_string(attributes, "to", callee->contact_uri);
    if (rc == ERR_OK) rc = json_set_string(attributes, "from", caller->contact_uri);
    if (rc == ERR_OK) rc = json_set_string(attributes, "name", caller->name);
    if (rc == ERR_OK) return attributes;
    cJSON_Delete(attributes);
    return NULL;
}

static void read_sid(const char *text, const char *prefix, char *to)
{
    to[0] = '\0';
    if (sid_valid(text, prefix)) sid_copy(to, text);
}

static void read_text(const char *text, char *to, size_t size)
{
    to[0] = '\0';
    if (text != NULL && strlen(text) < size) memcpy(to, text, strlen(text) + 1);
}

/* Shown to another agent: what isn't a line is none, whoever wrote it. */
static void read_line(const char *text, char line[LINE_SIZE])
{
    line[0] = '\0';
    if (text != NULL && line_is_valid(text)) memcpy(line, text, strlen(text) + 1);
}

/* Seconds since 1970; a number that no clock shows is as good as none. */
static int64_t read_time(double seconds)
{
    return seconds > 0 && seconds < 1e11 ? (int64_t)seconds : 0;
}

static void read_party(const cJSON *attributes, enum call_role role, struct call_party *party)
{
    const char *key = role_names[role];
    party->holds = json_get_bool(json_get_object(attributes, "hold"), key, false);
    party->away_since_s = json_get_int64(json_get_object(attributes, "away"), key, 0);
    read_sid(json_get_string(json_get_object(attributes, "rejoined"), key), "CA",
             party->rejoined_leg);
}

void call_rules_read(const cJSON *attributes, struct call_facts *facts)
{
    memset(facts, 0, sizeof *facts);
    const cJSON *conference = json_get_object(attributes, "conference");
    const cJSON *participants = json_get_object(conference, "participants");
    const cJSON *claim = json_get_object(attributes, "claim");
    const cJSON *conversations = json_get_object(attributes, "conversations");
    facts->outcome = call_rules_outcome_parse(json_get_string(attributes, "outcome"));
    facts->ended_at_s = read_time(json_get_number(attributes, "endedAt", 0));
    read_sid(json_get_string(participants, "taskSid"), "WT", facts->k_sid);
    read_text(json_get_string(attributes, "connectedAt"), facts->connected_at, CALL_TIME_SIZE);
    read_text(json_get_string(claim, "id"), facts->claim_id, CALL_ID_SIZE);
    facts->claimed_at_s = read_time(json_get_number(claim, "at", 0));
    read_text(json_get_string(conversations, "conversation_id"), facts->conversation_id,
              CALL_ID_SIZE);
    read_line(json_get_string(attributes, "note"), facts->note);
    read_line(json_get_string(attributes, "reply"), facts->reply);
    for (enum call_role role = 0; role < ROLE__MAX; role++)
        read_party(attributes, role, &facts->party[role]);
}

bool call_rules_is_away(const struct call_facts *facts, enum call_role role)
{
    return facts->party[role].away_since_s > 0;
}

/* The patch if everything could be added to it. */
static cJSON *finished(cJSON *patch, enum err rc)
{
    if (rc == ERR_OK) return patch;
    cJSON_Delete(patch);
    return NULL;
}

cJSON *call_rules_patch_outcome(enum call_outcome outcome, int64_t now_s)
{
    cJSON *patch = cJSON_CreateObject();
    if (patch == NULL) return NULL;
    enum err rc = json_set_string(patch, "outcome", call_rules_outcome_name(outcome));
    if (rc == ERR_OK) rc = json_set_number(patch, "endedAt", (double)now_s);
    return finished(patch, rc);
}

cJSON *call_rules_patch_claim(const char *claim_id, int64_t now_s)
{
    cJSON *patch = cJSON_CreateObject();
    cJSON *claim = patch == NULL ? NULL : json_add_object(patch, "claim");
    if (claim == NULL) return finished(patch, ERR_MEMORY);
    enum err rc = json_set_string(claim, "id", claim_id);
    if (rc == ERR_OK) rc = json_set_number(claim, "at", (double)now_s);
    return finished(patch, rc);
}

cJSON *call_rules_patch_unclaim(void)
{
    cJSON *patch = cJSON_CreateObject();
    if (patch == NULL) return NULL;
    return finished(patch, json_set_null(patch, "claim"));
}

cJSON *call_rules_patch_callee_task(const char *t1_sid, const char *caller_call_sid,
                                    const char *k_sid)
{
    cJSON *patch = cJSON_CreateObject();
    cJSON *conference = patch == NULL ? NULL : json_add_object(patch, "conference");
    cJSON *participants = conference == NULL ? NULL : json_add_object(conference, "participants");
    if (participants == NULL) return finished(patch, ERR_MEMORY);
    enum err rc = json_set_string(conference, "friendlyName", t1_sid);
    if (rc == ERR_OK) rc = json_set_string(participants, "worker", caller_call_sid);
    if (rc == ERR_OK) rc = json_set_string(participants, "taskSid", k_sid);
    return finished(patch, rc);
}

cJSON *call_rules_patch_connected(const char *callee_call_sid, int64_t now_s)
{
    char at[DATE_SIZE];
    date_print_iso8601(now_s, at);

    cJSON *patch = cJSON_CreateObject();
    cJSON *conference = patch == NULL ? NULL : json_add_object(patch, "conference");
    cJSON *participants = conference == NULL ? NULL : json_add_object(conference, "participants");
    if (participants == NULL) return finished(patch, ERR_MEMORY);
    enum err rc = json_set_string(patch, "connectedAt", at);
    if (rc == ERR_OK) rc = json_set_string(participants, "callee", callee_call_sid);
    return finished(patch, rc);
}

cJSON *call_rules_patch_hold(enum call_role holder, bool hold)
{
    cJSON *patch = cJSON_CreateObject();
    cJSON *holds = patch == NULL ? NULL : json_add_object(patch, "hold");
    if (holds == NULL) return finished(patch, ERR_MEMORY);
    return finished(patch, json_set_bool(holds, role_names[holder], hold));
}

const char *const call_rules_told[] = { "outcome", "endedAt",    "connectedAt", "hold",
                                        "away",    CALL_CHANGES, NULL };

bool call_rules_patch_is_told(const cJSON *patch)
{
    size_t i = 0;
    while (call_rules_told[i] != NULL && !cJSON_HasObjectItem(patch, call_rules_told[i]))
        i++;
    return call_rules_told[i] != NULL;
}

bool call_rules_k_is_new(const struct call_facts *facts, int64_t now_s)
{
    int64_t age_s = now_s - facts->claimed_at_s;
    return facts->k_sid[0] != '\0' && age_s > -CALL_NEW_S && age_s < CALL_NEW_S;
}

/* A claim from the future is no younger than one from the past: no clocks differ by so much. */
bool call_rules_claim_is_old(const struct call_facts *facts, int64_t now_s)
{
    int64_t age_s = now_s - facts->claimed_at_s;
    return age_s >= CALL_CLAIM_YOUNG_S || age_s <= -CALL_CLAIM_YOUNG_S;
}

enum claim_decision call_rules_claim(const struct call_facts *facts, enum task_status t1,
                                     const char *my_id, int64_t now_s)
{
    if (facts->outcome != OUTCOME_NONE || !task_status_is_live(t1)) return CLAIM_OVER;
    if (facts->k_sid[0] != '\0') return CLAIM_DONE;
    if (facts->claim_id[0] == '\0') return CLAIM_TAKE;
    if (strcmp(facts->claim_id, my_id) == 0) return CLAIM_MINE;
    return call_rules_claim_is_old(facts, now_s) ? CLAIM_TAKE_OVER : CLAIM_WAIT;
}

bool call_rules_is_older(int64_t created_s, const char *sid, int64_t other_created_s,
                         const char *other_sid)
{
    bool known = created_s > 0 && other_created_s > 0;
    if (known && created_s != other_created_s) return created_s < other_created_s;
    return strcmp(sid, other_sid) < 0;
}

bool call_rules_wins_glare(const char *t1_sid, const char *other_t1_sid)
{
    return strcmp(t1_sid, other_t1_sid) < 0;
}

/* An end from the future may be one of long ago: no clocks differ by so much. */
bool call_rules_is_being_ended(const struct call_facts *facts, int64_t now_s)
{
    int64_t age_s = now_s - facts->ended_at_s;
    return facts->outcome != OUTCOME_NONE && age_s > -CALL_ENDING_S && age_s < CALL_ENDING_S;
}

enum call_outcome call_rules_end_of_talk(enum call_outcome wish)
{
    switch (wish) {
    case OUTCOME_CANCEL:
    case OUTCOME_FAILED:
        return OUTCOME_HANGUP;
    case OUTCOME_DECLINED:
    case OUTCOME_NO_ANSWER:
        return OUTCOME_NONE;
    default:
        return wish;
    }
}

enum close_step call_rules_close_step(enum task_status status)
{
    switch (status) {
    case TASK_PENDING:
    case TASK_RESERVED:
        return CLOSE_CANCEL;
    case TASK_ASSIGNED:
        return CLOSE_WRAP;
    default:
        return CLOSE_NOTHING;
    }
}

bool call_rules_status_is_end(const char *call_status)
{
    static const char *const ends[] = { "completed", "busy", "no-answer", "failed", "canceled" };
    for (size_t i = 0; call_status != NULL && i < sizeof ends / sizeof *ends; i++)
        if (strcmp(call_status, ends[i]) == 0) return true;
    return false;
}

enum call_outcome call_rules_final_outcome(const struct call_view *view)
{
    if (view->facts.outcome != OUTCOME_NONE) return view->facts.outcome;
    if (view->facts.connected_at[0] != '\0') return OUTCOME_HANGUP;
    return view->k_found && view->k == TASK_CANCELED ? OUTCOME_NO_ANSWER : OUTCOME_FAILED;
}

static const char *const state_names[] = {
    [STATE_CALLING] = "calling",     [STATE_RINGING] = "ringing",
    [STATE_CONNECTED] = "connected", [STATE_RECONNECTING] = "reconnecting",
    [STATE_ENDED] = "ended",
};

const char *call_rules_state_name(enum call_state state)
{
    return state_names[state];
}

enum call_state call_rules_state(const struct call_view *view)
{
    if (!view->t1_found || !task_status_is_live(view->t1)) return STATE_ENDED;
    if (view->facts.outcome != OUTCOME_NONE) return STATE_ENDED;
    if (view->facts.connected_at[0] != '\0') return STATE_CONNECTED;
    /* The callee can be quicker than the process that writes K's SID into T1. */
    return view->facts.k_sid[0] != '\0' || view->k_found ? STATE_RINGING : STATE_CALLING;
}
