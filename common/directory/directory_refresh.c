#include "directory/directory_refresh.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "directory/directory_fetch.h"
#include "directory/directory_file.h"

enum {
    BACKGROUND_MS = 60 * 1000, /* 15 pages of Workers on a bad day */
    RETRY_S = 5,               /* after a failed refresh none is tried again for so long */
    WAIT_MS = 1000,            /* how long a request waits for another process's snapshot */
    WAIT_STEP_MS = 20,
    GRACE_MS = 500 /* what a thread needs to hand over what it has when its time is up */
};

/* What all requests of a process share. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t idle;       /* `running` has become false */
    struct directory *current; /* the newest snapshot that this process has seen */
    bool running;
    bool failed;     /* how the last refresh into memory ended, */
    int64_t ended_s; /* and when */
    /* The background's own, used by one thread at a time and kept for its connections. */
    struct twilio_client *client;
    struct deadline deadline;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER, .idle = PTHREAD_COND_INITIALIZER };

/* The newest snapshot there is, or NULL. */
static struct directory *take_current(const struct config *config)
{
    struct directory *directory = NULL;
    pthread_mutex_lock(&shared.lock);
    if (directory_file_reopen(config, &shared.current) == ERR_OK)
        directory = directory_share(shared.current);
    pthread_mutex_unlock(&shared.lock);
    return directory;
}

/* Keeps a snapshot that could not be stored, unless what is there is better. */
static void keep_in_memory(struct directory *directory)
{
    pthread_mutex_lock(&shared.lock);
    if (shared.current == NULL || directory_incomplete(shared.current) ||
        !directory_incomplete(directory)) {
        directory_close(shared.current);
        shared.current = directory_share(directory);
    }
    pthread_mutex_unlock(&shared.lock);
}

static void note_in_memory(bool failed)
{
    pthread_mutex_lock(&shared.lock);
    shared.failed = failed;
    shared.ended_s = clock_wall_s();
    pthread_mutex_unlock(&shared.lock);
}

/* How the last refresh ended: of all processes, or of this one where they can't share a file. */
static struct directory_attempt last_attempt(const struct config *config)
{
    struct directory_attempt attempt;
    directory_file_last_attempt(config, &attempt);
    pthread_mutex_lock(&shared.lock);
    /* One of before the clock was set back is no longer the last. */
    if (shared.ended_s >= attempt.ended_s && shared.ended_s <= clock_wall_s()) {
        attempt.failed = shared.failed;
        attempt.ended_s = shared.ended_s;
    }
    pthread_mutex_unlock(&shared.lock);
    return attempt;
}

/* What the background needs to know; `lock` is -1 where the state directory can't be written. */
struct job {
    const struct config *config;
    bool fastcgi;
    int lock;
    void (*on_wrapping)(struct twilio_client *client, const void *context, const char *task_sid);
    const void *context;
    struct twilio_client *client;
};

static void pass_wrapping(void *context, const char *task_sid)
{
    const struct job *job = context;
    job->on_wrapping(job->client, job->context, task_sid);
}

static enum err refresh_memory(const struct config *config, struct twilio_client *client)
{
    struct directory *previous = take_current(config);
    struct directory *fetched = NULL;
    enum err rc = directory_fetch(config, client, previous, &fetched);
    note_in_memory(rc != ERR_OK || directory_incomplete(fetched));
    if (rc == ERR_OK) keep_in_memory(fetched);
    directory_close(fetched);
    directory_close(previous);
    return rc;
}

static void run_job(struct job *job)
{
    enum err rc = ERR_FORBIDDEN;
    if (job->lock >= 0) {
        rc = directory_fetch_into_file(job->config, job->client, job->lock,
                                       job->on_wrapping != NULL ? pass_wrapping : NULL, job);
    }
    /* No file, or a full disk: then the snapshot lives in this process alone. */
    if (rc == ERR_FORBIDDEN && job->fastcgi) rc = refresh_memory(job->config, job->client);
    if (rc != ERR_OK) log_warn("the agent directory could not be refreshed: %s", err_name(rc));
}

static void close_lock(int lock)
{
    if (lock >= 0) close(lock);
}

/* False when this process is at it already. */
static bool claim(void)
{
    pthread_mutex_lock(&shared.lock);
    bool claimed = !shared.running;
    shared.running = true;
    pthread_mutex_unlock(&shared.lock);
    return claimed;
}

static void release(void)
{
    pthread_mutex_lock(&shared.lock);
    shared.running = false;
    pthread_cond_broadcast(&shared.idle);
    pthread_mutex_unlock(&shared.lock);
}

static void *thread_main(void *argument)
{
    struct job *job = argument;
    shared.deadline.at_ms = clock_ms() + BACKGROUND_MS;
    if (shared.client == NULL) shared.client = twilio_client_new(job->config, &shared.deadline);
    job->client = shared.client;
    if (job->client != NULL) run_job(job);
    close_lock(job->lock);
    free(job);
    release();
    return NULL;
}

/* Takes `lock` over. */
static void start_thread(const struct job *description)
{
    pthread_t thread;
    pthread_attr_t detached;
    struct job *job = malloc(sizeof *job);
    if (job == NULL || !claim()) {
        free(job);
        close_lock(description->lock);
        return;
    }
    *job = *description;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &detached, thread_main, job) != 0) {
        log_warn("no thread could be started to refresh the agent directory");
        close_lock(job->lock);
        free(job);
        release();
    }
    pthread_attr_destroy(&detached);
}

/*
 * The web server waits until no process holds the descriptors that it gave us: the child lets them
 * go. They are replaced, not only closed, so that nothing else is opened under their numbers.
 */
static void let_go_of_server(void)
{
    setsid();
    int null = open("/dev/null", O_RDWR);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (null >= 0)
            dup2(null, fd);
        else
            close(fd);
    }
    if (null > STDERR_FILENO) close(null);
}

/*
 * No process has to wait for the child's child, and the lock goes with it: a lock of flock(2) is
 * held until the last process that has it is gone.
 */
static void start_child(struct job *job)
{
    if (job->lock < 0) return; /* what the child fetches would reach no process without a file */
    pid_t child = fork();
    if (child == 0) {
        if (fork() != 0) _exit(0);
        let_go_of_server();
        struct deadline deadline = { .at_ms = clock_ms() + BACKGROUND_MS };
        job->client = twilio_client_new(job->config, &deadline);
        if (job->client != NULL) run_job(job);
        _exit(0);
    }
    if (child > 0) waitpid(child, NULL, 0);
    close(job->lock);
}

/* Takes `lock` over. */
static void start_background(const struct directory_refresh_options *options, int lock)
{
    struct job job = {
        .config = options->config,
        .fastcgi = options->fastcgi,
        .lock = lock,
        .on_wrapping = options->on_wrapping,
        .context = options->context,
    };
    if (options->fastcgi)
        start_thread(&job);
    else
        start_child(&job);
}

/* A refresh is under way in this process: nothing needs to be asked of the file system. */
static bool is_running(void)
{
    pthread_mutex_lock(&shared.lock);
    bool running = shared.running;
    pthread_mutex_unlock(&shared.lock);
    return running;
}

/* A refresh is under way or has just failed: then there is nothing to start. */
static void start_if_due(const struct directory_refresh_options *options)
{
    const struct config *config = options->config;
    if (is_running()) return;
    struct directory_attempt attempt = last_attempt(config);
    int64_t now_s = clock_wall_s();
    if (attempt.failed && now_s >= attempt.ended_s && now_s - attempt.ended_s < RETRY_S) return;
    int lock = -1;
    if (directory_file_lock(config, &lock) != ERR_CONFLICT) start_background(options, lock);
}

static void pause_a_moment(void)
{
    const struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000L };
    nanosleep(&step, NULL);
}

/*
 * One thread of a process fetches, all others wait for what it brings, which is no later than its
 * own request's deadline: many at once would only slow each other down. True when this thread is
 * the one; false with a snapshot, or with NULL when waiting was in vain.
 */
static bool claim_or_wait(const struct directory_refresh_options *options,
                          struct directory **directory)
{
    const struct config *config = options->config;
    int64_t until_ms = clock_ms() + twilio_client_left_ms(options->client) + GRACE_MS;
    for (;;) {
        *directory = take_current(config);
        if (*directory != NULL) return false;
        if (claim()) return true;
        if (clock_ms() >= until_ms) return false;
        pause_a_moment();
    }
}

/* Another process is at it. It may take longer than this request has: wait a little only. */
static struct directory *wait_for_other(const struct config *config)
{
    struct directory *directory = NULL;
    for (int64_t until_ms = clock_ms() + WAIT_MS; directory == NULL && clock_ms() < until_ms;) {
        pause_a_moment();
        directory = take_current(config);
    }
    return directory;
}

static void note_attempt(int lock, bool failed)
{
    if (lock >= 0)
        directory_file_note_attempt(lock, failed);
    else
        note_in_memory(failed);
}

/* What can't be stored is kept in memory, and so is what isn't whole, for as long as it takes. */
static void store_first(const struct config *config, int lock, struct directory *directory)
{
    bool complete = !directory_incomplete(directory);
    bool stored = lock >= 0 && complete &&
                  directory_file_replace(config, directory->data, directory->size) == ERR_OK;
    if (!stored) keep_in_memory(directory);
    if (complete) note_attempt(lock, false);
}

/* There is no snapshot: the request fetches one, or as much of it as its deadline allows. */
static enum err fetch_first(const struct directory_refresh_options *options,
                            struct directory **directory)
{
    const struct config *config = options->config;
    if (!claim_or_wait(options, directory)) return *directory != NULL ? ERR_OK : ERR_TIMEOUT;
    enum err rc = ERR_OK;
    int lock = -1;
    if (directory_file_lock(config, &lock) == ERR_CONFLICT)
        *directory = wait_for_other(config);
    else
        *directory = take_current(config); /* stored since we looked, before we had the lock */
    if (*directory == NULL) {
        rc = directory_fetch(config, options->client, NULL, directory);
        if (rc == ERR_OK)
            store_first(config, lock, *directory);
        else if (rc != ERR_TIMEOUT) /* the background has more time and may well succeed */
            note_attempt(lock, true);
    }
    close_lock(lock);
    release();
    return rc;
}

enum err directory_refresh_view(const struct directory_refresh_options *options,
                                struct directory_view *view)
{
    const struct config *config = options->config;
    enum err rc = ERR_NOT_FOUND;
    if (!options->fastcgi) directory_file_serves_once();
    struct directory *directory = take_current(config);
    if (directory == NULL && options->may_fetch) rc = fetch_first(options, &directory);
    if (directory == NULL) {
        start_if_due(options);
        return rc;
    }
    int64_t age_s = directory_age_s(directory, clock_wall_s());
    bool old = age_s > DIRECTORY_REFRESH_S || directory_incomplete(directory);
    view->directory = directory;
    /* Asked before the next attempt begins: how that ends is for later requests. */
    view->stale = directory_incomplete(directory) || age_s > DIRECTORY_STALE_S ||
                  (old && last_attempt(config).failed);
    if (old) start_if_due(options);
    return ERR_OK;
}

void directory_refresh_stop(void)
{
    pthread_mutex_lock(&shared.lock);
    while (shared.running)
        pthread_cond_wait(&shared.idle, &shared.lock);
    directory_close(shared.current);
    shared.current = NULL;
    twilio_client_free(shared.client);
    shared.client = NULL;
    pthread_mutex_unlock(&shared.lock);
}

void directory_refresh_disconnect(struct twilio_client *client)
{
    directory_refresh_stop();
    twilio_client_free(client);
}
