/*
 * A process reads its configuration once. This notices that the files have changed since, so that
 * nobody who edits them wonders why nothing happens.
 */
#ifndef DIALPAD_CONFIG_WATCH_H
#define DIALPAD_CONFIG_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/file_stamp.h"

struct config_watch {
    char *path;
    char *users_path; /* NULL: none */
    struct file_stamp stamp;
    struct file_stamp users_stamp;
    atomic_int_fast64_t next_ms; /* when to look again */
    atomic_bool told;
};

/*
 * To be called before the configuration is loaded, and config_watch_users after it. Without memory
 * nothing is watched.
 */
void config_watch_start(struct config_watch *watch);
void config_watch_users(struct config_watch *watch, const struct config *config);
void config_watch_stop(struct config_watch *watch);

/* True when a file isn't the one that was read; false also when nothing is watched. */
bool config_watch_is_outdated(const struct config_watch *watch);

/*
 * For the way of every request, at `now_ms` (clock_ms): looks every ten seconds, and logs once what
 * to do. Any thread may call it.
 */
void config_watch_tell(struct config_watch *watch, int64_t now_ms);

#endif
