#include "twilio/http_transfer.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "twilio/http_head.h"
#include "twilio/http_libcurl.h"

enum {
    CONNECT_MAX_MS = 2000, /* an unreachable host is given up sooner than one that thinks */
    HEAD_MAX = 64 * 1024,  /* bytes of status line and headers in one answer */
    ROUNDING_MS = 10       /* libcurl may see the deadline come a little before we do */
};

struct http_transfer {
    CURL *curl;
    CURLSH *own; /* holds this transfer's one connection, which no other may use */
    struct curl_slist *headers;
    struct http_reply *reply;
    const struct deadline *deadline;
    curl_socket_t kept; /* the connection's socket, CURL_SOCKET_BAD if none is known to be good */
    size_t head_len;
    int sent; /* how often the request went out, or was about to */
    bool once;
    bool too_large;
    bool through_proxy;
    char problem[CURL_ERROR_SIZE];
};

static pthread_once_t certificates_once = PTHREAD_ONCE_INIT;
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

static void find_certificates(void)
{
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
    struct http_transfer *transfer = context;
    struct strbuf *body = &transfer->reply->body;
    size_t len = size * count;
    transfer->too_large = len > body->max - body->len;
    if (transfer->too_large) return 0;
    strbuf_add(body, data, len);
    return strbuf_failed(body) ? 0 : len;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    size_t len = size * count;
    transfer->head_len += len;
    transfer->too_large = transfer->head_len > HEAD_MAX;
    if (transfer->too_large) return 0;
    http_head_read(transfer->reply, line, len);
    return len;
}

/*
 * Called once before each sending. libcurl repeats a request by itself, a POST too, when a kept
 * connection turns out to be dead, even if the server had read it; no option forbids that.
 */
static int on_send(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct http_transfer *transfer = context;
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
    struct http_transfer *transfer = context;
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
static bool kept_connection_is_alive(const struct http_transfer *transfer)
{
    char byte;
    if (transfer->kept == CURL_SOCKET_BAD) return false;
    ssize_t got = recv(transfer->kept, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

#define SET(option, value)                                                                  \
    do {                                                                                    \
        if (http_libcurl.easy_setopt(curl, option, value) != CURLE_OK) return ERR_INTERNAL; \
    } while (0)

static enum err set_lasting_options(CURL *curl, const struct http_options *options)
{
    const char *ca_path = options->ca_path != NULL ? options->ca_path : hashed_ca_dir;

    SET(CURLOPT_NOSIGNAL, 1L);
    /* A thread that still waits for a name server is left behind, not waited for. */
    SET(CURLOPT_QUICK_EXIT, 1L);
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
    SET(CURLOPT_CERTINFO, (long)options->certificate);
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

static enum err set_request_options(struct http_transfer *transfer,
                                    const struct http_request *request, long left_ms)
{
    CURL *curl = transfer->curl;
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_HTTPGET, 1L);
    if (strcmp(request->method, "POST") == 0) {
        const char *form = request->form != NULL ? request->form : "";
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(form));
        SET(CURLOPT_POSTFIELDS, form);
    }
    SET(CURLOPT_CUSTOMREQUEST, strcmp(request->method, "DELETE") == 0 ? "DELETE" : NULL);
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_TIMEOUT_MS, left_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, left_ms < CONNECT_MAX_MS ? left_ms : (long)CONNECT_MAX_MS);
    SET(CURLOPT_FRESH_CONNECT, (long)(request->once && !kept_connection_is_alive(transfer)));
    return ERR_OK;
}

/* What binds a handle to its transfer: also a copied handle's, which still points to the first. */
static enum err bind_handle(struct http_transfer *transfer)
{
    CURL *curl = transfer->curl;
    SET(CURLOPT_SHARE, transfer->own);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PREREQDATA, transfer);
    SET(CURLOPT_XFERINFODATA, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->problem);
    return ERR_OK;
}

#undef SET

static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = http_libcurl.slist_append(*headers, line);
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
    if (request->json && !add_header(headers, "Content-Type: application/json")) return ERR_MEMORY;
    if (request->header != NULL && !add_header(headers, request->header)) return ERR_MEMORY;
    if (request->if_match == NULL) return ERR_OK;
    int len = snprintf(if_match, sizeof if_match, "If-Match: %s", request->if_match);
    if (len < 0 || (size_t)len >= sizeof if_match) return ERR_INTERNAL;
    return add_header(headers, if_match) ? ERR_OK : ERR_MEMORY;
}

static enum err result_of(const struct http_transfer *transfer, CURLcode code)
{
    if (code == CURLE_OK) return ERR_OK;
    if (transfer->too_large) return ERR_TOO_LARGE;
    if (code == CURLE_OUT_OF_MEMORY || strbuf_failed(&transfer->reply->body)) return ERR_MEMORY;
    return deadline_left_ms(transfer->deadline) <= ROUNDING_MS ? ERR_TIMEOUT : ERR_NO_REPLY;
}

/* In our words where libcurl only knows that a callback of ours said no. */
static const char *problem_of(const struct http_transfer *transfer, CURLcode code)
{
    if (transfer->too_large) return "the answer is longer than it may be";
    if (code == CURLE_ABORTED_BY_CALLBACK && transfer->once && transfer->sent > 0 &&
        deadline_left_ms(transfer->deadline) > 0) {
        return "the connection died and the request must not be sent again";
    }
    return transfer->problem[0] != '\0' ? transfer->problem : http_libcurl.easy_strerror(code);
}

static enum http_cause cause_of(const struct http_transfer *transfer, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return HTTP_CAUSE_NAME;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
        return HTTP_CAUSE_PROXY;
    case CURLE_COULDNT_CONNECT:
    case CURLE_RECV_ERROR: /* of a CONNECT that the proxy refuses */
        return transfer->through_proxy ? HTTP_CAUSE_PROXY : HTTP_CAUSE_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return HTTP_CAUSE_TLS;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
        return HTTP_CAUSE_SILENCE;
    default:
        return HTTP_CAUSE_OTHER;
    }
}

/* "Expire date:Nov 28 20:00:00 2026 GMT" among what libcurl says of the host's own certificate. */
static int64_t certificate_expiry(const struct http_transfer *transfer)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *chain = NULL;
    struct tm utc = { .tm_isdst = 0 };
    if (http_libcurl.easy_getinfo(transfer->curl, CURLINFO_CERTINFO, &chain) != CURLE_OK ||
        chain == NULL || chain->num_of_certs == 0) {
        return 0;
    }
    for (const struct curl_slist *line = chain->certinfo[0]; line != NULL; line = line->next) {
        if (strncmp(line->data, name, sizeof name - 1) == 0 &&
            strptime(line->data + sizeof name - 1, "%b %d %T %Y", &utc) != NULL) {
            return timegm(&utc);
        }
    }
    return 0;
}

static void drop_headers(struct http_transfer *transfer)
{
    /* The handle outlives the list. What else it points to is set anew before it is read again. */
    http_libcurl.easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, NULL);
    http_libcurl.slist_free_all(transfer->headers);
    transfer->headers = NULL;
}

enum err http_transfer_begin(struct http_transfer *transfer, const struct http_request *request,
                             const struct deadline *deadline, struct http_reply *reply)
{
    http_reply_empty(reply);
    transfer->reply = reply;
    transfer->deadline = deadline;
    transfer->once = request->once;
    transfer->head_len = 0;
    transfer->sent = 0;
    transfer->too_large = false;
    transfer->problem[0] = '\0';
    /* Asked once: libcurl would take a 0 for "no time-out". */
    long left_ms = (long)deadline_left_ms(deadline);
    enum err rc = left_ms == 0 ? ERR_TIMEOUT : make_headers(request, &transfer->headers);
    if (rc == ERR_OK) rc = set_request_options(transfer, request, left_ms);
    if (rc != ERR_OK) drop_headers(transfer);
    return rc;
}

/* Only after a complete answer is it known that the connection may be kept, and which it is. */
static void note_kept_connection(struct http_transfer *transfer, CURLcode code)
{
    transfer->kept = CURL_SOCKET_BAD;
    if (code == CURLE_OK)
        http_libcurl.easy_getinfo(transfer->curl, CURLINFO_ACTIVESOCKET, &transfer->kept);
}

enum err http_transfer_end(struct http_transfer *transfer, int result)
{
    const CURLcode code = (CURLcode)result;
    struct http_reply *reply = transfer->reply;
    long status = 0;
    enum err rc = result_of(transfer, code);
    note_kept_connection(transfer, code);
    if (rc == ERR_OK) {
        http_libcurl.easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
        reply->status = (int)status;
        reply->certificate_expires_s = certificate_expiry(transfer);
    } else {
        snprintf(reply->problem, sizeof reply->problem, "%.100s", problem_of(transfer, code));
        reply->cause = cause_of(transfer, code);
        reply->unknown = transfer->sent > 0;
    }
    drop_headers(transfer);
    return rc;
}

void *http_transfer_handle(const struct http_transfer *transfer)
{
    return transfer->curl;
}

/* Takes the handle over, also on failure; NULL: there was no memory for one. */
static enum err make_transfer(CURL *curl, struct http_transfer **transfer)
{
    enum err rc = ERR_MEMORY;
    struct http_transfer *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        http_libcurl.easy_cleanup(curl);
        return rc;
    }
    fresh->curl = curl;
    fresh->kept = CURL_SOCKET_BAD;
    fresh->own = curl != NULL ? http_libcurl.share_init() : NULL;
    if (fresh->own == NULL) goto out;
    rc = ERR_INTERNAL;
    CURLSHcode kept =
        http_libcurl.share_setopt(fresh->own, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    if (kept != CURLSHE_OK) goto out;
    rc = bind_handle(fresh);
    if (rc != ERR_OK) goto out;
    *transfer = fresh;
    fresh = NULL;
out:
    http_transfer_free(fresh);
    return rc;
}

enum err http_transfer_new(const struct http_options *options, struct http_transfer **transfer)
{
    struct http_transfer *fresh = NULL;
    pthread_once(&certificates_once, find_certificates);
    enum err rc = http_libcurl_load();
    if (rc == ERR_OK) rc = make_transfer(http_libcurl.easy_init(), &fresh);
    if (rc == ERR_OK) rc = set_lasting_options(fresh->curl, options);
    if (rc == ERR_OK) fresh->through_proxy = options->proxy != NULL;
    if (rc == ERR_OK)
        *transfer = fresh;
    else
        http_transfer_free(fresh);
    return rc;
}

enum err http_transfer_copy(const struct http_transfer *model, struct http_transfer **transfer)
{
    enum err rc = make_transfer(http_libcurl.easy_duphandle(model->curl), transfer);
    if (rc == ERR_OK) (*transfer)->through_proxy = model->through_proxy;
    return rc;
}

void http_transfer_free(struct http_transfer *transfer)
{
    if (transfer == NULL) return;
    http_libcurl.easy_cleanup(transfer->curl);
    if (transfer->own != NULL) http_libcurl.share_cleanup(transfer->own);
    free(transfer);
}
