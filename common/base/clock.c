#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t give_up_at_ms = INT64_MAX;

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

int64_t clock_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t deadline_left_ms(const struct deadline *deadline)
{
    int64_t at_ms = atomic_load(&give_up_at_ms);
    if (deadline->at_ms < at_ms) at_ms = deadline->at_ms;
    int64_t now_ms = clock_ms();
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

void deadline_give_up_at(int64_t at_ms)
{
    atomic_store(&give_up_at_ms, at_ms);
}

void clock_pause(int ms)
{
    const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L };
    nanosleep(&pause, NULL);
}
