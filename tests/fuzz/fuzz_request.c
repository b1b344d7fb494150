/*
 * A whole request on its way through the gates, as a plain CGI program gets it. The first byte
 * chooses who may ask and whether the credential is genuine, so that the fuzzer gets past it; then
 * come lines of variables, an empty line, and the body.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/sid.h"
#include "web/gates.h"

extern char **environ;

enum { VARIABLES_MAX = 32, GENUINE = 4 };

static const struct keys keys = { .list = { "a key that the fuzzer can't know" }, .count = 1 };
static const struct config config = {
    .account_sid = (char[]){ "AC" },
    .state_dir = (char[]){ "/nonexistent" },
    .public_url = (char[]){ "https://calls.example.com/cgi-bin" },
};

static const struct param_spec specs[] = {
    { "taskSid", false, PARAM_TEXT, sid_is_task },
    { "hold", false, PARAM_BOOL, NULL },
};

/* The lines become this request's environment; `environ` belongs to the process. */
struct variables {
    char *list[VARIABLES_MAX + 2];
    size_t count;
};

static void add_variable(struct variables *variables, char *line)
{
    variables->list[variables->count++] = line;
}

static void read_variables(struct variables *variables, const uint8_t **data, size_t *size)
{
    while (*size > 0 && variables->count < VARIABLES_MAX) {
        char *line = fuzz_line(data, size);
        if (*line == '\0') {
            free(line);
            break;
        }
        add_variable(variables, line);
    }
}

/* Stands before any credential that the fuzzer made up. */
static void add_token(struct variables *variables)
{
    const struct token_agent agent = {
        .worker_sid = "WK00000000000000000000000000000001",
        .contact_uri = "client:alice",
        .name = "Alice",
    };
    struct strbuf line;
    strbuf_init(&line, STRBUF_MAX_TOKEN);
    strbuf_addstr(&line, "HTTP_X_DIALPAD_TOKEN=");
    MUST(token_session_sign(&line, keys.list[0], &agent, clock_wall_s(), 60) == ERR_OK);
    add_variable(variables, strbuf_detach(&line));
}

static void body_on_stdin(const uint8_t *data, size_t size)
{
    int fd = memfd_create("body", MFD_CLOEXEC);
    MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    MUST(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    close(fd);
}

static void pass(const struct endpoint *endpoint, struct service *service)
{
    struct request request;
    struct response response;
    MUST(request_init(&request, false) == ERR_OK);
    response_init(&response);
    response_reset(&response, RESPONSE_JSON);
    MUST(request_accept(&request) == REQUEST_READY);
    enum err rc = gates_pass(endpoint, service, &request, &response);
    if (rc == ERR_OK) {
        MUST(request.method != METHOD_OTHER && request.body_len <= REQUEST_MAX_BODY);
        const char *task_sid = request_param(&request, 0);
        MUST(task_sid == NULL || sid_is_task(task_sid));
        MUST(endpoint->auth != AUTH_AGENT || sid_is_worker(request.agent.worker_sid));
    } else {
        response_failure(&response, rc, request.id);
        MUST(response.status >= 400 && response.body.len > 0);
    }
    request_finish(&request);
    request_free(&request);
    response_free(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct signature *signature;
    if (signature == NULL) MUST(signature_new("12345", NULL, &signature) == ERR_OK);
    if (size == 0) return 0;
    uint8_t choice = *data++;
    size--;
    struct variables variables = { .count = 0 };
    if ((choice & GENUINE) != 0) add_token(&variables);
    read_variables(&variables, &data, &size);
    body_on_stdin(data, size);
    const struct endpoint endpoint = {
        .name = "end-call",
        .methods = METHOD_GET | METHOD_POST,
        .auth = (enum endpoint_auth)(choice % 4),
        .params = specs,
        .param_count = sizeof specs / sizeof specs[0],
    };
    struct service service = { .config = &config, .keys = &keys, .signature = signature };
    char **before = environ;
    environ = variables.list;
    pass(&endpoint, &service);
    environ = before;
    for (size_t i = 0; i < variables.count; i++)
        free(variables.list[i]);
    return 0;
}
