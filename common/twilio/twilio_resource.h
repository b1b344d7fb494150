/*
 * What all of Twilio's resources have in common: reading SIDs, texts and times from their JSON,
 * and walking through a list page by page.
 */
#ifndef DIALPAD_TWILIO_RESOURCE_H
#define DIALPAD_TWILIO_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/sid.h"
#include "base/strbuf.h"
#include "twilio/twilio_client.h"

/* True if the member is a SID of this kind; otherwise `sid` becomes "". */
bool twilio_resource_sid(const cJSON *json, const char *key, const char *prefix,
                         char sid[SID_SIZE]);

/* The member's text; "" if it is absent, no string, or longer than size - 1 bytes. */
void twilio_resource_text(const cJSON *json, const char *key, char *text, size_t size);

/* The member as a time in seconds since 1970, in either of Twilio's notations; 0 if it is none. */
int64_t twilio_resource_time(const cJSON *json, const char *key);

/*
 * The JSON object inside a JSON string, as Attributes are sent, read leniently; or the object that
 * stands there itself. An empty object when the member is null, absent or not an object's text;
 * NULL only when out of memory.
 */
cJSON *twilio_resource_attributes(const cJSON *json, const char *key) MUST_CHECK;

/* Posts a form. ERR_MEMORY, and nothing is sent, if it could not be built. */
enum err twilio_resource_post(struct twilio_client *client, enum twilio_host host, const char *path,
                              const struct strbuf *form, const char *if_match,
                              struct twilio_reply *reply) MUST_CHECK;

/* A list that Twilio gives page by page. */
struct twilio_resource_list {
    enum twilio_host host;
    const char *path;
    const struct strbuf *query; /* NULL: none */
    const char *key;            /* the member of a page that holds its elements */
    enum err (*each)(void *context, const cJSON *element);
};

/*
 * Calls list->each for each element of each page, in Twilio's order, and stops at the first error.
 * A page that is larger than an answer may be is asked for in smaller pieces, if the query has a
 * PageSize. A page without the list is ERR_UPSTREAM; ERR_MEMORY if the query could not be built.
 */
enum err twilio_resource_each(struct twilio_client *client, const struct twilio_resource_list *list,
                              void *context) MUST_CHECK;

#endif
