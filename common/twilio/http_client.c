#include "twilio/http_client.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/date.h"

enum {
    CONNECT_MAX_MS = 2000, /* an unreachable host is given up sooner than one that thinks */
    HEAD_MAX = 64 * 1024,  /* bytes of status line and headers in one answer */
    RETRY_AFTER_MAX_S = 86400,
    ROUNDING_MS = 10 /* libcurl may see the deadline come a little before we do */
};

struct http_client {
    CURL *curl;
};

/* What the callbacks of one request share. */
struct transfer {
    CURL *curl;
    struct http_reply *reply;
    const struct deadline *deadline;
    size_t head_len;
    int sent; /* how often the request went out, or was about to */
    bool once;
    bool too_large;
};

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_result;
static const char *hashed_ca_dir; /* NULL: the system has none */
static const char *ca_bundle;     /* where there is none: a file in its stead; NULL: curl's own */

static bool is_hashed_dir(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) return false;
    bool found = false;
    const struct dirent *entry;
    while (!found && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        found = len > 2 && strcmp(entry->d_name + len - 2, ".0") == 0;
    }
    closedir(dir);
    return found;
}

static void global_init(void)
{
    global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (is_hashed_dir("/etc/ssl/certs")) {
        hashed_ca_dir = "/etc/ssl/certs";
        return;
    }
    /* A bundle brings Debian's libcurl to hosts that keep their certificates elsewhere. */
    static const char *const known[] = { "/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt",
                                         "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };
    for (size_t i = 0; ca_bundle == NULL && i < sizeof known / sizeof known[0]; i++)
        if (access(known[i], R_OK) == 0) ca_bundle = known[i];
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct strbuf *body = &transfer->reply->body;
    size_t len = size * count;
    transfer->too_large = len > body->max - body->len;
    if (transfer->too_large) return 0;
    strbuf_add(body, data, len);
    return strbuf_failed(body) ? 0 : len;
}

/* The value of the header line if it has this name, without the spaces around it. */
static bool header_value(const char *line, size_t len, const char *name, const char **value,
                         size_t *value_len)
{
    size_t name_len = strlen(name);
    if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0)
        return false;
    const char *start = line + name_len + 1;
    const char *end = line + len;
    while (start < end && (*start == ' ' || *start == '\t'))
        start++;
    while (end > start && strchr(" \t\r\n", end[-1]) != NULL)
        end--;
    *value = start;
    *value_len = (size_t)(end - start);
    return true;
}

/* Nothing but printable ASCII is kept: these values go into headers and log lines of ours. */
static void keep_header(char *to, size_t to_size, const char *value, size_t len)
{
    to[0] = '\0';
    if (len >= to_size) return;
    for (size_t i = 0; i < len; i++)
        if (value[i] < ' ' || value[i] > '~') return;
    memcpy(to, value, len);
    to[len] = '\0';
}

static int parse_retry_after(const char *text)
{
    char *end;
    errno = 0;
    long seconds = strtol(text, &end, 10);
    /* The form with a date is not something that Twilio sends. */
    if (end == text || *end != '\0' || errno != 0 || seconds < 0) return -1;
    return seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : (int)seconds;
}

static void forget_head(struct http_reply *reply)
{
    reply->etag[0] = '\0';
    reply->request_id[0] = '\0';
    reply->retry_after_s = -1;
    reply->date_s = 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct http_reply *reply = transfer->reply;
    size_t len = size * count;
    const char *value;
    size_t value_len;
    char text[64];

    transfer->head_len += len;
    transfer->too_large = transfer->head_len > HEAD_MAX;
    if (transfer->too_large) return 0;

    /* A status line: what came before belonged to an interim answer or to a proxy's. */
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
        forget_head(reply);
    } else if (header_value(line, len, "ETag", &value, &value_len)) {
        keep_header(reply->etag, sizeof reply->etag, value, value_len);
    } else if (header_value(line, len, "Twilio-Request-Id", &value, &value_len)) {
        keep_header(reply->request_id, sizeof reply->request_id, value, value_len);
    } else if (header_value(line, len, "Retry-After", &value, &value_len)) {
        keep_header(text, sizeof text, value, value_len);
        reply->retry_after_s = parse_retry_after(text);
    } else if (header_value(line, len, "Date", &value, &value_len)) {
        keep_header(text, sizeof text, value, value_len);
        if (!date_parse_rfc2822(text, &reply->date_s)) reply->date_s = 0;
    }
    return len;
}

/*
 * Called once before each sending. libcurl repeats a request by itself, a POST too, when a kept
 * connection turns out to be dead, even if the server had read it; no option forbids that.
 */
static int on_send(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct transfer *transfer = context;
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    if (transfer->once && transfer->sent > 0) return CURL_PREREQFUNC_ABORT;
    transfer->sent++;
    return CURL_PREREQFUNC_OK;
}

/* Runs at least once a second: so a program that is told to stop doesn't wait for a silent host. */
static int on_progress(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    struct transfer *transfer = context;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return deadline_left_ms(transfer->deadline) == 0;
}

/*
 * Anything readable on an idle connection, above all its end, means that it must not be used
 * again. Over TLS libcurl doesn't see that by itself.
 */
static bool kept_connection_is_alive(CURL *curl)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD)
        return false;
    char byte;
    ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

#define SET(option, value)                                                          \
    do {                                                                            \
        if (curl_easy_setopt(curl, option, value) != CURLE_OK) return ERR_INTERNAL; \
    } while (0)

static enum err set_lasting_options(CURL *curl, const struct http_options *options)
{
    const char *ca_path = options->ca_path != NULL ? options->ca_path : hashed_ca_dir;

    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_TCP_NODELAY, 1L);
    SET(CURLOPT_PROTOCOLS_STR, options->allow_http ? "http,https" : "https");
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, options->proxy != NULL ? options->proxy : "");
    /* With a single kept connection the last socket is the one that would be used next. */
    SET(CURLOPT_MAXCONNECTS, 1L);
    if (ca_path != NULL) {
        /* The bundle file would be parsed whole, 40 ms and a megabyte; the directory isn't. */
        SET(CURLOPT_CAINFO, NULL);
        SET(CURLOPT_CAPATH, ca_path);
    } else if (ca_bundle != NULL) {
        SET(CURLOPT_CAINFO, ca_bundle);
    }
    if (options->user != NULL) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERNAME, options->user);
        SET(CURLOPT_PASSWORD, options->password);
    }
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_PREREQFUNCTION, on_send);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_NOPROGRESS, 0L);
    return ERR_OK;
}

static enum err set_request_options(CURL *curl, const struct http_request *request,
                                    struct transfer *transfer, struct curl_slist *headers,
                                    long left_ms)
{
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_HTTPGET, 1L);
    if (strcmp(request->method, "POST") == 0) {
        const char *form = request->form != NULL ? request->form : "";
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(form));
        SET(CURLOPT_POSTFIELDS, form);
    }
    SET(CURLOPT_CUSTOMREQUEST, strcmp(request->method, "DELETE") == 0 ? "DELETE" : NULL);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_TIMEOUT_MS, left_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, left_ms < CONNECT_MAX_MS ? left_ms : (long)CONNECT_MAX_MS);
    SET(CURLOPT_FRESH_CONNECT, (long)(request->once && !kept_connection_is_alive(curl)));
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PREREQDATA, transfer);
    SET(CURLOPT_XFERINFODATA, transfer);
    return ERR_OK;
}

#undef SET

static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);
    if (longer == NULL) return false;
    *headers = longer;
    return true;
}

static enum err make_headers(const struct http_request *request, struct curl_slist **headers)
{
    char if_match[128];
    /* Without the first, libcurl waits a second for a "100 Continue" before a long form. */
    if (!add_header(headers, "Expect:") || !add_header(headers, "Accept: application/json"))
        return ERR_MEMORY;
    if (request->if_match == NULL) return ERR_OK;
    int len = snprintf(if_match, sizeof if_match, "If-Match: %s", request->if_match);
    if (len < 0 || (size_t)len >= sizeof if_match) return ERR_INTERNAL;
    return add_header(headers, if_match) ? ERR_OK : ERR_MEMORY;
}

static enum err result_of(const struct transfer *transfer, CURLcode code)
{
    if (code == CURLE_OK) return ERR_OK;
    if (transfer->too_large) return ERR_TOO_LARGE;
    if (code == CURLE_OUT_OF_MEMORY || strbuf_failed(&transfer->reply->body)) return ERR_MEMORY;
    return deadline_left_ms(transfer->deadline) <= ROUNDING_MS ? ERR_TIMEOUT : ERR_NO_REPLY;
}

/* In our words where libcurl only knows that a callback of ours said no. */
static const char *problem_of(const struct transfer *transfer, CURLcode code, const char *said)
{
    if (transfer->too_large) return "the answer is longer than it may be";
    if (code == CURLE_ABORTED_BY_CALLBACK && transfer->once && transfer->sent > 0 &&
        deadline_left_ms(transfer->deadline) > 0) {
        return "the connection died and the request must not be sent again";
    }
    return said[0] != '\0' ? said : curl_easy_strerror(code);
}

static void run(struct transfer *transfer, CURLcode *code)
{
    char problem[CURL_ERROR_SIZE] = "";
    struct http_reply *reply = transfer->reply;
    long status = 0;

    curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, problem);
    *code = curl_easy_perform(transfer->curl);
    curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, NULL);

    if (*code == CURLE_OK) {
        curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
        reply->status = (int)status;
        return;
    }
    snprintf(reply->problem, sizeof reply->problem, "%.100s", problem_of(transfer, *code, problem));
    reply->unknown = transfer->sent > 0;
}

static void empty_reply(struct http_reply *reply)
{
    strbuf_reset(&reply->body);
    forget_head(reply);
    reply->status = 0;
    reply->unknown = false;
    reply->problem[0] = '\0';
}

enum err http_client_perform(struct http_client *client, const struct http_request *request,
                             const struct deadline *deadline, struct http_reply *reply)
{
    enum err rc = ERR_TIMEOUT;
    CURLcode code;
    struct curl_slist *headers = NULL;
    struct transfer transfer = {
        .curl = client->curl, .reply = reply, .deadline = deadline, .once = request->once
    };

    empty_reply(reply);
    /* Asked once: libcurl would take a 0 for "no time-out". */
    long left_ms = (long)deadline_left_ms(deadline);
    if (left_ms == 0) goto out;
    rc = make_headers(request, &headers);
    if (rc != ERR_OK) goto out;
    rc = set_request_options(client->curl, request, &transfer, headers, left_ms);
    if (rc != ERR_OK) goto out;
    run(&transfer, &code);
    rc = result_of(&transfer, code);
out:
    /* The handle outlives the list. What else it points to is set anew before it is read again. */
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return rc;
}

enum err http_client_new(const struct http_options *options, struct http_client **client)
{
    enum err rc = ERR_MEMORY;
    struct http_client *fresh = NULL;

    pthread_once(&global_once, global_init);
    if (global_result != CURLE_OK) return ERR_INTERNAL;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) goto out;
    fresh->curl = curl_easy_init();
    if (fresh->curl == NULL) goto out;
    rc = set_lasting_options(fresh->curl, options);
    if (rc != ERR_OK) goto out;
    *client = fresh;
    fresh = NULL;
out:
    http_client_free(fresh);
    return rc;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL) return;
    curl_easy_cleanup(client->curl);
    free(client);
}

void http_reply_init(struct http_reply *reply, size_t max_body)
{
    memset(reply, 0, sizeof *reply);
    strbuf_init(&reply->body, max_body);
    forget_head(reply);
}

void http_reply_free(struct http_reply *reply)
{
    strbuf_free(&reply->body);
}
