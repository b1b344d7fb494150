#include "call/call_heard.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"

/* As many as one process is told in some seconds; older ones give way. */
enum { REPORTS = 256 };

struct report {
    struct heard_leg leg;
    bool in;
    int64_t until_ms;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct report reports[REPORTS];
static size_t next_report;

static void add(const struct heard_leg *leg, bool in)
{
    pthread_mutex_lock(&lock);
    reports[next_report] = (struct report){ *leg, in, clock_ms() + CALL_HEARD_MS };
    next_report = (next_report + 1) % REPORTS;
    pthread_mutex_unlock(&lock);
}

void call_heard_join(const struct heard_leg *leg)
{
    add(leg, true);
}

void call_heard_leave(const char *call_sid)
{
    struct heard_leg leg = { .role = ROLE_NONE };
    sid_copy(leg.call_sid, call_sid);
    add(&leg, false);
}

/* The newest report of this leg that still counts; NULL: none. The lock is held. */
static const struct report *newest(const char *call_sid, int64_t now_ms)
{
    for (size_t i = 1; i <= REPORTS; i++) {
        const struct report *report = &reports[(next_report + REPORTS - i) % REPORTS];
        if (report->until_ms > now_ms && strcmp(report->leg.call_sid, call_sid) == 0) return report;
    }
    return NULL;
}

static bool was_said(const char *call_sid, bool in)
{
    pthread_mutex_lock(&lock);
    const struct report *report = newest(call_sid, clock_ms());
    bool said = report != NULL && report->in == in;
    pthread_mutex_unlock(&lock);
    return said;
}

bool call_heard_is_gone(const char *call_sid)
{
    return was_said(call_sid, false);
}

bool call_heard_is_in(const char *call_sid)
{
    return was_said(call_sid, true);
}

bool call_heard_find(const char *t1_sid, enum call_role role, struct heard_leg *leg)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    int64_t now_ms = clock_ms();
    for (size_t i = 1; i <= REPORTS && !found; i++) {
        const struct report *report = &reports[(next_report + REPORTS - i) % REPORTS];
        found = report->in && report->until_ms > now_ms && report->leg.role == role &&
                strcmp(report->leg.t1_sid, t1_sid) == 0 &&
                newest(report->leg.call_sid, now_ms) == report;
        if (found) *leg = report->leg;
    }
    pthread_mutex_unlock(&lock);
    return found;
}
