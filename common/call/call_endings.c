#include "call/call_endings.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "call/call_rules.h"

/* More than one process has calls at a time; 50 kB. */
enum { CALLS_MAX = 400, DONE_MS = 60000 };

/* How long a report waits for what another one reads, and how often it looks. */
enum { WAIT_MAX_MS = 1000, WAIT_STEP_MS = 20 };

struct known {
    char t1_sid[SID_SIZE];
    char k_sid[SID_SIZE]; /* "" while not known */
    enum call_ending ending;
    int64_t until_ms;        /* until then the ending counts */
    int64_t asking_until_ms; /* somebody asks Twilio about it */
    bool looked_at;          /* somebody is looking, or has looked and found it done */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct known calls[CALLS_MAX]; /* a ring; a T1 that is "" is free */
static size_t next;
static int lookers;

static struct known *find(const char *task_sid)
{
    for (size_t i = 0; task_sid[0] != '\0' && i < CALLS_MAX; i++) {
        if (strcmp(calls[i].t1_sid, task_sid) == 0) return &calls[i];
        if (strcmp(calls[i].k_sid, task_sid) == 0) return &calls[i];
    }
    return NULL;
}

static struct known *find_or_add(const char *t1_sid)
{
    struct known *known = find(t1_sid);
    if (known != NULL) return known;
    known = &calls[next];
    next = (next + 1) % CALLS_MAX;
    memset(known, 0, sizeof *known);
    sid_copy(known->t1_sid, t1_sid);
    return known;
}

/* True: `ending` is the answer. False: somebody else is asking. */
static bool try_ask(const char *task_sid, enum call_ending *ending)
{
    int64_t now_ms = clock_ms();
    *ending = ENDING_UNKNOWN;
    struct known *known = find(task_sid);
    if (known == NULL) return true;
    if (now_ms < known->until_ms) *ending = known->ending;
    if (*ending != ENDING_UNKNOWN) return true;
    if (now_ms < known->asking_until_ms) return false;
    known->asking_until_ms = now_ms + WAIT_MAX_MS;
    return true;
}

enum call_ending call_endings_ask(const char *task_sid)
{
    enum call_ending ending;
    for (;;) {
        pthread_mutex_lock(&lock);
        bool answered = try_ask(task_sid, &ending);
        pthread_mutex_unlock(&lock);
        if (answered) return ending;
        clock_pause(WAIT_STEP_MS);
    }
}

void call_endings_asked(const char *task_sid)
{
    pthread_mutex_lock(&lock);
    struct known *known = find(task_sid);
    if (known != NULL) known->asking_until_ms = 0;
    pthread_mutex_unlock(&lock);
}

void call_endings_t1(const char *task_sid, char t1_sid[SID_SIZE])
{
    pthread_mutex_lock(&lock);
    const struct known *known = find(task_sid);
    t1_sid[0] = '\0';
    if (known != NULL) sid_copy(t1_sid, known->t1_sid);
    pthread_mutex_unlock(&lock);
}

void call_endings_pair(const char *t1_sid, const char *k_sid)
{
    pthread_mutex_lock(&lock);
    sid_copy(find_or_add(t1_sid)->k_sid, k_sid);
    pthread_mutex_unlock(&lock);
}

void call_endings_note(const char *t1_sid, enum call_ending ending)
{
    pthread_mutex_lock(&lock);
    struct known *known = find_or_add(t1_sid);
    if (ending > known->ending) {
        known->ending = ending;
        known->until_ms = clock_ms() + (ending == ENDING_DONE ? DONE_MS : CALL_ENDING_S * 1000);
    }
    pthread_mutex_unlock(&lock);
}

enum ending_look call_endings_look(const char *task_sid, int most, char t1_sid[SID_SIZE])
{
    enum ending_look look = LOOK_MINE;
    pthread_mutex_lock(&lock);
    struct known *known = find(task_sid);
    if (known != NULL && known->looked_at) {
        look = LOOK_OTHERS;
    } else if (known == NULL || lookers >= most) {
        look = LOOK_NO_ROOM;
    } else {
        known->looked_at = true;
        lookers++;
        sid_copy(t1_sid, known->t1_sid);
    }
    pthread_mutex_unlock(&lock);
    return look;
}

void call_endings_looked(const char *t1_sid, bool done)
{
    pthread_mutex_lock(&lock);
    struct known *known = find(t1_sid);
    if (known != NULL && !done) known->looked_at = false;
    lookers--;
    pthread_mutex_unlock(&lock);
}
