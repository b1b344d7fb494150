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
    for (char **entry = request->environment; entry != NULL && *entry != NULL; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=') return *entry + len + 1;
    return NULL;
}

/* At most `max` bytes of the body; fewer mean that it has ended. */
static enum err read_bytes(struct request *request, char *to, size_t max, size_t *got)
{
    *got = 0;
    if (request->fcgi != NULL) {
        FCGX_Request *fcgi = request->fcgi;
        int n = FCGX_GetStr(to, (int)max, fcgi->in);
        if (n < 0) return ERR_INPUT;
        *got = (size_t)n;
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

enum err request_read_body(struct request *request, bool required)
{
    bool announced;
    size_t length;
    enum err rc = announced_length(request, &announced, &length);
    if (rc != ERR_OK) return rc;
    if (length > REQUEST_MAX_BODY) return ERR_TOO_LARGE;
    bool chunked = !announced && is_chunked(request);
    if (!announced && !chunked && required) return ERR_LENGTH;

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

const char *request_field(const struct request *request, const char *name)
{
    const struct params *said = request->method == METHOD_POST ? &request->form : &request->params;
    return params_get(said, name);
}

enum err request_write(struct request *request, const char *data, size_t len)
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

void request_finish(struct request *request)
{
    if (request->fcgi == NULL) {
        discard_rest_of_body(request);
    } else {
        FCGX_Request *fcgi = request->fcgi;
        /*
         * Detach skips libfcgi's lingering close: three system calls less. Only after a body read
         * to its end, or the web server sees a reset connection instead of our answer.
         */
        if (request->body_read_to_end) FCGX_Detach(fcgi);
        FCGX_Finish_r(fcgi);
    }
    arena_reset(&request->arena);
    void *fcgi = request->fcgi;
    struct arena arena = request->arena;
    memset(request, 0, sizeof *request);
    request->fcgi = fcgi;
    request->arena = arena;
}
