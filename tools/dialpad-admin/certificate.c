#include "certificate.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "twilio/http_client.h"

enum { PATIENCE_MS = 3000, URL_SIZE = 1024, ANSWER_MAX = 64 * 1024 };

void certificate_note(const struct config *config)
{
    char url[URL_SIZE];
    struct http_reply reply;
    struct http_client *client = NULL;
    struct deadline deadline = { clock_ms() + PATIENCE_MS };
    const struct http_options options = { .ca_path = config->ca_path,
                                          .allow_http = true,
                                          .certificate = true };
    const struct http_request request = { .method = "GET", .url = url };
    snprintf(url, sizeof url, "%s/health", config->public_url);
    http_reply_init(&reply, ANSWER_MAX);
    enum err rc = http_client_new(&options, &client);
    if (rc == ERR_OK) rc = http_client_perform(client, &request, &deadline, &reply);
    if (rc == ERR_OK && reply.certificate_expires_s > 0)
        metrics_set(METRIC_CERTIFICATE, reply.certificate_expires_s);
    http_reply_free(&reply);
    http_client_free(client);
}
