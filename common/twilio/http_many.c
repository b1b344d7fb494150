#include "twilio/http_many.h"

#include <stdbool.h>
#include <stdlib.h>

#include "twilio/http_libcurl.h"
#include "twilio/http_transfer.h"

/* A program that is told to stop must not wait longer than that for a silent host. */
enum { LOOK_AGAIN_MS = 500 };

struct http_many {
    CURLM *multi;
};

enum err http_many_new(struct http_many **many)
{
    struct http_many *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) return ERR_MEMORY;
    enum err rc = http_libcurl_load();
    if (rc == ERR_OK) fresh->multi = http_libcurl.multi_init();
    if (fresh->multi == NULL) {
        free(fresh);
        return rc != ERR_OK ? rc : ERR_MEMORY;
    }
    /* Of each transfer, that is: its connections are its own. */
    http_libcurl.multi_setopt(fresh->multi, CURLMOPT_MAXCONNECTS, 1L);
    *many = fresh;
    return ERR_OK;
}

void http_many_free(struct http_many *many)
{
    if (many == NULL) return;
    http_libcurl.multi_cleanup(many->multi);
    free(many);
}

/* How many of the exchanges before this one have the same client. */
static size_t count_before(const struct http_exchange *exchanges, size_t which)
{
    size_t count = 0;
    for (size_t i = 0; i < which; i++)
        if (exchanges[i].client == exchanges[which].client) count++;
    return count;
}

/* Its handle is removed only afterwards, because its connection is asked for there. */
static void end(struct http_many *many, struct http_exchange *exchange, CURLcode code)
{
    struct http_transfer *transfer = exchange->transfer;
    exchange->transfer = NULL;
    exchange->rc = http_transfer_end(transfer, code);
    http_libcurl.multi_remove_handle(many->multi, http_transfer_handle(transfer));
}

static void begin(struct http_many *many, struct http_exchange *exchanges, size_t which,
                  const struct deadline *deadline)
{
    struct http_exchange *exchange = &exchanges[which];
    struct http_transfer *transfer = NULL;
    exchange->transfer = NULL;
    http_reply_empty(exchange->reply);
    enum err rc = http_client_transfer(exchange->client, count_before(exchanges, which), &transfer);
    if (rc == ERR_OK)
        rc = http_transfer_begin(transfer, exchange->request, deadline, exchange->reply);
    exchange->rc = rc;
    if (rc != ERR_OK) return;
    CURL *handle = http_transfer_handle(transfer);
    exchange->transfer = transfer;
    if (http_libcurl.easy_setopt(handle, CURLOPT_PRIVATE, exchange) != CURLE_OK ||
        http_libcurl.multi_add_handle(many->multi, handle) != CURLM_OK) {
        end(many, exchange, CURLE_FAILED_INIT);
    }
}

static bool is_any_under_way(const struct http_exchange *exchanges, size_t count)
{
    size_t i = 0;
    while (i < count && exchanges[i].transfer == NULL)
        i++;
    return i < count;
}

static void end_those_done(struct http_many *many)
{
    int left;
    const CURLMsg *message;
    while ((message = http_libcurl.multi_info_read(many->multi, &left)) != NULL) {
        /* The message doesn't outlive the handle's removal. */
        const CURLcode code = message->data.result;
        struct http_exchange *exchange = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        http_libcurl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        end(many, exchange, code);
    }
}

/* Each transfer has its own time-out and looks at the deadline, so that this comes to an end. */
static bool drive(struct http_many *many, const struct http_exchange *exchanges, size_t count)
{
    for (;;) {
        int running;
        if (http_libcurl.multi_perform(many->multi, &running) != CURLM_OK) return false;
        end_those_done(many);
        if (!is_any_under_way(exchanges, count)) return true;
        if (http_libcurl.multi_poll(many->multi, NULL, 0, LOOK_AGAIN_MS, NULL) != CURLM_OK)
            return false;
    }
}

void http_many_perform(struct http_many *many, struct http_exchange *exchanges, size_t count,
                       const struct deadline *deadline)
{
    for (size_t i = 0; i < count; i++)
        begin(many, exchanges, i, deadline);
    if (!is_any_under_way(exchanges, count) || drive(many, exchanges, count)) return;
    for (size_t i = 0; i < count; i++)
        if (exchanges[i].transfer != NULL) end(many, &exchanges[i], CURLE_OUT_OF_MEMORY);
}
