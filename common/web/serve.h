/*
 * How a program lives: one plain CGI request, or a FastCGI process with several threads that ends
 * in order when it is told to.
 */
#ifndef DIALPAD_SERVE_H
#define DIALPAD_SERVE_H

#include <stdbool.h>

/*
 * What one thread does: serves requests until it is told to stop or the socket is closed.
 * `stopping` is polled between requests; never true in CGI mode.
 */
typedef void serve_thread(void *context, bool (*stopping)(void));

/*
 * Before libfcgi is initialised and before any thread exists: no signal that asks the program to
 * stop may reach libfcgi's handlers or a thread, whose interrupted read or write isn't repeated.
 */
void serve_block_signals(void);

/*
 * Runs `count` threads and waits for SIGTERM, SIGINT or SIGUSR1, or until the threads end by
 * themselves; returns the exit status. Doesn't return to its caller while a thread is still busy:
 * it ends the process instead, after at most SERVE_STOP_MS.
 */
int serve_fastcgi(serve_thread *run, void *context, int count);

enum {
    /* After SIGTERM: when requests that wait for Twilio are given up, */
    SERVE_GIVE_UP_MS = 3000,
    /* and when the process ends, whatever they do. */
    SERVE_STOP_MS = 4700
};

#endif
