#include "unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_server.h"

enum { STEPS_MAX = 64, REQUESTS_MAX = 64, CONNECTIONS_MAX = 16, REQUEST_MAX = 64 * 1024 };

struct step {
    char *text;
    enum fake_then then;
};

struct connection {
    int fd;
    char *data;
    size_t len;
    const char *waiting; /* an answer that comes later; NULL: none */
};

struct fake_server {
    pthread_t thread;
    pthread_mutex_t lock; /* guards everything below but the descriptors */
    pthread_cond_t changed;
    int listener;
    int stop[2]; /* a pipe; its end says stop */
    char url[64];
    struct step steps[STEPS_MAX];
    size_t step_count;
    size_t steps_done;
    char *requests[REQUESTS_MAX];
    size_t request_count;
    size_t connection_count;
    size_t closed_count;
    struct connection open[CONNECTIONS_MAX]; /* the thread's own */
    size_t open_count;
};

static void must(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "fake_server: %s failed\n", what);
    abort();
}

static void *must_alloc(void *memory)
{
    must(memory != NULL, "malloc");
    return memory;
}

static void accept_one(struct fake_server *server)
{
    must(server->open_count < CONNECTIONS_MAX, "room for another connection");
    int fd = accept(server->listener, NULL, NULL);
    must(fd >= 0, "accept");
    server->open[server->open_count++] =
        (struct connection){ .fd = fd, .data = must_alloc(calloc(1, REQUEST_MAX)) };
    pthread_mutex_lock(&server->lock);
    server->connection_count++;
    pthread_mutex_unlock(&server->lock);
}

static void close_one(struct fake_server *server, size_t index, bool ours)
{
    close(server->open[index].fd);
    free(server->open[index].data);
    server->open[index] = server->open[--server->open_count];
    if (!ours) return;
    pthread_mutex_lock(&server->lock);
    server->closed_count++;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* Length of the first whole request in the buffer; 0 if it isn't all there. */
static size_t whole_request(const struct connection *connection)
{
    const char *end = strstr(connection->data, "\r\n\r\n");
    if (end == NULL) return 0;
    const char *length = strcasestr(connection->data, "\r\nContent-Length:");
    size_t body = 0;
    if (length != NULL && length < end) body = strtoul(length + 17, NULL, 10);
    size_t total = (size_t)(end - connection->data) + 4 + body;
    return connection->len >= total ? total : 0;
}

/* Much at once: megabytes have to come before a deadline, whatever else the machine does. */
static bool send_endlessly(int fd)
{
    static const char filler[] = "X-Filler: and so on\r\n";
    enum { LINE = sizeof filler - 1, LINES = 1000 };
    char much[LINES * LINE];
    for (int i = 0; i < LINES; i++)
        memcpy(much + i * LINE, filler, LINE);
    while (send(fd, much, sizeof much, MSG_NOSIGNAL) >= 0) {
    }
    return false;
}

/* False when the peer has gone or the test is over. */
static bool send_text(struct fake_server *server, int fd, const struct step *step)
{
    size_t len = strlen(step->text);
    size_t piece = step->then == FAKE_DRIP ? 1 : len;
    struct pollfd stop = { .fd = server->stop[0], .events = POLLIN };
    for (size_t at = 0; at < len; at += piece) {
        if (send(fd, step->text + at, piece, MSG_NOSIGNAL) != (ssize_t)piece) return false;
        if (step->then == FAKE_DRIP && poll(&stop, 1, 20) != 0) return false;
    }
    if (step->then == FAKE_ENDLESS) return send_endlessly(fd);
    return true;
}

/* Those that have waited until others had asked, too. */
static void send_waiting(struct fake_server *server)
{
    for (size_t i = 0; i < server->open_count; i++) {
        struct connection *connection = &server->open[i];
        const struct step step = { (char *)connection->waiting, FAKE_KEEP };
        connection->waiting = NULL;
        if (step.text != NULL) must(send_text(server, connection->fd, &step), "send");
    }
}

static struct step next_step(struct fake_server *server, const char *request, size_t len)
{
    static char surprise[] = "HTTP/1.1 599 Not In The Script\r\nContent-Length: 0\r\n\r\n";
    struct step step = { surprise, FAKE_KEEP };
    pthread_mutex_lock(&server->lock);
    must(server->request_count < REQUESTS_MAX, "room for another request");
    server->requests[server->request_count++] = must_alloc(strndup(request, len));
    if (server->steps_done < server->step_count) step = server->steps[server->steps_done++];
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    return step;
}

static void serve(struct fake_server *server, size_t index)
{
    struct connection *connection = &server->open[index];
    ssize_t got = recv(connection->fd, connection->data + connection->len,
                       REQUEST_MAX - 1 - connection->len, 0);
    if (got <= 0) {
        close_one(server, index, false);
        return;
    }
    connection->len += (size_t)got;
    size_t len = whole_request(connection);
    if (len == 0) return;
    struct step step = next_step(server, connection->data, len);
    connection->len -= len;
    memmove(connection->data, connection->data + len, connection->len);
    memset(connection->data + connection->len, 0, len);
    if (step.then == FAKE_WAIT) {
        connection->waiting = step.text;
        return;
    }
    bool sent = send_text(server, connection->fd, &step);
    if (!sent || step.then == FAKE_CLOSE) close_one(server, index, true);
    send_waiting(server);
}

static void *run(void *context)
{
    struct fake_server *server = context;
    struct pollfd fds[CONNECTIONS_MAX + 2];
    for (;;) {
        size_t count = server->open_count;
        fds[0] = (struct pollfd){ .fd = server->stop[0], .events = POLLIN };
        fds[1] = (struct pollfd){ .fd = server->listener, .events = POLLIN };
        for (size_t i = 0; i < count; i++)
            fds[i + 2] = (struct pollfd){ .fd = server->open[i].fd, .events = POLLIN };
        must(poll(fds, count + 2, -1) > 0, "poll");
        if (fds[0].revents != 0) break;
        /* Backwards, because closing one puts the last one into its place. */
        for (size_t i = count; i-- > 0;)
            if (fds[i + 2].revents != 0) serve(server, i);
        if (fds[1].revents != 0) accept_one(server);
    }
    while (server->open_count > 0)
        close_one(server, 0, false);
    return NULL;
}

struct fake_server *fake_server_start(void)
{
    struct fake_server *server = must_alloc(calloc(1, sizeof *server));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(server->listener >= 0, "socket");
    must(bind(server->listener, (struct sockaddr *)&address, size) == 0, "bind");
    must(listen(server->listener, CONNECTIONS_MAX) == 0, "listen");
    must(getsockname(server->listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u",
             (unsigned)ntohs(address.sin_port));
    must(pipe(server->stop) == 0, "pipe");
    must(pthread_mutex_init(&server->lock, NULL) == 0, "pthread_mutex_init");
    must(pthread_cond_init(&server->changed, NULL) == 0, "pthread_cond_init");
    must(pthread_create(&server->thread, NULL, run, server) == 0, "pthread_create");
    return server;
}

void fake_server_stop(struct fake_server *server)
{
    close(server->stop[1]);
    pthread_join(server->thread, NULL);
    close(server->stop[0]);
    close(server->listener);
    for (size_t i = 0; i < server->step_count; i++)
        free(server->steps[i].text);
    for (size_t i = 0; i < server->request_count; i++)
        free(server->requests[i]);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *fake_server_url(const struct fake_server *server)
{
    return server->url;
}

void fake_server_json(struct fake_server *server, int status, const char *headers, const char *body)
{
    char *text = NULL;
    must(asprintf(&text,
                  "HTTP/1.1 %d Status\r\nContent-Type: application/json\r\n"
                  "Content-Length: %zu\r\n%s\r\n%s",
                  status, strlen(body), headers, body) > 0,
         "asprintf");
    fake_server_raw(server, text, FAKE_KEEP);
    free(text);
}

void fake_server_raw(struct fake_server *server, const char *text, enum fake_then then)
{
    pthread_mutex_lock(&server->lock);
    must(server->step_count < STEPS_MAX, "room for another step");
    server->steps[server->step_count++] = (struct step){ must_alloc(strdup(text)), then };
    pthread_mutex_unlock(&server->lock);
}

size_t fake_server_requests(struct fake_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->request_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

size_t fake_server_connections(struct fake_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->connection_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

const char *fake_server_request(struct fake_server *server, size_t index)
{
    pthread_mutex_lock(&server->lock);
    must(index < server->request_count, "the request asked for");
    const char *request = server->requests[index];
    pthread_mutex_unlock(&server->lock);
    return request;
}

void fake_server_assert_sent(struct fake_server *server, size_t index, const char *text)
{
    const char *request = fake_server_request(server, index);
    if (strstr(request, text) == NULL) fail_msg("not in request %zu: %s\n%s", index, text, request);
}

void fake_server_wait_requests(struct fake_server *server, size_t count)
{
    pthread_mutex_lock(&server->lock);
    while (server->request_count < count)
        pthread_cond_wait(&server->changed, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

void fake_server_wait_closed(struct fake_server *server, size_t count)
{
    pthread_mutex_lock(&server->lock);
    while (server->closed_count < count)
        pthread_cond_wait(&server->changed, &server->lock);
    pthread_mutex_unlock(&server->lock);
}
