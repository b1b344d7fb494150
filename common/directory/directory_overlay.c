#include "directory/directory_overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

/*
 * Room for twice TaskRouter's 15,000 Workers, of whom only those count that have changed since the
 * snapshot. Where all places of a bucket are taken, the oldest makes room.
 */
enum { BUCKETS = 4096, PLACES = 8 };

/* The holder of the lock needs microseconds. */
enum { LOCK_TRIES = 50, LOCK_PAUSE_MS = 1 };

/* A record from so far ahead is from before the clock was set back. */
enum { FUTURE_MS = 10 * 1000 };

/* Without implicit padding, because all bytes are summed. All zero: no agent's. */
struct record {
    uint64_t sum; /* over what follows */
    int64_t at_ms;
    char worker_sid[SID_SIZE + 1];
    uint8_t available;
    uint8_t busy;
    uint16_t unused;
    char activity[OVERLAY_ACTIVITY_SIZE];
};

_Static_assert(sizeof(struct record) == 8 + 8 + SID_SIZE + 1 + 4 + OVERLAY_ACTIVITY_SIZE,
               "padding");

/* What stands first. `change` grows with every record that is written. */
struct head {
    int64_t change;
    int64_t newest_ms;
};

struct bucket {
    struct record places[PLACES];
};

/* FNV-1a: SIDs are random, so anything that looks at all of their digits spreads them. */
static off_t bucket_offset(const char *worker_sid)
{
    uint64_t sum = 0xcbf29ce484222325;
    for (; *worker_sid != '\0'; worker_sid++)
        sum = (sum ^ (unsigned char)*worker_sid) * 0x100000001b3;
    return (off_t)sizeof(struct head) + (off_t)(sum % BUCKETS) * (off_t)sizeof(struct bucket);
}

static uint64_t sum_of(const struct record *record)
{
    const char *rest = (const char *)record + sizeof record->sum;
    return directory_image_sum(0, rest, sizeof *record - sizeof record->sum);
}

static bool is_whole(const struct record *record)
{
    return record->worker_sid[0] != '\0' && record->sum == sum_of(record) &&
           memchr(record->activity, '\0', sizeof record->activity) != NULL;
}

static enum err path_of(const struct config *config, char path[PATH_MAX])
{
    /* The number is that of the layout: another one has another name. */
    int len =
        snprintf(path, PATH_MAX, "%s/presence-%s.1", config->state_dir, config->workspace_sid);
    return len > 0 && len < PATH_MAX ? ERR_OK : ERR_INTERNAL;
}

/* A file that every user may write could show anything of anybody. */
static bool may_be_used(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IWOTH) == 0;
}

static int open_file(const struct config *config, int flags)
{
    char path[PATH_MAX];
    if (path_of(config, path) != ERR_OK) return -1;
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0 || may_be_used(fd)) return fd;
    close(fd);
    return -1;
}

/* What isn't there reads as zeros. */
static void read_at(int fd, off_t offset, void *data, size_t size)
{
    memset(data, 0, size);
    if (pread(fd, data, size, offset) != (ssize_t)size) memset(data, 0, size);
}

/* Released by close, and so by the end of the process. */
static enum err lock(int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) return ERR_OK;
        if (errno != EWOULDBLOCK && errno != EINTR) return ERR_FORBIDDEN;
        clock_pause(LOCK_PAUSE_MS);
    }
    return ERR_UNAVAILABLE;
}

static struct record *find(struct bucket *bucket, const char *worker_sid)
{
    for (size_t i = 0; i < PLACES; i++) {
        struct record *record = &bucket->places[i];
        if (is_whole(record) && strncmp(record->worker_sid, worker_sid, SID_SIZE) == 0)
            return record;
    }
    return NULL;
}

static struct record *place_for(struct bucket *bucket, const char *worker_sid)
{
    struct record *place = find(bucket, worker_sid);
    for (size_t i = 0; place == NULL && i < PLACES; i++)
        if (!is_whole(&bucket->places[i])) place = &bucket->places[i];
    if (place != NULL) return place;
    place = &bucket->places[0];
    for (size_t i = 1; i < PLACES; i++)
        if (bucket->places[i].at_ms < place->at_ms) place = &bucket->places[i];
    return place;
}

static void fill(struct record *record, const char *worker_sid, const struct overlay_state *state)
{
    memset(record, 0, sizeof *record);
    record->at_ms = state->at_ms;
    sid_copy(record->worker_sid, worker_sid);
    record->available = state->available;
    record->busy = state->busy;
    size_t len = utf8_cut(state->activity, strlen(state->activity), sizeof record->activity - 1);
    memcpy(record->activity, state->activity, len);
    record->sum = sum_of(record);
}

/* The record first: whoever sees the new head sees what it stands for. */
static enum err write_record(int fd, const char *worker_sid, const struct overlay_state *state)
{
    struct bucket bucket;
    struct head head;
    const off_t offset = bucket_offset(worker_sid);
    read_at(fd, 0, &head, sizeof head);
    read_at(fd, offset, &bucket, sizeof bucket);
    const struct record *known = find(&bucket, worker_sid);
    int64_t later_ms = known != NULL ? state->at_ms - known->at_ms : OVERLAY_PAUSE_MS;
    if (later_ms < 0 && later_ms > -FUTURE_MS) return ERR_OK;
    if (later_ms >= 0 && later_ms < OVERLAY_PAUSE_MS) return ERR_RATE;
    fill(place_for(&bucket, worker_sid), worker_sid, state);
    /* Where the file was deleted, a number that no tag has shown yet. */
    head.change = head.change >= state->at_ms ? head.change + 1 : state->at_ms;
    if (state->at_ms > head.newest_ms) head.newest_ms = state->at_ms;
    bool written = pwrite(fd, &bucket, sizeof bucket, offset) == (ssize_t)sizeof bucket &&
                   pwrite(fd, &head, sizeof head, 0) == (ssize_t)sizeof head;
    return written ? ERR_OK : ERR_FORBIDDEN;
}

enum err directory_overlay_tell(const struct config *config, const char *worker_sid,
                                const struct overlay_state *state)
{
    int fd = open_file(config, O_RDWR | O_CREAT);
    if (fd < 0) return ERR_FORBIDDEN;
    enum err rc = lock(fd);
    if (rc == ERR_OK) rc = write_record(fd, worker_sid, state);
    close(fd);
    return rc;
}

void directory_overlay_open(const struct config *config, const struct directory *directory,
                            struct directory_overlay *overlay)
{
    struct head head;
    *overlay = (struct directory_overlay){
        .fd = open_file(config, O_RDONLY),
        .since_ms = directory->header->created_s * 1000 - OVERLAY_REST_LAG_MS,
        .until_ms = clock_wall_ms() + FUTURE_MS,
    };
    if (overlay->fd < 0) return;
    read_at(overlay->fd, 0, &head, sizeof head);
    if (head.newest_ms <= overlay->since_ms) {
        directory_overlay_close(overlay);
        return;
    }
    /* With the snapshot's time: a later one may end what an older record has said. */
    overlay->sum = directory_image_sum(0, &head, sizeof head);
    overlay->sum = directory_image_sum(overlay->sum, &overlay->since_ms, sizeof overlay->since_ms);
}

void directory_overlay_close(struct directory_overlay *overlay)
{
    if (overlay->fd >= 0) close(overlay->fd);
    overlay->fd = -1;
}

void directory_overlay_apply(const struct directory_overlay *overlay,
                             struct directory_result *result, struct overlay_texts *texts)
{
    struct bucket bucket;
    for (size_t i = 0; overlay->fd >= 0 && i < result->count; i++) {
        struct directory_agent *agent = &result->agents[i];
        read_at(overlay->fd, bucket_offset(agent->sid), &bucket, sizeof bucket);
        const struct record *told = find(&bucket, agent->sid);
        if (told == NULL || told->at_ms <= overlay->since_ms || told->at_ms > overlay->until_ms)
            continue;
        memcpy(texts->list[i], told->activity, sizeof told->activity);
        agent->activity = texts->list[i];
        agent->available = told->available == 1;
        agent->busy = told->busy == 1 ? DIRECTORY_BUSY : DIRECTORY_FREE;
    }
}
