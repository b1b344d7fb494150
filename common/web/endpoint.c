#include "web/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "base/log.h"
#include "web/gates.h"
#include "web/serve.h"

/* What is the same for all threads of one process. */
struct process {
    const struct endpoint *endpoint;
    struct config config;
    char problem[CONFIG_ERROR_SIZE]; /* what is wrong with the configuration; "" if nothing */
    unsigned char session_key[JWT_KEY_SIZE];
    bool fastcgi;
};

static void process_open(struct process *process, const struct endpoint *endpoint)
{
    memset(process, 0, sizeof *process);
    process->endpoint = endpoint;
    process->fastcgi = request_is_fastcgi();
    enum err rc = config_load(&process->config, process->problem);
    if (rc == ERR_OK) {
        rc = token_derive_key(process->config.api_secret, process->config.workspace_sid,
                              process->session_key);
    }
    if (rc != ERR_OK) {
        if (process->problem[0] == '\0') {
            snprintf(process->problem, sizeof process->problem, "The keys can't be derived.");
        }
        log_error("%s", process->problem);
    }
}

/* Everything that one thread keeps from request to request. */
struct worker {
    struct process *process;
    struct service service;
    struct request request;
    struct response response;
};

static enum err worker_open(struct worker *worker, struct process *process)
{
    const struct endpoint *endpoint = process->endpoint;
    memset(worker, 0, sizeof *worker);
    worker->process = process;
    worker->service.config = &process->config;
    worker->service.session_key = process->session_key;
    worker->service.fastcgi = process->fastcgi;
    response_init(&worker->response);
    enum err rc = request_init(&worker->request, process->fastcgi);
    if (rc != ERR_OK || process->problem[0] != '\0') return rc;
    if (endpoint->auth == AUTH_TWILIO) {
        rc = signature_new(process->config.auth_token, process->config.auth_token_secondary,
                           &worker->service.signature);
    }
    if (rc == ERR_OK && endpoint->connect != NULL) {
        worker->service.twilio = endpoint->connect(&process->config, &worker->service.deadline);
        if (worker->service.twilio == NULL) rc = ERR_MEMORY;
    }
    return rc;
}

static void worker_close(struct worker *worker)
{
    const struct endpoint *endpoint = worker->process->endpoint;
    if (worker->service.twilio != NULL) endpoint->disconnect(worker->service.twilio);
    signature_free(worker->service.signature);
    response_free(&worker->response);
    request_free(&worker->request);
}

static enum err run(struct worker *worker)
{
    const struct process *process = worker->process;
    const struct endpoint *endpoint = process->endpoint;
    struct service *service = &worker->service;
    struct request *request = &worker->request;
    struct response *response = &worker->response;

    if (process->problem[0] != '\0') {
        if (endpoint->misconfigured != NULL) {
            return endpoint->misconfigured(process->problem, request, response);
        }
        return response_refuse(response, ERR_UNAVAILABLE, "misconfigured",
                               "The server's configuration is incomplete; its log says how.");
    }
    int budget = endpoint->deadline_ms > 0 ? endpoint->deadline_ms : ENDPOINT_DEADLINE_MS;
    service->deadline.at_ms = request->started_ms + budget;
    enum err rc = gates_pass(endpoint, service, request, response);
    if (rc == ERR_OK) rc = endpoint->handle(service, request, response);
    return rc;
}

static void log_outcome(const struct worker *worker)
{
    const struct request *request = &worker->request;
    const struct response *response = &worker->response;
    const struct log_request entry = {
        .request_id = request->id,
        .status = response->status,
        .duration_ms = clock_ms() - request->started_ms,
        .reason = response->reason != NULL ? response->reason : "ok",
        .detail = response->detail[0] != '\0' ? response->detail : NULL,
        .task_sid = response->task_sid[0] != '\0' ? response->task_sid : NULL,
        .call_sid = response->call_sid[0] != '\0' ? response->call_sid : NULL,
        .worker_sid = request->agent.worker_sid[0] != '\0' ? request->agent.worker_sid : NULL,
    };
    log_request(&entry);
}

static void serve_one(struct worker *worker)
{
    const struct endpoint *endpoint = worker->process->endpoint;
    enum response_dialect dialect = endpoint->auth == AUTH_TWILIO ? RESPONSE_PLAIN : RESPONSE_JSON;
    response_reset(&worker->response, dialect);
    enum err rc = run(worker);
    if (rc != ERR_OK) response_failure(&worker->response, rc, worker->request.id);
    if (response_send(&worker->response, &worker->request) != ERR_OK) {
        worker->response.reason = "client_gone";
    }
    log_outcome(worker);
    request_finish(&worker->request);
}

static void fastcgi_worker(void *context, bool (*stopping)(void))
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL || worker_open(worker, context) != ERR_OK) {
        log_error("a thread could not be prepared");
        abort();
    }
    while (!stopping()) {
        enum request_accepted accepted = request_accept(&worker->request);
        if (accepted == REQUEST_CLOSED) break;
        if (accepted == REQUEST_READY) serve_one(worker);
    }
    worker_close(worker);
    free(worker);
}

static int run_cgi(struct process *process)
{
    int status = EXIT_FAILURE;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) return status;
    if (worker_open(worker, process) != ERR_OK) goto out;
    if (request_accept(&worker->request) != REQUEST_READY) goto out;
    serve_one(worker);
    status = EXIT_SUCCESS;
out:
    worker_close(worker);
    free(worker);
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
    return serve_fastcgi(fastcgi_worker, process, threads);
}

int endpoint_run(const struct endpoint *self)
{
    log_open(self->name);
    struct process process;
    process_open(&process, self);
    int status = process.fastcgi ? run_fastcgi(&process) : run_cgi(&process);
    explicit_bzero(process.session_key, sizeof process.session_key);
    config_free(&process.config);
    return status;
}
