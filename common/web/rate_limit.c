#include "web/rate_limit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * Room for 8,192 agents who call in the same minute; a place whose last call is older than that
 * is free for any agent. When all places of a bucket are taken, the agent that has been quiet for
 * longest is forgotten and then gets more calls than allowed, never fewer.
 */
enum { BUCKETS = 1024, PLACES = 8 };

/* The holder of the lock needs microseconds; a process that was stopped with it stops no call. */
enum { LOCK_TRIES = 50, LOCK_PAUSE_NS = 1000 * 1000 };

/* All zero: no agent. The times are in no order. */
struct place {
    uint64_t worker;
    int64_t times_s[RATE_LIMIT_CALLS];
};

struct bucket {
    struct place places[PLACES];
};

/* FNV-1a: SIDs are random, so anything that looks at all of their digits spreads them. */
static uint64_t hash(const char *text)
{
    uint64_t sum = 0xcbf29ce484222325;
    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * 0x100000001b3;
    return sum;
}

static enum err open_table(const struct config *config, int *table)
{
    char path[PATH_MAX];
    /* The number is that of the layout: another one has another name. */
    int len =
        snprintf(path, sizeof path, "%s/calls-%s.1", config->state_dir, config->workspace_sid);
    if (len <= 0 || len >= (int)sizeof path) return ERR_INTERNAL;
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags, 0600);
    /* A clean-up may have taken the directory along. */
    if (fd < 0 && errno == ENOENT && mkdir(config->state_dir, 0700) == 0)
        fd = open(path, flags, 0600);
    if (fd < 0) return ERR_FORBIDDEN;
    *table = fd;
    return ERR_OK;
}

/* Released by close, and so by the end of the process. */
static enum err lock_table(int table)
{
    const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(table, LOCK_EX | LOCK_NB) == 0) return ERR_OK;
        if (errno != EWOULDBLOCK && errno != EINTR) return ERR_FORBIDDEN;
        nanosleep(&pause, NULL);
    }
    return ERR_UNAVAILABLE;
}

/*
 * Within the last minute, or the next: a process that had to wait for the lock comes with an older
 * time than those before it. Anything later is from before the clock was set back.
 */
static bool counts(int64_t time_s, int64_t now_s)
{
    return time_s > 0 && now_s - time_s < RATE_LIMIT_WINDOW_S &&
           time_s - now_s < RATE_LIMIT_WINDOW_S;
}

static int64_t newest(const struct place *place, int64_t now_s)
{
    int64_t time_s = 0;
    for (size_t i = 0; i < RATE_LIMIT_CALLS; i++) {
        if (counts(place->times_s[i], now_s) && place->times_s[i] > time_s)
            time_s = place->times_s[i];
    }
    return time_s;
}

/* The Worker's own place, emptied first if it was another's. */
static struct place *place_of(struct bucket *bucket, uint64_t worker, int64_t now_s)
{
    struct place *quietest = &bucket->places[0];
    for (size_t i = 0; i < PLACES; i++) {
        struct place *place = &bucket->places[i];
        if (place->worker == worker) return place;
        if (newest(place, now_s) < newest(quietest, now_s)) quietest = place;
    }
    *quietest = (struct place){ .worker = worker };
    return quietest;
}

/* Enters the time where one is over, or says how long it takes until one will be. */
static int enter(struct place *place, int64_t now_s)
{
    int64_t *oldest = &place->times_s[0];
    for (size_t i = 0; i < RATE_LIMIT_CALLS; i++) {
        int64_t *time_s = &place->times_s[i];
        if (!counts(*time_s, now_s)) {
            *time_s = now_s;
            return 0;
        }
        if (*time_s < *oldest) oldest = time_s;
    }
    int64_t wait_s = *oldest + RATE_LIMIT_WINDOW_S - now_s;
    return wait_s < RATE_LIMIT_WINDOW_S ? (int)wait_s : RATE_LIMIT_WINDOW_S;
}

enum err rate_limit_count(const struct config *config, const char *worker_sid, int64_t now_s,
                          int *wait_s)
{
    const uint64_t worker = hash(worker_sid);
    const off_t at = (off_t)(worker % BUCKETS * sizeof(struct bucket));
    struct bucket bucket = { .places = { { .worker = 0 } } };
    int wait = 0;
    int table = -1;
    enum err rc = open_table(config, &table);
    if (rc != ERR_OK) return rc;
    rc = lock_table(table);
    if (rc != ERR_OK) goto out;
    /* What hasn't been written yet reads as zeros, or not at all. */
    rc = ERR_FORBIDDEN;
    if (pread(table, &bucket, sizeof bucket, at) < 0) goto out;
    wait = enter(place_of(&bucket, worker, now_s), now_s);
    if (wait == 0 && pwrite(table, &bucket, sizeof bucket, at) != (ssize_t)sizeof bucket) goto out;
    *wait_s = wait;
    rc = ERR_OK;
out:
    close(table);
    return rc;
}
