/*
 * The Attributes of a Task, which an agent's browser can rewrite, and every rule that looks at
 * them. The first line is the time and the Tasks' states, the rest is the JSON.
 */
#include "fuzz.h"

#include "base/json.h"
#include "call/call_rules.h"
#include "call/call_rules_away.h"

static bool ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static void check_facts(const struct call_facts *facts)
{
    MUST(facts->k_sid[0] == '\0' || sid_is_task(facts->k_sid));
    MUST(facts->conference_sid[0] == '\0' || sid_is_conference(facts->conference_sid));
    MUST(facts->caller_call_sid[0] == '\0' || sid_is_call(facts->caller_call_sid));
    MUST(facts->worker_call_sid[0] == '\0' || sid_is_call(facts->worker_call_sid));
    MUST(ends(facts->connected_at, CALL_TIME_SIZE) && ends(facts->claim_id, CALL_CLAIM_ID_SIZE));
    MUST(ends(facts->conversation_id, CALL_CLAIM_ID_SIZE));
    MUST(facts->outcome >= OUTCOME_NONE && facts->outcome < OUTCOME__MAX);
}

static void check_away(const cJSON *attributes)
{
    struct call_away away;
    call_rules_away_read(attributes, &away);
    const enum call_role roles[] = { ROLE_CALLER, ROLE_CALLEE };
    for (size_t i = 0; i < 2; i++) {
        const char *leg = call_rules_away_newest_leg(&away, roles[i]);
        MUST(leg[0] == '\0' || sid_is_call(leg));
        MUST(call_rules_away_is(&away, roles[i]) == (call_rules_away_since_s(&away, roles[i]) > 0));
    }
}

static void judge(const struct call_facts *facts, const uint8_t *bytes)
{
    const int64_t now_s = INT64_C(1700000000) + bytes[0];
    enum call_outcome outcome;
    const struct call_view view = {
        .t1_found = bytes[1] % 2,
        .t1 = (enum task_status)(bytes[2] % 6),
        .facts = *facts,
        .k_found = bytes[3] % 2,
        .k = (enum task_status)(bytes[4] % 6),
        .k_leg_ended = bytes[5] % 2,
        .caller_leg_ended = bytes[5] / 2 % 2,
        .rung_s = bytes[6],
        .ring_seconds = 30,
    };
    (void)call_rules_claim(facts, view.t1, "mine", now_s);
    (void)call_rules_state_name(call_rules_state(&view));
    (void)call_rules_final_outcome(&view);
    if (call_rules_ring(&view, &outcome) == RING_CLOSE) {
        MUST(call_rules_outcome_name(outcome) != NULL);
    }
}

/* Merging our own changes into whatever is there leaves them there. */
static void change(cJSON *attributes)
{
    struct call_facts facts;
    cJSON *patch = call_rules_patch_claim("mine", 1700000000);
    MUST(json_merge(attributes, patch) == ERR_OK);
    cJSON_Delete(patch);
    call_rules_read(attributes, &facts);
    MUST(strcmp(facts.claim_id, "mine") == 0 && facts.claimed_at_s == 1700000000);
    patch = call_rules_patch_outcome(OUTCOME_BUSY);
    MUST(json_merge(attributes, patch) == ERR_OK);
    cJSON_Delete(patch);
    call_rules_read(attributes, &facts);
    MUST(facts.outcome == OUTCOME_BUSY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { STATES = 7 };
    struct call_facts facts;
    cJSON *attributes = NULL;
    if (size < STATES) return 0;
    if (json_parse_object((const char *)data + STATES, size - STATES, &attributes) != ERR_OK)
        return 0;
    call_rules_read(attributes, &facts);
    check_facts(&facts);
    check_away(attributes);
    judge(&facts, data);
    change(attributes);
    cJSON_Delete(attributes);
    return 0;
}
