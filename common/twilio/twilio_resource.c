#include "twilio/twilio_resource.h"

#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/log.h"

/* TaskRouter's largest list is 15 pages long; a chain of links without an end is an error. */
enum { PAGES_MAX = 200 };

bool twilio_resource_sid(const cJSON *json, const char *key, const char *prefix, char sid[SID_SIZE])
{
    const char *text = json_get_string(json, key);
    if (!sid_valid(text, prefix)) {
        sid[0] = '\0';
        return false;
    }
    sid_copy(sid, text);
    return true;
}

void twilio_resource_text(const cJSON *json, const char *key, char *text, size_t size)
{
    const char *value = json_get_string(json, key);
    size_t len = value == NULL ? 0 : strlen(value);
    if (len >= size) len = 0;
    if (len > 0) memcpy(text, value, len);
    text[len] = '\0';
}

int64_t twilio_resource_time(const cJSON *json, const char *key)
{
    int64_t epoch_s = 0;
    const char *text = json_get_string(json, key);
    if (!date_parse_iso8601(text, &epoch_s) && !date_parse_rfc2822(text, &epoch_s)) return 0;
    return epoch_s;
}

cJSON *twilio_resource_attributes(const cJSON *json, const char *key)
{
    cJSON *attributes = NULL;
    const char *text = json_get_string(json, key);
    if (text != NULL && json_parse_object(text, strlen(text), &attributes) == ERR_OK)
        return attributes;
    return cJSON_CreateObject();
}

enum err twilio_resource_post(struct twilio_client *client, enum twilio_host host, const char *path,
                              const struct strbuf *form, const char *if_match,
                              struct twilio_reply *reply)
{
    if (strbuf_failed(form)) return ERR_MEMORY;
    return twilio_client_post(client, host, path, form->buf, if_match, reply);
}

static enum err each_of_page(const cJSON *page, const struct twilio_resource_list *list,
                             void *context)
{
    const cJSON *elements = json_get_array(page, list->key);
    if (elements == NULL) return ERR_UPSTREAM;
    const cJSON *element;
    cJSON_ArrayForEach(element, elements)
    {
        enum err rc = list->each(context, element);
        if (rc != ERR_OK) return rc;
    }
    return ERR_OK;
}

/* TaskRouter says meta.next_page_url, the 2010 API next_page_uri; null on the last page. */
static const char *next_link(const cJSON *page)
{
    const cJSON *meta = json_get_object(page, "meta");
    const char *link = meta != NULL ? json_get_string(meta, "next_page_url")
                                    : json_get_string(page, "next_page_uri");
    return link != NULL && link[0] != '\0' ? link : NULL;
}

enum err twilio_resource_each(struct twilio_client *client, const struct twilio_resource_list *list,
                              void *context)
{
    struct twilio_reply page;
    if (list->query != NULL && strbuf_failed(list->query)) return ERR_MEMORY;
    const char *query = list->query != NULL ? list->query->buf : NULL;
    enum err rc = twilio_client_get(client, list->host, list->path, query, &page);

    for (int pages = 1; rc == ERR_OK; pages++) {
        rc = each_of_page(page.json, list, context);
        const char *next = next_link(page.json);
        if (rc != ERR_OK || next == NULL) break;
        if (pages == PAGES_MAX) {
            log_warn("twilio: the list %s has more than %d pages", list->path, PAGES_MAX);
            rc = ERR_UPSTREAM;
            break;
        }
        struct twilio_reply next_page;
        rc = twilio_client_get_next(client, list->host, next, &next_page);
        /* Only now: the link was part of the page. */
        twilio_reply_free(&page);
        page = next_page;
    }
    twilio_reply_free(&page);
    return rc;
}
