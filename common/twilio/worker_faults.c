#include "twilio/worker_faults.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/json_lenient.h"
#include "base/log.h"
#include "base/sid.h"
#include "base/strbuf.h"

enum { NAMED_MAX = 256 }; /* with more of them odd, it is the import that is odd */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char named[NAMED_MAX][SID_SIZE];
static size_t named_count;

/* True once for each SID. */
static bool is_first_time(const char *sid)
{
    bool first = false;
    pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < named_count && strcmp(named[i], sid) != 0)
        i++;
    if (i == named_count && named_count < NAMED_MAX) {
        sid_copy(named[named_count++], sid);
        first = true;
    }
    pthread_mutex_unlock(&lock);
    return first;
}

static void add(struct strbuf *out, const char *key, const char *what)
{
    strbuf_addf(out, "%s%s %s", out->len > 0 ? ", " : "", key, what);
}

/* `required` ones are odd also when they are absent. */
static void check_text(struct strbuf *out, const cJSON *object, const char *key, bool required)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL && !required) return;
    if (!cJSON_IsString(member)) add(out, key, member == NULL ? "is missing" : "is no text");
}

static void check_attributes(struct strbuf *out, const cJSON *json, const cJSON *attributes)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, "attributes");
    bool is_text = cJSON_IsString(member);
    if (!is_text && !cJSON_IsObject(member)) {
        if (!cJSON_IsNull(member))
            add(out, "attributes", member == NULL ? "are missing" : "are no text");
    } else if (is_text && attributes->child == NULL && strchr(member->valuestring, '{') == NULL) {
        add(out, "attributes", "are no JSON object");
    }
    check_text(out, attributes, "full_name", false);
    check_text(out, attributes, "contact_uri", false);
}

void worker_faults_log(const char *sid, const cJSON *json, const cJSON *attributes)
{
    struct strbuf what;
    strbuf_init(&what, STRBUF_MAX_LOG_LINE);
    json_lenient_describe(&what, json_lenient_faults(json) | json_lenient_faults(attributes));
    check_text(&what, json, "friendly_name", true);
    check_text(&what, json, "activity_name", true);
    if (!cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(json, "available")))
        add(&what, "available", "is neither true nor false");
    check_attributes(&what, json, attributes);
    if (what.len > 0 && is_first_time(sid))
        log_warn("the Worker %s is odd, and read as well as can be: %s", sid, what.buf);
    strbuf_free(&what);
}

void worker_faults_log_nameless(void)
{
    static const char nameless[SID_SIZE] = "";
    if (is_first_time(nameless)) log_warn("a Worker without a SID was left out");
}
