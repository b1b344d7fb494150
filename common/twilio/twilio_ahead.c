#include "twilio/twilio_ahead.h"

#include <stdlib.h>
#include <string.h>

/* One read; free while `url` is NULL. */
struct read {
    char *url;
    struct http_client *client;
    bool answered;
    struct http_reply reply;
    enum err rc;
};

struct twilio_ahead {
    struct http_many *many; /* made when it is first needed */
    struct read reads[TWILIO_AHEAD_MAX];
};

struct twilio_ahead *twilio_ahead_new(void)
{
    return calloc(1, sizeof(struct twilio_ahead));
}

static void clear(struct read *read)
{
    if (read->url != NULL) http_reply_free(&read->reply);
    free(read->url);
    memset(read, 0, sizeof *read);
}

void twilio_ahead_forget(struct twilio_ahead *ahead)
{
    for (size_t i = 0; i < TWILIO_AHEAD_MAX; i++)
        clear(&ahead->reads[i]);
}

void twilio_ahead_forget_answers(struct twilio_ahead *ahead)
{
    for (size_t i = 0; i < TWILIO_AHEAD_MAX; i++)
        if (ahead->reads[i].answered) clear(&ahead->reads[i]);
}

void twilio_ahead_free(struct twilio_ahead *ahead)
{
    if (ahead == NULL) return;
    twilio_ahead_forget(ahead);
    http_many_free(ahead->many);
    free(ahead);
}

void twilio_ahead_say(struct twilio_ahead *ahead, struct http_client *client, const char *url)
{
    size_t i = 0;
    while (i < TWILIO_AHEAD_MAX && ahead->reads[i].url != NULL)
        i++;
    if (i == TWILIO_AHEAD_MAX) return;
    char *copy = strdup(url);
    if (copy == NULL) return;
    ahead->reads[i].url = copy;
    ahead->reads[i].client = client;
    http_reply_init(&ahead->reads[i].reply, STRBUF_MAX_UPSTREAM);
}

bool twilio_ahead_take(struct twilio_ahead *ahead, const char *url, struct http_reply *reply,
                       enum err *rc)
{
    size_t i = 0;
    while (i < TWILIO_AHEAD_MAX &&
           (ahead->reads[i].url == NULL || strcmp(ahead->reads[i].url, url) != 0)) {
        i++;
    }
    if (i == TWILIO_AHEAD_MAX) return false;
    struct read *read = &ahead->reads[i];
    bool answered = read->answered;
    if (answered) {
        const struct http_reply empty = *reply;
        *reply = read->reply;
        read->reply = empty;
        *rc = read->rc;
    }
    clear(read);
    return answered;
}

/* Fills in what is to be asked now, behind the first. */
static size_t add_reads(struct twilio_ahead *ahead, struct http_exchange *exchanges,
                        struct http_request *requests, struct read **reads)
{
    size_t count = 1;
    for (size_t i = 0; i < TWILIO_AHEAD_MAX; i++) {
        struct read *read = &ahead->reads[i];
        if (read->url == NULL || read->answered) continue;
        requests[count] = (struct http_request){ .method = "GET", .url = read->url };
        exchanges[count] = (struct http_exchange){
            .client = read->client,
            .request = &requests[count],
            .reply = &read->reply,
        };
        reads[count++] = read;
    }
    return count;
}

enum err twilio_ahead_perform(struct twilio_ahead *ahead, struct http_client *client,
                              const struct http_request *request, const struct deadline *deadline,
                              struct http_reply *reply)
{
    struct http_exchange exchanges[TWILIO_AHEAD_MAX + 1];
    struct http_request requests[TWILIO_AHEAD_MAX + 1];
    struct read *reads[TWILIO_AHEAD_MAX + 1];
    size_t count = add_reads(ahead, exchanges, requests, reads);
    bool alone = count == 1 || (ahead->many == NULL && http_many_new(&ahead->many) != ERR_OK);
    if (alone) return http_client_perform(client, request, deadline, reply);
    exchanges[0] = (struct http_exchange){ .client = client, .request = request, .reply = reply };
    http_many_perform(ahead->many, exchanges, count, deadline);
    for (size_t i = 1; i < count; i++) {
        reads[i]->answered = true;
        reads[i]->rc = exchanges[i].rc;
    }
    return exchanges[0].rc;
}
