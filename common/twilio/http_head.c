#include "twilio/http_head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"

enum { RETRY_AFTER_MAX_S = 86400, COUNT_MAX = 1000 * 1000, NUMBER_SIZE = 64 };

/* What a header holds, and where it goes. */
static const struct header {
    const char *name;
    enum { TEXT, COUNT, DATE } kind;
    size_t offset; /* in struct http_reply */
    size_t room;   /* a text's bytes with its NUL; the greatest count that is kept */
} headers[] = {
    { "ETag", TEXT, offsetof(struct http_reply, etag), HTTP_ETAG_SIZE },
    { "Twilio-Request-Id", TEXT, offsetof(struct http_reply, request_id), HTTP_REQUEST_ID_SIZE },
    { "Retry-After", COUNT, offsetof(struct http_reply, retry_after_s), RETRY_AFTER_MAX_S },
    { "X-Rate-Limit-Limit", COUNT, offsetof(struct http_reply, rate_limit), COUNT_MAX },
    { "X-Rate-Limit-Remaining", COUNT, offsetof(struct http_reply, rate_remaining), COUNT_MAX },
    { "Twilio-Concurrent-Requests", COUNT, offsetof(struct http_reply, concurrent), COUNT_MAX },
    { "Date", DATE, offsetof(struct http_reply, date_s), 0 },
};

/* The value of the header line if it has this name, without the spaces around it. */
static bool value_of(const char *line, size_t len, const char *name, const char **value,
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
static void keep_text(char *to, size_t to_size, const char *value, size_t len)
{
    to[0] = '\0';
    if (len >= to_size) return;
    for (size_t i = 0; i < len; i++)
        if (value[i] < ' ' || value[i] > '~') return;
    memcpy(to, value, len);
    to[len] = '\0';
}

/* A whole number, or -1; Twilio's Retry-After is never a date. */
static int count_in(const char *text, size_t max)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || count < 0) return -1;
    return (size_t)count > max ? (int)max : (int)count;
}

static void keep(struct http_reply *reply, const struct header *header, const char *value,
                 size_t len)
{
    char *to = (char *)reply + header->offset;
    char text[NUMBER_SIZE];
    if (header->kind == TEXT) {
        keep_text(to, header->room, value, len);
        return;
    }
    keep_text(text, sizeof text, value, len);
    if (header->kind == COUNT) {
        const int count = count_in(text, header->room);
        memcpy(to, &count, sizeof count);
    } else {
        int64_t at_s;
        if (!date_parse_rfc2822(text, &at_s)) at_s = 0;
        memcpy(to, &at_s, sizeof at_s);
    }
}

void http_head_read(struct http_reply *reply, const char *line, size_t len)
{
    const char *value;
    size_t value_len;
    /* A status line: what came before belonged to an interim answer or to a proxy's. */
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0) http_reply_forget_head(reply);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (value_of(line, len, headers[i].name, &value, &value_len)) {
            keep(reply, &headers[i], value, value_len);
            return;
        }
    }
}
