#include "call/call_rooms.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "auth/pass.h"

/* More than one process has calls at a time; 40 kB. */
enum { ROOMS_MAX = 400 };

struct room {
    char name[PASS_NAME_SIZE];
    char conference_sid[SID_SIZE];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct room rooms[ROOMS_MAX]; /* a ring; a name that is "" is free */
static size_t next;

static struct room *find(const char *name)
{
    for (size_t i = 0; i < ROOMS_MAX; i++)
        if (strcmp(rooms[i].name, name) == 0) return &rooms[i];
    return NULL;
}

bool call_rooms_recall(const char *room, char conference_sid[SID_SIZE])
{
    pthread_mutex_lock(&lock);
    const struct room *known = room[0] != '\0' ? find(room) : NULL;
    if (known != NULL) sid_copy(conference_sid, known->conference_sid);
    pthread_mutex_unlock(&lock);
    return known != NULL;
}

void call_rooms_remember(const char *room, const char *conference_sid)
{
    size_t len = strlen(room);
    if (len == 0 || len >= PASS_NAME_SIZE) return;
    pthread_mutex_lock(&lock);
    struct room *known = find(room);
    if (known == NULL) {
        known = &rooms[next];
        next = (next + 1) % ROOMS_MAX;
    }
    memcpy(known->name, room, len + 1);
    sid_copy(known->conference_sid, conference_sid);
    pthread_mutex_unlock(&lock);
}

void call_rooms_forget(const char *room)
{
    pthread_mutex_lock(&lock);
    struct room *known = room[0] != '\0' ? find(room) : NULL;
    if (known != NULL) memset(known, 0, sizeof *known);
    pthread_mutex_unlock(&lock);
}
