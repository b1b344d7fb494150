/*
 * The answer of list-agents.
 */
#ifndef DIALPAD_AGENTS_REPLY_H
#define DIALPAD_AGENTS_REPLY_H

#include "base/strbuf.h"
#include "directory/directory_search.h"

/*
 * {"agents":[{"sid","name","contactUri","activity","available","busy"}],"total","stale"}; `busy`
 * is null where it is unknown. Written straight into `out`: a tree of 50 agents would cost more
 * than the search. What doesn't fit is remembered by `out`, as always.
 */
void agents_reply(struct strbuf *out, const struct directory_result *result, bool stale);

#endif
