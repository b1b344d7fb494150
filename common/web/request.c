#include "web/request.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "base/clock.h"
#include "base/random.h"

extern char **environ;

enum {
    ACCEPTED_WAIT_MS =
        900,              /* for the next piece of a request; below a second, as tv_usec must be */
    LINGER_MS = 1000,     /* for a refused body to come to its end, see finish_fcgi */
    LINGER_IDLE_MS = 200, /* for its next piece */
    DISCARD_MAX =
        8 * 1024 * 1024,   /* of a refused body; a client that sends more may lose the answer */
    DISCARD_WAIT_MS = 2000 /* as long as libfcgi waits for the rest of its own */
};

bool request_is_fastcgi(void)
{
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) return false;
    return listening != 0;
}

bool request_is_cgi(void)
{
    return getenv("GATEWAY_INTERFACE") != NULL || getenv("REQUEST_METHOD") != NULL;
}

enum err request_listen(void)
{
    if (FCGX_Init() != 0) return ERR_INTERNAL;

    /*
     * Each blocked accept comes up for air once a second to look whether the program should stop.
     * O_NONBLOCK belongs to the open file, so another process that shares the socket may have set
     * it; with it the time-out would turn into a busy loop.
     */
    const struct timeval second = { .tv_sec = 1 };
    if (setsockopt(STDIN_FILENO, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) != 0)
        return ERR_INTERNAL;
    int flags = fcntl(STDIN_FILENO, F_GETFL);
    if (flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags & ~O_NONBLOCK) != 0) return ERR_INTERNAL;
    return ERR_OK;
}

enum err request_init(struct request *request, bool fastcgi)
{
    memset(request, 0, sizeof *request);
    arena_init(&request->arena, REQUEST_MAX_ARENA);
    if (!fastcgi) return ERR_OK;
    FCGX_Request *fcgi = calloc(1, sizeof *fcgi);
    if (fcgi == NULL) return ERR_MEMORY;
    if (FCGX_InitRequest(fcgi, STDIN_FILENO, 0) != 0) {
        free(fcgi);
        return ERR_INTERNAL;
    }
    request->fcgi = fcgi;
    return ERR_OK;
}

void request_free(struct request *request)
{
    arena_free(&request->arena);
    free(request->fcgi);
    memset(request, 0, sizeof *request);
}

static enum request_method method_of(const char *name)
{
    if (name == NULL) return METHOD_OTHER;
    if (strcmp(name, "GET") == 0) return METHOD_GET;
    if (strcmp(name, "POST") == 0) return METHOD_POST;
    if (strcmp(name, "HEAD") == 0) return METHOD_HEAD;
    if (strcmp(name, "OPTIONS") == 0) return METHOD_OPTIONS;
    return METHOD_OTHER;
}

/*
 * REQUEST_URI is the URL as it was sent on every server; QUERY_STRING has been through rewrite
 * rules and can't tell "/x" from "/x?".
 */
static const char *query_of(const struct request *request)
{
    const char *uri = request_variable(request, "REQUEST_URI");
    if (uri != NULL && *uri != '\0') {
        const char *mark = strchr(uri, '?');
        return mark == NULL ? NULL : mark + 1;
    }
    const char *query = request_variable(request, "QUERY_STRING");
    return query == NULL || *query == '\0' ? NULL : query;
}

static void begin(struct request *request)
{
    request->started_ms = clock_ms();
    if (random_hex(request->id, (REQUEST_ID_SIZE - 1) / 2) != ERR_OK)
        memset(request->id, '0', REQUEST_ID_SIZE - 1);
    request->method = method_of(request_variable(request, "REQUEST_METHOD"));
    request->query = query_of(request);
    request->body = "";
}

enum request_accepted request_accept(struct request *request)
{
    if (request->fcgi == NULL) {
        request->environment = environ;
        begin(request);
        return REQUEST_READY;
    }
    FCGX_Request *fcgi = request->fcgi;
    int rc = FCGX_Accept_r(fcgi);
    if (rc == 0) {
        /* A unix socket doesn't inherit it from the one that listens. */
        const struct timeval wait = { .tv_usec = ACCEPTED_WAIT_MS * 1000 };
        if (!fcgi->keepConnection) /* one that is kept waits for its next request */
            (void)setsockopt(fcgi->ipcFd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        request->environment = fcgi->envp;
        begin(request);
        return REQUEST_READY;
    }
    if (rc == -EAGAIN || rc == -EINTR) return REQUEST_NONE_YET;
    if (rc == -EINVAL || rc == -EBADF || rc == -ENOTSOCK) return REQUEST_CLOSED;
    /* A connection that was gone too soon, or no descriptor left: it passes, but don't spin. */
    usleep(100 * 1000);
    return REQUEST_NONE_YET;
}

const char *request_variable(const struct request *request, const char *name)
{
    size_t len = strlen(name);
    for (char **entry = request->environment; entry != NULL && *entry != NULL; entry++) {
        /* The first letter tells most of them apart without a call. */
        if (**entry == *name && strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return *entry + len + 1;
    }
    return NULL;
}

/*
 * At most `max` bytes of the body; fewer mean that it has ended, or that no more came in time. A
 * read gives up by itself (ACCEPTED_WAIT_MS); between two of them the clock is looked at, because a
 * byte now and then would go on for ever. libfcgi is asked for what it has in its buffer, or for
 * one byte, which makes it read once.
 */
static size_t read_fcgi(struct request *request, char *to, size_t max)
{
    FCGX_Request *fcgi = request->fcgi;
    const FCGX_Stream *in = fcgi->in;
    size_t got = 0;
    while (got < max) {
        size_t buffered = (size_t)(in->stop - in->rdNext);
        size_t want = buffered == 0 ? 1 : buffered;
        if (want > max - got) want = max - got;
        int n = FCGX_GetStr(to + got, (int)want, fcgi->in);
        if (n > 0) got += (size_t)n;
        if (n < (int)want || clock_ms() - request->started_ms > REQUEST_BODY_MS) break;
    }
    return got;
}

static enum err read_bytes(struct request *request, char *to, size_t max, size_t *got)
{
    *got = 0;
    if (request->fcgi != NULL) {
        *got = read_fcgi(request, to, max);
        return ERR_OK;
    }
    while (*got < max) {
        ssize_t n = read(STDIN_FILENO, to + *got, max - *got);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ERR_INPUT;
        if (n == 0) break;
        *got += (size_t)n;
        request->body_taken += (size_t)n;
    }
    return ERR_OK;
}

/*
 * CONTENT_LENGTH is empty (nginx), absent or "0" (Apache) when there is no body. A length that is
 * out of all proportion is SIZE_MAX.
 */
static enum err announced_length(const struct request *request, bool *announced, size_t *length)
{
    const char *text = request_variable(request, "CONTENT_LENGTH");
    *announced = false;
    *length = 0;
    if (text == NULL || *text == '\0') return ERR_OK;
    size_t value = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9') return ERR_INPUT;
        value = value < SIZE_MAX / 10 - 1 ? value * 10 + (size_t)(*p - '0') : SIZE_MAX;
    }
    *announced = true;
    *length = value;
    return ERR_OK;
}

/* mod_cgi passes a chunked body on without a length, to be read to its end. */
static bool is_chunked(const struct request *request)
{
    const char *coding = request_variable(request, "HTTP_TRANSFER_ENCODING");
    return request->fcgi == NULL && coding != NULL && strcmp(coding, "chunked") == 0;
}

enum err request_check_length(const struct request *request, bool required)
{
    bool announced;
    size_t length;
    enum err rc = announced_length(request, &announced, &length);
    if (rc != ERR_OK) return rc;
    if (length > REQUEST_MAX_BODY) return ERR_TOO_LARGE;
    return announced || is_chunked(request) || !required ? ERR_OK : ERR_LENGTH;
}

bool request_announces_body(const struct request *request)
{
    bool announced;
    size_t length;
    return announced_length(request, &announced, &length) != ERR_OK || length > 0 ||
           (!announced && is_chunked(request));
}

enum err request_read_body(struct request *request)
{
    bool announced;
    size_t length;
    enum err rc = announced_length(request, &announced, &length);
    if (rc != ERR_OK) return rc;
    bool chunked = !announced && is_chunked(request);

    /*
     * Plain CGI reads what was announced and no more, since nothing promises an end of file.
     * Elsewhere one byte more is asked for, because only a short answer proves the body's end.
     */
    bool exact = request->fcgi == NULL && !chunked;
    size_t expected = chunked ? REQUEST_MAX_BODY : length;
    size_t want = exact ? expected : expected + 1;
    if (want == 0) return ERR_OK;
    char *body = arena_alloc(&request->arena, want + 1);
    if (body == NULL) return ERR_MEMORY;
    size_t got;
    rc = read_bytes(request, body, want, &got);
    if (rc != ERR_OK) return rc;
    if (got > expected && chunked) return ERR_TOO_LARGE;
    if (got != expected && !chunked) return ERR_INPUT;
    body[got] = '\0';
    request->body_read_to_end = got < want;
    request->body = body;
    request->body_len = got;
    return ERR_OK;
}

const char *request_param(const struct request *request, size_t index)
{
    return request->values[index];
}

bool request_param_is_true(const struct request *request, size_t index)
{
    const char *value = request_param(request, index);
    return value != NULL && strcmp(value, "true") == 0;
}

long request_param_number(const struct request *request, size_t index, long otherwise)
{
    const char *value = request_param(request, index);
    return value != NULL ? strtol(value, NULL, 10) : otherwise;
}

const char *request_field(const struct request *request, const char *name)
{
    const struct params *said = request->method == METHOD_POST ? &request->form : &request->params;
    return params_get(said, name);
}

const char *request_field_once(const struct request *request, const char *name)
{
    const struct params *said = request->method == METHOD_POST ? &request->form : &request->params;
    const struct param *found = NULL;
    for (size_t i = 0; i < said->count; i++) {
        if (strcmp(said->list[i].name, name) != 0) continue;
        if (found != NULL) return NULL;
        found = &said->list[i];
    }
    return found != NULL && found->kind != PARAM_OTHER ? found->value : NULL;
}

static enum err write_part(struct request *request, const char *data, size_t len)
{
    if (request->fcgi != NULL) {
        FCGX_Request *fcgi = request->fcgi;
        return FCGX_PutStr(data, (int)len, fcgi->out) == (int)len ? ERR_OK : ERR_INTERNAL;
    }
    for (size_t done = 0; done < len;) {
        ssize_t n = write(STDOUT_FILENO, data + done, len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ERR_INTERNAL;
        done += (size_t)n;
    }
    return ERR_OK;
}

enum err request_write(struct request *request, const struct strbuf *head,
                       const struct strbuf *body)
{
    /* libfcgi gathers both before it writes. */
    enum err rc = write_part(request, head->buf, head->len);
    if (rc == ERR_OK && body != NULL) rc = write_part(request, body->buf, body->len);
    return rc;
}

/* How much of the body a plain CGI program may still read without waiting for what never comes. */
static size_t rest_of_body(const struct request *request)
{
    bool announced;
    size_t length;
    if (announced_length(request, &announced, &length) != ERR_OK) return 0;
    if (!announced && is_chunked(request)) length = DISCARD_MAX;
    if (length > DISCARD_MAX) length = DISCARD_MAX;
    return length > request->body_taken ? length - request->body_taken : 0;
}

/*
 * mod_cgid sends the body over a socket. If we end without having read it, because the request was
 * refused before, the connection is reset, and the answer may be lost with it.
 */
static void discard_rest_of_body(struct request *request)
{
    char unwanted[4096];
    struct pollfd body = { .fd = STDIN_FILENO, .events = POLLIN };
    size_t left = rest_of_body(request);
    while (left > 0 && poll(&body, 1, DISCARD_WAIT_MS) > 0) {
        ssize_t got = read(STDIN_FILENO, unwanted, left < sizeof unwanted ? left : sizeof unwanted);
        if (got <= 0) return;
        left -= (size_t)got;
    }
}

/* Takes what still comes, but not for longer than a web server needs to read our answer. */
static void linger(int fd)
{
    char unwanted[4096];
    struct pollfd rest = { .fd = fd, .events = POLLIN };
    const int64_t until_ms = clock_ms() + LINGER_MS;
    if (shutdown(fd, SHUT_WR) != 0) return;
    for (int64_t left = LINGER_MS; left > 0; left = until_ms - clock_ms()) {
        if (poll(&rest, 1, (int)(left < LINGER_IDLE_MS ? left : LINGER_IDLE_MS)) <= 0) return;
        if (read(fd, unwanted, sizeof unwanted) <= 0) return;
    }
}

/*
 * Detach skips libfcgi's lingering close: three system calls less after a body read to its end.
 * After any other the web server would see a reset connection instead of our answer, so that the
 * connection must linger; but libfcgi's way takes as long as the other side sends a byte every two
 * seconds. Ours has an end, on a descriptor that outlives the one which libfcgi closes.
 */
static void finish_fcgi(struct request *request)
{
    FCGX_Request *fcgi = request->fcgi;
    int lingering = -1;
    if (!request->body_read_to_end && !fcgi->keepConnection)
        lingering = fcntl(fcgi->ipcFd, F_DUPFD_CLOEXEC, 0);
    if (request->body_read_to_end || lingering >= 0) FCGX_Detach(fcgi);
    FCGX_Finish_r(fcgi);
    if (lingering < 0) return;
    linger(lingering);
    close(lingering);
}

void request_finish(struct request *request)
{
    if (request->fcgi == NULL) {
        discard_rest_of_body(request);
    } else {
        finish_fcgi(request);
    }
    arena_reset(&request->arena);
    void *fcgi = request->fcgi;
    struct arena arena = request->arena;
    memset(request, 0, sizeof *request);
    request->fcgi = fcgi;
    request->arena = arena;
}
