#include "judge_words.h"

#include <stdio.h>

/* Put out, hold, resume, forget a hold, close the seat, away, back, make, close the call. */
static const char letters[] = "PHRFSABMX";

static const char *reason_of(const struct judge_action *action)
{
    static const char *const whys[] = { "", "wish", "consult", "transfer", "reconnect" };
    if (action->act == JUDGE_HOLD) return whys[action->why];
    bool ends = action->act == JUDGE_CLOSE_SEAT || action->act == JUDGE_CLOSE_CALL;
    return ends ? call_rules_outcome_name(action->outcome) : "";
}

void judge_words(const struct judge_actions *actions, char words[JUDGE_WORDS_SIZE])
{
    size_t len = 0;
    words[0] = '\0';
    for (size_t i = 0; i < actions->count && len < JUDGE_WORDS_SIZE; i++) {
        const struct judge_action *action = &actions->list[i];
        char seat[4] = "";
        char holder[4] = "";
        if (action->seat != JUDGE_NOBODY) snprintf(seat, sizeof seat, "%zu", action->seat % 10);
        if (action->act == JUDGE_RELEASE)
            snprintf(holder, sizeof holder, "/%zu", action->holder % 10);
        len += (size_t)snprintf(words + len, JUDGE_WORDS_SIZE - len, "%s%c%s%s%s", i > 0 ? " " : "",
                                letters[action->act], seat, holder, reason_of(action));
    }
}
