#include "base/config_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_load.h"
#include "base/log.h"

enum { EVERY_MS = 10 * 1000 };

void config_watch_start(struct config_watch *watch)
{
    memset(watch, 0, sizeof *watch);
    watch->path = config_load_path();
    if (watch->path != NULL) file_stamp_take(watch->path, &watch->stamp);
}

void config_watch_users(struct config_watch *watch, const struct config *config)
{
    if (config->users_path == NULL) return;
    watch->users_path = strdup(config->users_path);
    if (watch->users_path != NULL) file_stamp_take(watch->users_path, &watch->users_stamp);
}

void config_watch_stop(struct config_watch *watch)
{
    free(watch->path);
    free(watch->users_path);
    watch->path = NULL;
    watch->users_path = NULL;
}

/* Which file has changed, or NULL. */
static const char *changed_file(const struct config_watch *watch)
{
    if (watch->path != NULL && file_stamp_is_old(watch->path, &watch->stamp)) return watch->path;
    if (watch->users_path != NULL && file_stamp_is_old(watch->users_path, &watch->users_stamp))
        return watch->users_path;
    return NULL;
}

bool config_watch_is_outdated(const struct config_watch *watch)
{
    return changed_file(watch) != NULL;
}

void config_watch_tell(struct config_watch *watch, int64_t now_ms)
{
    int_fast64_t next_ms = atomic_load(&watch->next_ms);
    if (now_ms < next_ms || atomic_load(&watch->told)) return;
    /* One thread of those that come by looks. */
    if (!atomic_compare_exchange_strong(&watch->next_ms, &next_ms, now_ms + EVERY_MS)) return;
    const char *path = changed_file(watch);
    if (path == NULL) return;
    atomic_store(&watch->told, true);
    log_warn("%s has changed since this process has read it: restart to use it (systemctl reload "
             "dialpad.target)",
             path);
}
