/*
 * What the judge has decided, as the rows of a table write it: each action's letter, whose seat it
 * is, and why or by whom: "H1reconnect A0".
 */
#ifndef DIALPAD_TEST_JUDGE_WORDS_H
#define DIALPAD_TEST_JUDGE_WORDS_H

#include "call/call_judge.h"

enum { JUDGE_WORDS_SIZE = 400 };

void judge_words(const struct judge_actions *actions, char words[JUDGE_WORDS_SIZE]);

#endif
