#include "twilio/http_client.h"

#include <stdlib.h>

#include "twilio/http_libcurl.h"
#include "twilio/http_transfer.h"

struct http_client {
    struct http_transfer *transfers[HTTP_CLIENT_TRANSFERS];
};

enum err http_client_new(const struct http_options *options, struct http_client **client)
{
    struct http_client *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) return ERR_MEMORY;
    enum err rc = http_transfer_new(options, &fresh->transfers[0]);
    if (rc == ERR_OK)
        *client = fresh;
    else
        http_client_free(fresh);
    return rc;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL) return;
    for (size_t i = 0; i < HTTP_CLIENT_TRANSFERS; i++)
        http_transfer_free(client->transfers[i]);
    free(client);
}

enum err http_client_perform(struct http_client *client, const struct http_request *request,
                             const struct deadline *deadline, struct http_reply *reply)
{
    struct http_transfer *transfer = client->transfers[0];
    enum err rc = http_transfer_begin(transfer, request, deadline, reply);
    if (rc != ERR_OK) return rc;
    return http_transfer_end(transfer, http_libcurl.easy_perform(http_transfer_handle(transfer)));
}

enum err http_client_transfer(struct http_client *client, size_t index,
                              struct http_transfer **transfer)
{
    if (index >= HTTP_CLIENT_TRANSFERS) return ERR_INTERNAL;
    struct http_transfer **wanted = &client->transfers[index];
    enum err rc = ERR_OK;
    if (*wanted == NULL) rc = http_transfer_copy(client->transfers[0], wanted);
    if (rc == ERR_OK) *transfer = *wanted;
    return rc;
}
