#include "twilio/http_message.h"

#include <string.h>

void http_reply_init(struct http_reply *reply, size_t max_body)
{
    memset(reply, 0, sizeof *reply);
    strbuf_init(&reply->body, max_body);
    http_reply_forget_head(reply);
}

void http_reply_free(struct http_reply *reply)
{
    strbuf_free(&reply->body);
}

void http_reply_empty(struct http_reply *reply)
{
    strbuf_reset(&reply->body);
    http_reply_forget_head(reply);
    reply->status = 0;
    reply->unknown = false;
    reply->problem[0] = '\0';
    reply->cause = HTTP_CAUSE_NONE;
    reply->certificate_expires_s = 0;
}

void http_reply_forget_head(struct http_reply *reply)
{
    reply->etag[0] = '\0';
    reply->request_id[0] = '\0';
    reply->retry_after_s = -1;
    reply->rate_limit = -1;
    reply->rate_remaining = -1;
    reply->concurrent = -1;
    reply->date_s = 0;
}
