/*
 * FastCGI as a web server speaks it: through a real socket into libfcgi, the request and the gates.
 * The first byte says how long each record is; then come lines of variables, an empty line, and
 * the body.
 *
 * Records and lengths are well-formed: libfcgi itself ends the program when it is told of a name of
 * two gigabytes. What can open the socket is the web server, and is trusted (SECURITY.md).
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/sid.h"
#include "web/gates.h"

enum { BEGIN = 1, PARAMS = 4, STDIN_DATA = 5, HEADER = 8 };

/* A record may hold a single byte, and all of them fit into the socket before anybody reads. */
enum { INPUT_MAX = 8 * 1024, STREAM_MAX = 128 * 1024 };

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static const struct param_spec specs[] = { { "taskSid", false, PARAM_TEXT, sid_is_task } };
static const struct endpoint endpoint = {
    .name = "status-callback",
    .methods = METHOD_GET | METHOD_POST,
    .auth = AUTH_NONE,
    .params = specs,
    .param_count = 1,
};

/* Descriptor 0 becomes a listening socket with an abstract name, as spawn-fcgi would hand it. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "dialpad-fuzz-%d", (int)getpid());
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(listen(listener, 4) == 0 && dup2(listener, STDIN_FILENO) == STDIN_FILENO);
    close(listener);
    MUST(request_is_fastcgi() && request_listen() == ERR_OK);
    /* A stream that ends too early is dropped, and the next one waited for: not for long. */
    const struct timeval soon = { .tv_usec = 1000 };
    MUST(setsockopt(STDIN_FILENO, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon) == 0);
    return 0;
}

static void add_record(struct strbuf *out, int type, const void *content, size_t len)
{
    const unsigned char header[HEADER] = { 1, (unsigned char)type,       0,
                                           1, (unsigned char)(len >> 8), (unsigned char)len };
    strbuf_add(out, header, sizeof header);
    strbuf_add(out, content, len);
}

static void add_stream(struct strbuf *out, int type, const void *content, size_t len, size_t piece)
{
    const char *bytes = content;
    for (size_t at = 0; at < len; at += piece)
        add_record(out, type, bytes + at, len - at < piece ? len - at : piece);
    add_record(out, type, "", 0);
}

/* "NAME=value" lines as name-value pairs, whose lengths have four bytes when they need them. */
static void add_pair(struct strbuf *out, char *line)
{
    char *equals = strchr(line, '=');
    const char *value = equals != NULL ? equals + 1 : "";
    const size_t lens[] = { equals != NULL ? (size_t)(equals - line) : strlen(line),
                            strlen(value) };
    for (size_t i = 0; i < 2; i++) {
        if (lens[i] < 128) {
            strbuf_addch(out, (char)lens[i]);
        } else {
            const unsigned char bytes[] = { (unsigned char)(0x80 | lens[i] >> 24),
                                            (unsigned char)(lens[i] >> 16),
                                            (unsigned char)(lens[i] >> 8), (unsigned char)lens[i] };
            strbuf_add(out, bytes, sizeof bytes);
        }
    }
    strbuf_add(out, line, lens[0]);
    strbuf_add(out, value, lens[1]);
}

static void add_request(struct strbuf *out, const uint8_t *data, size_t size)
{
    struct strbuf pairs;
    const size_t piece = 1 + *data++ * (size_t)64;
    size--;
    strbuf_init(&pairs, INPUT_MAX);
    add_record(out, BEGIN, "\0\1\0\0\0\0\0", 8);
    while (size > 0) {
        char *line = fuzz_line(&data, &size);
        bool last = *line == '\0';
        if (!last) add_pair(&pairs, line);
        free(line);
        if (last) break;
    }
    add_stream(out, PARAMS, pairs.buf, pairs.len, piece);
    add_stream(out, STDIN_DATA, data, size, piece);
    strbuf_free(&pairs);
}

static void serve(struct request *request)
{
    struct response response;
    struct service service = { .fastcgi = true };
    response_init(&response);
    response_reset(&response, RESPONSE_PLAIN);
    enum err rc = gates_pass(&endpoint, &service, request, &response);
    if (rc == ERR_OK) rc = response_empty(&response, 204);
    if (rc != ERR_OK) response_failure(&response, rc, request->id);
    /* The client may have gone. */
    if (response_send(&response, request) != ERR_OK) response_reset(&response, RESPONSE_PLAIN);
    response_free(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    if (request.fcgi == NULL) MUST(request_init(&request, true) == ERR_OK);
    if (size == 0 || size > INPUT_MAX) return 0;
    struct strbuf stream;
    strbuf_init(&stream, STREAM_MAX);
    add_request(&stream, data, size);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    (void)!send(client, stream.buf, stream.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(client, SHUT_WR);
    strbuf_free(&stream);
    if (request_accept(&request) == REQUEST_READY) {
        serve(&request);
        request_finish(&request);
    }
    close(client);
    return 0;
}
