#include "web/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_load.h"
#include "base/counters.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/version.h"
#include "web/cors.h"
#include "web/gates.h"
#include "web/serve.h"

/* What is the same for all threads of one process. */
struct process {
    const struct endpoint *endpoint;
    struct config config;
    char problem[CONFIG_ERROR_SIZE]; /* what is wrong with the configuration; "" if nothing */
    struct keys keys;
    bool fastcgi;
    size_t counted_as; /* the program's word in the metrics */
    struct config_watch watch;
};

static void process_open(struct process *process, const struct endpoint *endpoint)
{
    memset(process, 0, sizeof *process);
    process->endpoint = endpoint;
    process->fastcgi = request_is_fastcgi();
    process->counted_as = metrics_word(METRIC_REQUESTS, endpoint->name);
    config_watch_start(&process->watch);
    enum err rc = config_load(&process->config, process->problem);
    const struct log_form form = {
        .json = rc == ERR_OK && process->config.log == CONFIG_LOG_JSON,
        .journal = config_load_has_journal(),
    };
    log_set_form(&form);
    if (rc == ERR_OK) {
        config_watch_users(&process->watch, &process->config);
        metrics_open(process->config.state_dir, process->config.workspace_sid);
        rc = keys_derive(&process->config, &process->keys);
    }
    if (rc != ERR_OK) {
        if (process->problem[0] == '\0')
            snprintf(process->problem, sizeof process->problem, "The keys can't be derived.");
        log_error("%s", process->problem);
    }
}

/* Everything that one thread keeps from request to request. */
struct thread {
    struct process *process;
    struct service service;
    struct request request;
    struct response response;
};

static enum err thread_open(struct thread *thread, struct process *process)
{
    const struct endpoint *endpoint = process->endpoint;
    memset(thread, 0, sizeof *thread);
    thread->process = process;
    thread->service.config = &process->config;
    thread->service.keys = &process->keys;
    thread->service.fastcgi = process->fastcgi;
    thread->service.watch = &process->watch;
    response_init(&thread->response);
    enum err rc = request_init(&thread->request, process->fastcgi);
    if (rc != ERR_OK || process->problem[0] != '\0') return rc;
    rc = pass_keys_new(&process->keys, &thread->service.passes);
    if (rc == ERR_OK && endpoint->auth == AUTH_TWILIO) {
        rc = signature_new(process->config.auth_token, process->config.auth_token_secondary,
                           &thread->service.signature);
    }
    if (rc == ERR_OK && endpoint->connect != NULL) {
        thread->service.twilio = endpoint->connect(&process->config, &thread->service.deadline);
        if (thread->service.twilio == NULL) rc = ERR_MEMORY;
    }
    return rc;
}

static void thread_close(struct thread *thread)
{
    const struct endpoint *endpoint = thread->process->endpoint;
    if (thread->service.twilio != NULL) endpoint->disconnect(thread->service.twilio);
    signature_free(thread->service.signature);
    pass_keys_free(thread->service.passes);
    response_free(&thread->response);
    request_free(&thread->request);
}

static enum err run(struct thread *thread)
{
    const struct process *process = thread->process;
    const struct endpoint *endpoint = process->endpoint;
    struct service *service = &thread->service;
    struct request *request = &thread->request;
    struct response *response = &thread->response;

    if (process->problem[0] != '\0') {
        if (endpoint->misconfigured != NULL)
            return endpoint->misconfigured(process->problem, request, response);
        return response_refuse(response, ERR_UNAVAILABLE, "misconfigured",
                               "The server's configuration is incomplete; its log says how.");
    }
    int budget = endpoint->deadline_ms > 0 ? endpoint->deadline_ms : ENDPOINT_DEADLINE_MS;
    service->deadline.at_ms = request->started_ms + budget;
    if (cors_apply(endpoint, service->config, request, response)) {
        response->reason = "preflight";
        return response_empty(response, 204);
    }
    enum err rc = gates_pass(endpoint, service, request, response);
    log_note(LOG_WORKER, request->agent.worker_sid);
    if (rc == ERR_OK) rc = endpoint->handle(service, request, response);
    return rc;
}

/*
 * Before the answer goes out, so that whoever has it finds it counted. Whole milliseconds, each
 * rounded at its beginning and its end alike: over many requests their sum is right, also where one
 * takes less.
 */
static void count_answer(const struct thread *thread)
{
    const size_t program = thread->process->counted_as;
    const int64_t now_ms = clock_ms();
    counters_look(now_ms);
    metrics_count_status(METRIC_REQUESTS, program, thread->response.status);
    metrics_observe(METRIC_REQUEST_SECONDS, program, now_ms - thread->request.started_ms);
}

static void log_outcome(const struct thread *thread)
{
    const struct request *request = &thread->request;
    const struct response *response = &thread->response;
    bool refused = response->status == 401 || response->status == 403;
    const struct log_request entry = {
        .status = response->status,
        .duration_ms = clock_ms() - request->started_ms,
        .reason = response->reason != NULL ? response->reason : "ok",
        .detail = response->detail[0] != '\0' ? response->detail : NULL,
        .address = refused ? request_variable(request, "REMOTE_ADDR") : NULL,
    };
    log_request(&entry);
}

static void serve_one(struct thread *thread)
{
    const struct endpoint *endpoint = thread->process->endpoint;
    enum response_dialect dialect = endpoint->auth == AUTH_TWILIO ? RESPONSE_PLAIN : RESPONSE_JSON;
    log_about(thread->request.id);
    response_reset(&thread->response, dialect);
    config_watch_tell(&thread->process->watch, thread->request.started_ms);
    enum err rc = run(thread);
    if (rc != ERR_OK) response_failure(&thread->response, rc, thread->request.id);
    count_answer(thread);
    if (response_send(&thread->response, &thread->request) != ERR_OK)
        thread->response.reason = "client_gone";
    log_outcome(thread);
    log_about(NULL);
    request_finish(&thread->request);
}

static void fastcgi_thread(void *context, bool (*stopping)(void))
{
    struct thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL || thread_open(thread, context) != ERR_OK) {
        log_error("a thread could not be prepared");
        abort();
    }
    while (!stopping()) {
        enum request_accepted accepted = request_accept(&thread->request);
        if (accepted == REQUEST_CLOSED) break;
        if (accepted == REQUEST_READY) serve_one(thread);
    }
    thread_close(thread);
    free(thread);
}

static int run_cgi(struct process *process)
{
    int status = EXIT_FAILURE;
    struct thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL) return status;
    if (thread_open(thread, process) != ERR_OK) goto out;
    if (request_accept(&thread->request) != REQUEST_READY) goto out;
    serve_one(thread);
    status = EXIT_SUCCESS;
out:
    thread_close(thread);
    free(thread);
    return status;
}

static int run_fastcgi(struct process *process)
{
    serve_block_signals();
    if (request_listen() != ERR_OK) {
        log_error("the listening socket can't be used");
        return EXIT_FAILURE;
    }
    int threads = process->problem[0] == '\0' ? process->config.threads : 1;
    return serve_fastcgi(fastcgi_thread, process, threads);
}

static int answer_shell(const struct endpoint *self, const char *argument)
{
    bool version = strcmp(argument, "--version") == 0;
    if (version || strcmp(argument, "--help") == 0) printf("%s %s\n", self->name, version_text());
    if (version) return EXIT_SUCCESS;
    fprintf(strcmp(argument, "--help") == 0 ? stdout : stderr,
            "usage: %s is started by a web server, as FastCGI on descriptor 0 or as CGI.\n"
            "Its configuration is what `dialpad-admin check` reads.\n",
            self->name);
    return strcmp(argument, "--help") == 0 ? EXIT_SUCCESS : 2;
}

int endpoint_run(const struct endpoint *self, int argc, char **argv)
{
    /* A web server can hand a client's query over as arguments (RFC 3875, 4.4). */
    if (argc > 1 && !request_is_cgi()) return answer_shell(self, argv[1]);
    log_open(self->name);
    struct process process;
    process_open(&process, self);
    int status = process.fastcgi ? run_fastcgi(&process) : run_cgi(&process);
    explicit_bzero(&process.keys, sizeof process.keys);
    config_watch_stop(&process.watch);
    config_free(&process.config);
    return status;
}
