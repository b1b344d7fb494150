#include "directory/agent_lookup.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/users.h"
#include "directory/directory_fetch.h"
#include "directory/directory_refresh.h"
#include "directory/directory_search.h"

/* In a directory that was not read to its end another agent may have the same name. */
static enum err sid_of(const struct directory *directory, const char *user, char sid[SID_SIZE])
{
    struct directory_agent found[2];
    size_t count = directory_search_users(directory, user, found);
    if (count <= 1 && directory_incomplete(directory)) return ERR_UNAVAILABLE;
    if (count == 0) return ERR_NOT_FOUND;
    sid_copy(sid, found[0].sid);
    if (count == 1) return ERR_OK;
    log_warn("%s is the user of %zu Workers, among them %s (%s) and %s (%s)", user, count,
             found[0].sid, found[0].name, found[1].sid, found[1].name);
    return ERR_CONFLICT;
}

/* A Worker who was added a moment ago isn't in the snapshot: then all are read afresh. */
static enum err find_sid(const struct config *config, struct twilio_client *client, bool fastcgi,
                         const char *user, char sid[SID_SIZE])
{
    const struct directory_refresh_options options = {
        .config = config,
        .client = client,
        .fastcgi = fastcgi,
        .may_fetch = true,
    };
    struct directory_view view = { 0 };
    struct directory *fresh = NULL;
    enum err rc = directory_refresh_view(&options, &view);
    if (rc == ERR_OK) rc = sid_of(view.directory, user, sid);
    if (rc == ERR_NOT_FOUND && view.directory != NULL) {
        rc = directory_fetch(config, client, view.directory, &fresh);
        if (rc == ERR_OK) rc = sid_of(fresh, user, sid);
    }
    directory_close(fresh);
    directory_close(view.directory);
    return rc;
}

enum err agent_lookup(const struct config *config, struct twilio_client *client, bool fastcgi,
                      const char *user, struct worker *worker)
{
    const char *attribute = config->user_attribute;
    const struct user *named = users_find(config->users, user);
    if (named != NULL) return taskrouter_worker_fetch(client, named->worker_sid, worker);
    if (strcmp(attribute, "friendly_name") == 0)
        return taskrouter_worker_find(client, user, worker);
    char sid[SID_SIZE];
    enum err rc = find_sid(config, client, fastcgi, user, sid);
    if (rc == ERR_OK) rc = taskrouter_worker_fetch(client, sid, worker);
    if (rc != ERR_OK) return rc;
    const char *value = json_get_string(worker->attributes, attribute);
    if (value != NULL && strcmp(value, user) == 0) return ERR_OK;
    worker_clear(worker);
    return ERR_NOT_FOUND;
}
