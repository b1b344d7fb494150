/*
 * How the files taskrouter_*.c reach the configured workspace: its resources and its lists;
 * private to them.
 */
#ifndef DIALPAD_TASKROUTER_H
#define DIALPAD_TASKROUTER_H

#include <cjson/cJSON.h>

#include "base/err.h"
#include "twilio/twilio_client.h"

enum { TASKROUTER_PATH_SIZE = 192 };

/*
 * "/v1/Workspaces/WS…/Tasks/WT…/Reservations". `sid` NULL is the collection itself; otherwise it
 * must be a SID of the kind `prefix`, ERR_INPUT if it isn't. `below` is a literal, "" for nothing.
 */
enum err taskrouter_path(const struct twilio_client *client, const char *collection,
                         const char *sid, const char *prefix, const char *below,
                         char path[TASKROUTER_PATH_SIZE]) MUST_CHECK;

enum { TASKROUTER_FILTERS_MAX = 3 };

struct taskrouter_filter {
    const char *name;
    const char *value; /* NULL: no such filter */
};

/* One of the workspace's lists; the first four members as for taskrouter_path. */
struct taskrouter_list {
    const char *collection;
    const char *sid;
    const char *prefix;
    const char *below;
    const char *key; /* the member of a page that holds its elements */
    struct taskrouter_filter filters[TASKROUTER_FILTERS_MAX];
    enum err (*each)(void *context, const cJSON *element);
};

/* Calls list->each for each element, page by page; stops at the first error. */
enum err taskrouter_each(struct twilio_client *client, const struct taskrouter_list *list,
                         void *context) MUST_CHECK;

#endif
