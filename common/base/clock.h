/*
 * Time, read in one place, and deadlines.
 */
#ifndef DIALPAD_CLOCK_H
#define DIALPAD_CLOCK_H

#include <stdint.h>

/* Milliseconds that only ever grow, also when the clock is set. */
int64_t clock_ms(void);

/* The time since 1970, for tokens and whatever else leaves this machine. */
int64_t clock_wall_s(void);
int64_t clock_wall_ms(void);

/* When something has to be finished, in the milliseconds of clock_ms(). */
struct deadline {
    int64_t at_ms;
};

/* What is left of it, never negative; no more than what deadline_give_up_at() leaves. */
int64_t deadline_left_ms(const struct deadline *deadline);

/*
 * A ceiling for every deadline of the process, set when the program is told to stop. May be called
 * from a signal handler and from any thread.
 */
void deadline_give_up_at(int64_t at_ms);

/* Lets this thread rest. */
void clock_pause(int ms);

#endif
