#include "web/serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"

static atomic_bool stop_asked;

static bool is_stopping(void)
{
    return atomic_load(&stop_asked);
}

struct thread {
    serve_thread *run;
    void *context;
};

static void *thread_main(void *argument)
{
    const struct thread *thread = argument;
    thread->run(thread->context, is_stopping);
    /* Even unasked it ends the process, which has no use any more without a socket. */
    kill(getpid(), SIGTERM);
    return NULL;
}

/* SIGUSR1 is how some web servers ask for what others ask for by SIGTERM; libfcgi catches both. */
static void set_of_stop_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGUSR1);
}

void serve_block_signals(void)
{
    sigset_t signals;
    set_of_stop_signals(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/*
 * Who else holds the listening socket? SO_PEERCRED names the process that called listen: if it is
 * ours, or no longer exists (spawn-fcgi), no other process waits on this socket.
 */
static bool socket_is_ours_alone(void)
{
    struct ucred listener;
    socklen_t size = sizeof listener;
    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) return false;
    if (listener.pid <= 0) return false;
    if (listener.pid == getpid()) return true;
    return kill(listener.pid, 0) != 0 && errno == ESRCH;
}

/*
 * A socket of ours is shut for reading: new connects are refused at once (the web server goes to
 * the next backend), the threads drain the backlog and then find it closed. A socket that systemd
 * or a parent holds must not be shut, because that would be for good: the threads stop between
 * requests and leave the backlog to the next process.
 */
static void ask_to_stop(void)
{
    deadline_give_up_at(clock_ms() + SERVE_GIVE_UP_MS);
    if (socket_is_ours_alone() && shutdown(STDIN_FILENO, SHUT_RD) == 0) return;
    atomic_store(&stop_asked, true);
}

static void join_all(pthread_t *threads, int count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SERVE_STOP_MS / 1000;
    until.tv_nsec += (SERVE_STOP_MS % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    for (int i = 0; i < count; i++) {
        if (pthread_timedjoin_np(threads[i], NULL, &until) != 0) {
            log_warn("a request was still in hand at the end");
            _exit(0);
        }
    }
}

int serve_fastcgi(serve_thread *run, void *context, int count)
{
    sigset_t signals;
    set_of_stop_signals(&signals);
    signal(SIGPIPE, SIG_IGN);

    struct thread thread = { run, context };
    pthread_t threads[CONFIG_MAX_THREADS];
    int started = 0;
    while (started < count && started < CONFIG_MAX_THREADS &&
           pthread_create(&threads[started], NULL, thread_main, &thread) == 0) {
        started++;
    }
    if (started == 0) {
        log_error("no thread could be started");
        return EXIT_FAILURE;
    }
    if (started < count)
        log_warn("only %d of %d threads could be started (TasksMax, ulimit -u)", started, count);
    int signal_number;
    sigwait(&signals, &signal_number);
    ask_to_stop();
    join_all(threads, started);
    return EXIT_SUCCESS;
}
