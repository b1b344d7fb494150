/*
 * The answer of list-agents.
 */
#ifndef DIALPAD_AGENTS_REPLY_H
#define DIALPAD_AGENTS_REPLY_H

#include "base/strbuf.h"
#include "directory/directory_search.h"

/*
 * {"agents":[{"sid","name","contactUri","activity","available","busy"}],"total","stale"}; `busy`
 * is null where it is unknown. `friendlyName` is added where the name alone doesn't tell an agent
 * from another, and `fields`, in their order, where the agent has some of DIALPAD_LIST_FIELDS:
 * {"team":"Billing"}. For a text that was typed, `match` says which parts of the name it found,
 * [[start,length],...] in UTF-16 units, and `exact` whether it is the whole name: the page compares
 * no names itself.
 *
 * Written straight into `out`: a tree of 50 agents would cost more than the search. What doesn't
 * fit is remembered by `out`, as always. ERR_INPUT when `text` (NULL: none) isn't UTF-8.
 */
enum err agents_reply(struct strbuf *out, const struct directory *directory,
                      const struct directory_result *result, const char *text,
                      bool stale) MUST_CHECK;

#endif
