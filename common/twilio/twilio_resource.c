#include "twilio/twilio_resource.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/json_lenient.h"
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
    const cJSON *object = json_get_object(json, key);
    const char *text = json_get_string(json, key);
    if (object != NULL) return cJSON_Duplicate(object, true);
    if (text != NULL && json_lenient_read(text, strlen(text), &attributes) == ERR_OK)
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

/* Where the number of the parameter PageSize stands in a query or a link; NULL if nowhere. */
static const char *find_page_size(const char *url)
{
    static const char name[] = "PageSize=";
    const char *found = strstr(url, name);
    while (found != NULL && found != url && found[-1] != '?' && found[-1] != '&')
        found = strstr(found + 1, name);
    return found != NULL ? found + sizeof name - 1 : NULL;
}

/* Where a walk through a list stands. */
struct walk {
    struct twilio_client *client;
    const struct twilio_resource_list *list;
    struct strbuf at; /* the next page's link; the query, for the first page */
    bool first;
    long wanted_size; /* elements a page; 0 where Twilio decides */
    long size;        /* the same, after pages that were too large */
    int pages;
};

static enum err ask_for_page(struct walk *walk, struct twilio_reply *page)
{
    struct strbuf url;
    strbuf_init(&url, STRBUF_MAX_URL);
    const char *number = walk->size < walk->wanted_size ? find_page_size(walk->at.buf) : NULL;
    if (number != NULL) {
        strbuf_add(&url, walk->at.buf, (size_t)(number - walk->at.buf));
        strbuf_addf(&url, "%ld%s", walk->size, number + strspn(number, "0123456789"));
    } else {
        strbuf_addstr(&url, walk->at.buf);
    }
    enum err rc = ERR_MEMORY;
    memset(page, 0, sizeof *page);
    if (strbuf_failed(&walk->at) || strbuf_failed(&url)) goto out;
    rc = walk->first
             ? twilio_client_get(walk->client, walk->list->host, walk->list->path, url.buf, page)
             : twilio_client_get_next(walk->client, walk->list->host, url.buf, page);
out:
    strbuf_free(&url);
    return rc;
}

/*
 * A page may be larger than an answer may be, with 1,000 Workers of long attributes on it: then a
 * smaller one is asked for, and after that they grow again.
 */
static enum err read_page(struct walk *walk, struct twilio_reply *page)
{
    for (;;) {
        if (++walk->pages > PAGES_MAX) {
            log_warn("twilio: the list %s has more than %d pages", walk->list->path, PAGES_MAX);
            memset(page, 0, sizeof *page);
            return ERR_UPSTREAM;
        }
        enum err rc = ask_for_page(walk, page);
        if (!page->too_large || walk->size <= 1) {
            if (rc == ERR_OK && walk->size < walk->wanted_size) walk->size *= 2;
            return rc;
        }
        twilio_reply_free(page);
        walk->size /= 2;
    }
}

/* Turns to the next page; false after the last one. */
static bool turn(struct walk *walk, const cJSON *page)
{
    const char *next = next_link(page);
    if (next == NULL) return false;
    strbuf_reset(&walk->at);
    strbuf_addstr(&walk->at, next);
    walk->first = false;
    return true;
}

enum err twilio_resource_each(struct twilio_client *client, const struct twilio_resource_list *list,
                              void *context)
{
    if (list->query != NULL && strbuf_failed(list->query)) return ERR_MEMORY;
    struct walk walk = { .client = client, .list = list, .first = true };
    strbuf_init(&walk.at, STRBUF_MAX_URL);
    if (list->query != NULL) strbuf_addstr(&walk.at, list->query->buf);
    const char *number = find_page_size(walk.at.buf);
    walk.wanted_size = walk.size = number != NULL ? strtol(number, NULL, 10) : 0;

    enum err rc;
    bool more = true;
    do {
        struct twilio_reply page;
        rc = read_page(&walk, &page);
        if (rc == ERR_OK) rc = each_of_page(page.json, list, context);
        if (rc == ERR_OK) more = turn(&walk, page.json);
        twilio_reply_free(&page);
    } while (rc == ERR_OK && more);
    strbuf_free(&walk.at);
    return rc;
}
