#include "twilio/twilio_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/json.h"
#include "base/json_lenient.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "twilio/http_client.h"
#include "twilio/twilio_ahead.h"

enum {
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MAX_MS = 3000,
    TRY_MIN_MS = 200, /* less than this is no time for another try */
    READ_TRIES = 3,
    ORIGIN_SIZE = 256
};

struct twilio_client {
    const struct config *config;
    const struct deadline *deadline;
    struct http_client *http[TWILIO_HOST__MAX]; /* NULL until its host is asked: see http_of */
    char *base[TWILIO_HOST__MAX];               /* scheme and host, without a trailing slash */
    struct twilio_ahead *ahead;
    int64_t date_s;       /* Twilio's clock, 0 before the first answer, */
    int64_t date_read_ms; /* and when it was read */
};

/* What a request is to the retry rules and to the log. */
struct exchange {
    struct http_request http;
    const char *path; /* for the log: without the query, which may hold names */
    size_t path_len;
    bool repeatable;
    bool secret; /* what is sent: Twilio's own words might quote it */
};

static const struct product {
    const char *name;
    bool regional;
} products[TWILIO_HOST__MAX] = {
    [TWILIO_TASKROUTER] = { "taskrouter", true },
    [TWILIO_API] = { "api", true },
    [TWILIO_FLEX] = { "flex-api", false },
    [TWILIO_MONITOR] = { "monitor", false },
    [TWILIO_IAM] = { "iam", false },
};

/* {product}[.{edge}][.{region}].twilio.com; an edge alone implies Twilio's first region. */
static char *twilio_base(const struct config *config, const struct product *product)
{
    struct strbuf url;
    const char *edge = product->regional ? config->edge : NULL;
    const char *region = product->regional ? config->region : NULL;
    if (region == NULL && edge != NULL) region = "us1";

    strbuf_init(&url, STRBUF_MAX_URL);
    strbuf_addf(&url, "https://%s", product->name);
    if (edge != NULL) strbuf_addf(&url, ".%s", edge);
    if (region != NULL) strbuf_addf(&url, ".%s", region);
    strbuf_addstr(&url, ".twilio.com");
    char *base = strbuf_detach(&url);
    strbuf_free(&url);
    return base;
}

static struct http_client *connect_to(const struct config *config, const char *base)
{
    struct http_client *http = NULL;
    struct http_options options = {
        .user = config->api_key,
        .password = config->api_secret,
        .ca_path = config->ca_path,
        .proxy = config->proxy,
        /* The configuration allows http:// only to loopback. */
        .allow_http = strncmp(base, "http://", 7) == 0,
    };
    enum err rc = http_client_new(&options, &http);
    if (rc != ERR_OK) log_error("the HTTP client could not be made: %s", err_name(rc));
    return http;
}

struct twilio_client *twilio_client_new(const struct config *config,
                                        const struct deadline *deadline)
{
    struct twilio_client *client = calloc(1, sizeof *client);
    if (client == NULL) return NULL;
    client->config = config;
    client->deadline = deadline;
    client->ahead = twilio_ahead_new();
    if (client->ahead == NULL) goto failed;
    for (int host = 0; host < TWILIO_HOST__MAX; host++) {
        client->base[host] = config->api_base_url != NULL ? strdup(config->api_base_url)
                                                          : twilio_base(config, &products[host]);
        if (client->base[host] == NULL) goto failed;
    }
    return client;
failed:
    twilio_client_free(client);
    return NULL;
}

void twilio_client_free(struct twilio_client *client)
{
    if (client == NULL) return;
    twilio_ahead_free(client->ahead);
    for (int host = 0; host < TWILIO_HOST__MAX; host++) {
        http_client_free(client->http[host]);
        free(client->base[host]);
    }
    free(client);
}

const struct config *twilio_client_config(const struct twilio_client *client)
{
    return client->config;
}

const char *twilio_client_base(const struct twilio_client *client, enum twilio_host host)
{
    return client->base[host];
}

int64_t twilio_client_now_s(const struct twilio_client *client)
{
    if (client->date_s == 0) return clock_wall_s();
    return client->date_s + (clock_ms() - client->date_read_ms) / 1000;
}

int64_t twilio_client_left_ms(const struct twilio_client *client)
{
    return deadline_left_ms(client->deadline);
}

static bool may_repeat(const struct exchange *exchange, enum err rc, const struct http_reply *http,
                       int tries)
{
    if (rc == ERR_OK && http->status == 429) return true;
    if (!exchange->repeatable || tries >= READ_TRIES) return false;
    return rc == ERR_NO_REPLY || (rc == ERR_OK && http->status >= 500);
}

/* Full jitter: anything from 0 to the ceiling, so that clients refused together come back apart. */
static int64_t jitter_ms(int64_t ceiling_ms)
{
    char hex[2 * 2 + 1];
    if (random_hex(hex, 2) != ERR_OK) return ceiling_ms;
    return ceiling_ms * (int64_t)strtol(hex, NULL, 16) / 0xffff;
}

static int64_t backoff_ms(int tries, const struct http_reply *http)
{
    int64_t ceiling_ms = BACKOFF_FIRST_MS;
    for (int i = 1; i < tries && ceiling_ms < BACKOFF_MAX_MS; i++)
        ceiling_ms *= 2;
    if (ceiling_ms > BACKOFF_MAX_MS) ceiling_ms = BACKOFF_MAX_MS;
    int64_t asked_ms = http->retry_after_s > 0 ? (int64_t)http->retry_after_s * 1000 : 0;
    return asked_ms + jitter_ms(ceiling_ms);
}

/* False, at once, when the deadline leaves no time for another try after it. */
static bool wait_ms(const struct twilio_client *client, int64_t ms)
{
    if (ms + TRY_MIN_MS >= twilio_client_left_ms(client)) return false;
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    nanosleep(&pause, NULL);
    return true;
}

/*
 * Made when its host is first asked, because a program that answers without Twilio needs none. With
 * one base URL all hosts are one. NULL: it can't be made.
 */
static struct http_client *http_of(struct twilio_client *client, enum twilio_host host)
{
    struct http_client **http = &client->http[client->config->api_base_url != NULL ? 0 : host];
    if (*http == NULL) *http = connect_to(client->config, client->base[host]);
    return *http;
}

/* A read that was said ahead has been asked already; anything else is asked beside what was. */
static enum err try_once(struct twilio_client *client, enum twilio_host host,
                         const struct exchange *exchange, struct http_reply *http)
{
    enum err rc;
    if (exchange->http.once) {
        /* What was read before a change may not be so any more. */
        twilio_ahead_forget_answers(client->ahead);
    } else if (twilio_ahead_take(client->ahead, exchange->http.url, http, &rc)) {
        return rc;
    }
    return twilio_ahead_perform(client->ahead, http_of(client, host), &exchange->http,
                                client->deadline, http);
}

/* Each try is a request that Twilio may have counted. */
static void note_answer(struct twilio_client *client, enum twilio_host host,
                        const struct http_reply *http)
{
    const size_t product = metrics_word(METRIC_TWILIO_REQUESTS, products[host].name);
    metrics_count_status(METRIC_TWILIO_REQUESTS, product, http->status);
    if (http->rate_limit > 0 && http->rate_remaining >= 0)
        metrics_set(METRIC_RATE_REMAINING, (int64_t)http->rate_remaining * 1000 / http->rate_limit);
    if (http->concurrent >= 0) metrics_set(METRIC_CONCURRENT, http->concurrent);
    if (http->date_s == 0) return;
    client->date_s = http->date_s;
    client->date_read_ms = clock_ms();
    metrics_set(METRIC_CLOCK_SKEW, clock_wall_s() - http->date_s);
}

static enum err exchange_with_retries(struct twilio_client *client, enum twilio_host host,
                                      const struct exchange *exchange, struct http_reply *http)
{
    for (int tries = 1;; tries++) {
        enum err rc = try_once(client, host, exchange, http);
        note_answer(client, host, http);
        if (!may_repeat(exchange, rc, http, tries) || !wait_ms(client, backoff_ms(tries, http)))
            return rc;
    }
}

static enum err status_to_err(int status)
{
    if (status >= 200 && status <= 299) return ERR_OK;
    switch (status) {
    case 401: /* our own credentials: nothing that the page's user could put right */
    case 403:
        return ERR_UPSTREAM;
    case 404:
        return ERR_NOT_FOUND;
    case 409:
    case 412:
        return ERR_CONFLICT;
    case 429:
        return ERR_UNAVAILABLE;
    default:
        return status >= 400 && status <= 499 ? ERR_REFUSED : ERR_UPSTREAM;
    }
}

/* Twilio's error bodies may lack the code, and a proxy's are HTML: the status alone must do. */
static int error_code(const cJSON *json)
{
    double code = json == NULL ? 0 : json_get_number(json, "code", 0);
    return code >= 1 && code <= 999999 ? (int)code : 0;
}

/* Any object, but not one that ends early: the rest of it, or of a list, would be missed. */
static bool read_body(const struct strbuf *body, cJSON **json)
{
    cJSON *object = NULL;
    if (json_lenient_read(body->buf, body->len, &object) != ERR_OK) return false;
    if ((json_lenient_faults(object) & JSON_FAULT_CUT) != 0) {
        cJSON_Delete(object);
        return false;
    }
    *json = object;
    return true;
}

static enum err read_answer(const struct http_reply *http, bool writes, struct twilio_reply *reply)
{
    enum err rc = status_to_err(http->status);
    bool readable = read_body(&http->body, &reply->json);

    reply->status = http->status;
    memcpy(reply->etag, http->etag, sizeof reply->etag);
    if (rc == ERR_OK) {
        if (readable || http->status == 204) return ERR_OK;
        reply->unknown = writes;
        return ERR_UPSTREAM;
    }
    reply->code = error_code(reply->json);
    reply->unknown = writes && http->status >= 500;
    return rc;
}

/* Answers that are part of a call's normal course: gone, overtaken, over already. */
static bool is_expected(enum err rc, const struct twilio_reply *reply)
{
    return rc == ERR_OK || rc == ERR_NOT_FOUND || rc == ERR_CONFLICT ||
           (rc == ERR_REFUSED &&
            (reply->code == TWILIO_CODE_ILLEGAL_STATE || reply->code == TWILIO_CODE_CALL_NOT_LIVE));
}

static void log_unexpected(const struct exchange *exchange, const struct http_reply *http,
                           enum err rc, const struct twilio_reply *reply)
{
    const char *problem = http->problem;
    if (problem[0] == '\0' && rc == ERR_UPSTREAM && reply->status >= 200 && reply->status <= 299)
        problem = "the answer isn't a JSON object";
    const char *message = reply->json != NULL ? json_get_string(reply->json, "message") : NULL;
    if (problem[0] == '\0' && message != NULL && !exchange->secret) problem = message;
    log_warn("twilio %s %.*s: %s, status %d, code %d, request id %s%s%s", exchange->http.method,
             (int)exchange->path_len, exchange->path, err_name(rc), reply->status, reply->code,
             http->request_id[0] != '\0' ? http->request_id : "none",
             problem[0] != '\0' ? ": " : "", problem);
}

static enum err perform(struct twilio_client *client, enum twilio_host host,
                        struct exchange *exchange, struct twilio_reply *reply)
{
    struct http_reply http;
    if (http_of(client, host) == NULL) return ERR_MEMORY;
    http_reply_init(&http, STRBUF_MAX_UPSTREAM);

    const char *path = strstr(exchange->http.url, "://");
    path = path == NULL ? NULL : strchr(path + 3, '/');
    exchange->path = path == NULL ? "/" : path;
    exchange->path_len = strcspn(exchange->path, "?#");

    enum err rc = exchange_with_retries(client, host, exchange, &http);
    if (rc == ERR_OK)
        rc = read_answer(&http, exchange->http.once, reply);
    else
        reply->unknown = exchange->http.once && http.unknown;
    /* A ceiling that Twilio's answer broke is no fault of the client's. */
    reply->too_large = rc == ERR_TOO_LARGE;
    if (reply->too_large) rc = ERR_UPSTREAM;
    if (!is_expected(rc, reply)) log_unexpected(exchange, &http, rc, reply);
    http_reply_free(&http);
    return rc;
}

static void build_url(const struct twilio_client *client, enum twilio_host host, const char *path,
                      const char *query, struct strbuf *url)
{
    strbuf_init(url, STRBUF_MAX_URL);
    strbuf_addstr(url, client->base[host]);
    strbuf_addstr(url, path);
    if (query == NULL || query[0] == '\0') return;
    strbuf_addch(url, '?');
    strbuf_addstr(url, query);
}

static enum err request(struct twilio_client *client, enum twilio_host host,
                        struct exchange *exchange, const char *path, const char *query,
                        struct twilio_reply *reply)
{
    struct strbuf url;
    enum err rc = ERR_TOO_LARGE;
    build_url(client, host, path, query, &url);
    if (!strbuf_failed(&url)) {
        exchange->http.url = url.buf;
        rc = perform(client, host, exchange, reply);
    }
    strbuf_free(&url);
    return rc;
}

void twilio_client_ahead(struct twilio_client *client, enum twilio_host host, const char *path,
                         const char *query)
{
    struct strbuf url;
    build_url(client, host, path, query, &url);
    struct http_client *http = http_of(client, host);
    if (!strbuf_failed(&url) && http != NULL) twilio_ahead_say(client->ahead, http, url.buf);
    strbuf_free(&url);
}

void twilio_client_ahead_end(struct twilio_client *client)
{
    twilio_ahead_forget(client->ahead);
}

enum err twilio_client_get(struct twilio_client *client, enum twilio_host host, const char *path,
                           const char *query, struct twilio_reply *reply)
{
    struct exchange exchange = { .http = { .method = "GET" }, .repeatable = true };
    memset(reply, 0, sizeof *reply);
    return request(client, host, &exchange, path, query, reply);
}

enum err twilio_client_post(struct twilio_client *client, enum twilio_host host, const char *path,
                            const char *form, const char *if_match, struct twilio_reply *reply)
{
    struct exchange exchange = {
        .http = { .method = "POST", .form = form, .if_match = if_match, .once = true }
    };
    memset(reply, 0, sizeof *reply);
    return request(client, host, &exchange, path, NULL, reply);
}

enum err twilio_client_post_json(struct twilio_client *client, enum twilio_host host,
                                 const char *path, const char *json, struct twilio_reply *reply)
{
    struct exchange exchange = { .http = {
                                     .method = "POST", .form = json, .json = true, .once = true } };
    memset(reply, 0, sizeof *reply);
    return request(client, host, &exchange, path, NULL, reply);
}

enum err twilio_client_ask(struct twilio_client *client, enum twilio_host host, const char *path,
                           const char *body, bool json, struct twilio_reply *reply)
{
    struct exchange exchange = {
        .http = { .method = "POST", .form = body, .json = json },
        .repeatable = true,
        .secret = true,
    };
    memset(reply, 0, sizeof *reply);
    return request(client, host, &exchange, path, NULL, reply);
}

enum err twilio_client_delete(struct twilio_client *client, enum twilio_host host, const char *path,
                              struct twilio_reply *reply)
{
    struct exchange exchange = { .http = { .method = "DELETE" }, .repeatable = true };
    memset(reply, 0, sizeof *reply);
    enum err rc = request(client, host, &exchange, path, NULL, reply);
    /* What is gone is deleted, perhaps by an earlier try of ours. */
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* Writes "scheme://host:port" in one form; false for what isn't an absolute http(s) URL. */
static bool origin_of(const char *url, char origin[ORIGIN_SIZE])
{
    bool https = strncasecmp(url, "https://", 8) == 0;
    if (!https && strncasecmp(url, "http://", 7) != 0) return false;
    const char *host = url + (https ? 8 : 7);
    size_t host_len = strcspn(host, "/?#");
    const char *default_port = https ? ":443" : ":80";
    size_t port_len = strlen(default_port);
    if (host_len > port_len && strncmp(host + host_len - port_len, default_port, port_len) == 0)
        host_len -= port_len;
    int len =
        snprintf(origin, ORIGIN_SIZE, "%s://%.*s", https ? "https" : "http", (int)host_len, host);
    return len > 0 && len < ORIGIN_SIZE;
}

static bool same_origin(const char *url, const char *base)
{
    char left[ORIGIN_SIZE];
    char right[ORIGIN_SIZE];
    return origin_of(url, left) && origin_of(base, right) && strcasecmp(left, right) == 0;
}

enum err twilio_client_get_next(struct twilio_client *client, enum twilio_host host,
                                const char *next_url, struct twilio_reply *reply)
{
    struct exchange exchange = { .http = { .method = "GET", .url = next_url }, .repeatable = true };
    memset(reply, 0, sizeof *reply);
    /* The 2010 API's links are paths; "//host" would be another host. */
    if (next_url[0] == '/' && next_url[1] != '/')
        return request(client, host, &exchange, next_url, NULL, reply);
    if (!same_origin(next_url, client->base[host])) {
        log_warn("twilio: a next page on another host was not followed");
        return ERR_UPSTREAM;
    }
    return perform(client, host, &exchange, reply);
}

void twilio_reply_free(struct twilio_reply *reply)
{
    cJSON_Delete(reply->json);
    reply->json = NULL;
}
