/*
 * The Attributes of a Task, which an agent's browser can rewrite, and every rule that looks at
 * them. The first line is the time and the Tasks' states, the rest is the JSON.
 */
#include "fuzz.h"

#include "base/json.h"
#include "call/call_seats.h"

static bool ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static void check_facts(const struct call_facts *facts)
{
    MUST(facts->k_sid[0] == '\0' || sid_is_task(facts->k_sid));
    MUST(ends(facts->connected_at, CALL_TIME_SIZE) && ends(facts->claim_id, CALL_ID_SIZE));
    MUST(ends(facts->conversation_id, CALL_ID_SIZE));
    MUST(facts->outcome >= OUTCOME_NONE && facts->outcome < OUTCOME__MAX);
    for (enum call_role role = 0; role < ROLE__MAX; role++) {
        const char *leg = facts->party[role].rejoined_leg;
        MUST(leg[0] == '\0' || sid_is_call(leg));
    }
}

static void judge(const struct call_facts *facts, const uint8_t *bytes)
{
    const int64_t now_s = INT64_C(1700000000) + bytes[0];
    struct judge_view seats;
    struct judge_actions actions;
    const struct call_view view = {
        .t1_found = bytes[1] % 2,
        .t1 = (enum task_status)(bytes[2] % 6),
        .facts = *facts,
        .k_found = bytes[3] % 2,
        .k = (enum task_status)(bytes[4] % 6),
        .leg_ended = { bytes[5] / 2 % 2, bytes[5] % 2 },
        .rung_s = bytes[6],
        .ring_seconds = 30,
    };
    (void)call_rules_claim(facts, view.t1, "mine", now_s);
    (void)call_rules_state_name(call_rules_state(&view));
    (void)call_rules_final_outcome(&view);
    call_seats_of_ring(&view, &seats);
    call_judge(&seats, &actions);
    const struct judge_action *end = call_judge_find(&actions, JUDGE_CLOSE_CALL);
    if (end != NULL) MUST(call_rules_outcome_name(end->outcome) != NULL);
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
    patch = call_rules_patch_outcome(OUTCOME_BUSY, 1795414207);
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
    judge(&facts, data);
    change(attributes);
    cJSON_Delete(attributes);
    return 0;
}
