/*
 * Checks of what Twilio says: can it be reached, and do account, token, key and workspace belong
 * together.
 */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/json.h"
#include "twilio/taskrouter_resource.h"
#include "twilio/twilio_resource.h"

enum { CLOCK_SKEW_MAX_S = 60, PATH_SIZE = 160, DAY_S = 24 * 60 * 60 };

/* Of what Twilio takes of the account at once, so much should be left when nobody calls. */
enum { LIMIT_LEFT_MIN_PERCENT = 20 };

/* TaskRouter is in these; us1 is where it is without a word. */
void doctor_twilio_region(struct doctor *doctor)
{
    static const char *const known[] = { "us1", "ie1" };
    const char *region = doctor->config.region;
    if (region == NULL) return;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(region, known[i]) != 0) continue;
        doctor_note(doctor, DOCTOR_OK, "twilio.region", "",
                    "%s; account token, key and secret must be that region's", region);
        return;
    }
    doctor_note(doctor, DOCTOR_FAIL, "twilio.region",
                "take TWILIO_REGION out of dialpad.conf, or set it to ie1 or us1",
                "TaskRouter isn't in the region %s", region);
}

static const char *repair_of(const struct doctor *doctor, enum http_cause cause)
{
    switch (cause) {
    case HTTP_CAUSE_NAME:
        return doctor->config.region != NULL || doctor->config.edge != NULL
                   ? "correct TWILIO_REGION and TWILIO_EDGE, or the name server: resolvectl query "
                     "api.twilio.com"
                   : "mend the name server: resolvectl query api.twilio.com";
    case HTTP_CAUSE_PROXY:
        return "correct DIALPAD_PROXY in dialpad.conf: curl -x PROXY https://api.twilio.com";
    case HTTP_CAUSE_CONNECT:
        return "let the firewall pass port 443 out, or set DIALPAD_PROXY";
    case HTTP_CAUSE_TLS:
        return "apt install --reinstall ca-certificates && update-ca-certificates; a proxy that "
               "opens TLS needs its certificate there";
    default:
        return "curl -v https://api.twilio.com; a firewall that drops silently, or "
               "https://status.twilio.com";
    }
}

void doctor_twilio_reach(struct doctor *doctor)
{
    static const enum twilio_host hosts[] = { TWILIO_TASKROUTER, TWILIO_API };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct http_reply reply;
        const char *base = twilio_client_base(doctor->client, hosts[i]);
        const struct doctor_request request = { .url = base, .as_twilio_is_asked = true };
        enum err rc = doctor_fetch(doctor, &request, &reply);
        if (rc != ERR_OK && rc != ERR_TOO_LARGE) {
            doctor_note(doctor, DOCTOR_FAIL, "twilio.reach", repair_of(doctor, reply.cause),
                        "%s: %s", base, reply.problem);
            http_reply_free(&reply);
            return;
        }
        http_reply_free(&reply);
    }
    doctor->twilio_answers = true;
    doctor_note(doctor, DOCTOR_OK, "twilio.reach", "", "%s answers%s",
                twilio_client_base(doctor->client, TWILIO_API),
                doctor->config.proxy != NULL ? " through DIALPAD_PROXY" : "");
}

static enum err get(struct doctor *doctor, struct twilio_client *client, const char *path,
                    struct twilio_reply *reply)
{
    doctor_ask(doctor);
    return twilio_client_get(client, TWILIO_API, path, NULL, reply);
}

void doctor_twilio_clock(struct doctor *doctor)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    if (!doctor->twilio_answers) return;
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s.json", doctor->config.account_sid);
    /* Any answer has a date. */
    if (get(doctor, doctor->account, path, &reply) != ERR_OK && reply.status == 0) goto out;
    long long ahead_s = (long long)(clock_wall_s() - twilio_client_now_s(doctor->account));
    if (llabs(ahead_s) > CLOCK_SKEW_MAX_S) {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.clock", "timedatectl set-ntp true",
                    "this host's clock is %lld s %s Twilio's, and tokens are refused",
                    llabs(ahead_s), ahead_s < 0 ? "behind" : "ahead of");
    } else {
        doctor_note(doctor, DOCTOR_OK, "twilio.clock", "", "%lld s from Twilio's", llabs(ahead_s));
    }
out:
    twilio_reply_free(&reply);
}

void doctor_twilio_token(struct doctor *doctor)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    if (!doctor->twilio_answers) return;
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s.json", doctor->config.account_sid);
    enum err rc = get(doctor, doctor->account, path, &reply);
    const char *status = rc == ERR_OK ? json_get_string(reply.json, "status") : NULL;
    const char *type = rc == ERR_OK ? json_get_string(reply.json, "type") : NULL;
    if (rc != ERR_OK) {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.token",
                    "copy Account SID and Auth Token from https://console.twilio.com into "
                    "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
                    "Twilio doesn't take this auth token for %s (status %d): signatures can't be "
                    "checked",
                    doctor->config.account_sid, reply.status);
    } else if (status != NULL && strcmp(status, "active") != 0) {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.token", "https://console.twilio.com",
                    "the account is %s", status);
    } else if (type != NULL && strcmp(type, "Trial") == 0) {
        /* https://help.twilio.com/articles/223180028 */
        doctor_note(doctor, DOCTOR_WARN, "twilio.token",
                    "upgrade it, and have a business profile approved: https://console.twilio.com",
                    "account and auth token fit, but it is a trial, which may have only five legs "
                    "at once, and upgraded two or three until its business profile is approved");
    } else {
        doctor_note(doctor, DOCTOR_OK, "twilio.token", "", "account and auth token fit");
    }
    twilio_reply_free(&reply);
}

/* Numbers are what every key of the account may read. */
void doctor_twilio_key(struct doctor *doctor)
{
    char path[PATH_SIZE];
    struct twilio_reply reply = { 0 };
    if (!doctor->twilio_answers) return;
    snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/IncomingPhoneNumbers.json",
             doctor->config.account_sid);
    if (get(doctor, doctor->client, path, &reply) == ERR_OK) {
        doctor_note(doctor, DOCTOR_OK, "twilio.key", "", "%s is the account's",
                    doctor->config.api_key);
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.key",
                    "take TWILIO_API_KEY and TWILIO_API_SECRET out of dialpad.conf, then "
                    "dialpad-admin setup",
                    "%s and its secret aren't taken for %s (status %d, code %d)",
                    doctor->config.api_key, doctor->config.account_sid, reply.status, reply.code);
    }
    twilio_reply_free(&reply);
}

void doctor_twilio_workspace(struct doctor *doctor)
{
    struct twilio_reply reply = { 0 };
    if (!doctor->twilio_answers) return;
    doctor_ask(doctor);
    enum err rc = taskrouter_resource_workspace(doctor->client, &reply);
    const char *owner = rc == ERR_OK ? json_get_string(reply.json, "account_sid") : NULL;
    if (rc != ERR_OK) {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.workspace",
                    "dialpad-admin setup --dry-run says which one Flex has: correct "
                    "TWILIO_FLEX_WORKSPACE_SID",
                    "%s can't be read: %s", doctor->config.workspace_sid,
                    rc == ERR_NOT_FOUND ? "Twilio knows no such workspace" : err_name(rc));
    } else if (owner == NULL || strcmp(owner, doctor->config.account_sid) != 0) {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.workspace", "correct TWILIO_ACCOUNT_SID",
                    "%s belongs to another account", doctor->config.workspace_sid);
    } else {
        doctor_note(doctor, DOCTOR_OK, "twilio.workspace", "", "%s", doctor->config.workspace_sid);
    }
    twilio_reply_free(&reply);
}

/* ---- how much of Twilio's limits is left */

static void note_no_limit(struct doctor *doctor, const char *why, int status)
{
    doctor_note(doctor, DOCTOR_WARN, "twilio.limits",
                "see twilio.key and twilio.workspace above, and https://status.twilio.com",
                "what is left can't be read: %s (status %d)", why, status);
}

/* X-Rate-Limit-* of an answer: TaskRouter counts each of its methods for the whole account. */
static void note_limit(struct doctor *doctor, const struct http_reply *reply)
{
    const int limit = reply->rate_limit;
    const int left = reply->rate_remaining;
    if (reply->status != 200) {
        note_no_limit(doctor, "Twilio refuses the list of Tasks", reply->status);
    } else if (limit <= 0 || left < 0) {
        doctor_note(doctor, DOCTOR_OK, "twilio.limits", "", "Twilio doesn't say what is left");
    } else if ((int64_t)left * 100 < (int64_t)limit * LIMIT_LEFT_MIN_PERCENT) {
        doctor_note(doctor, DOCTOR_WARN, "twilio.limits",
                    "find what else asks TaskRouter with this account "
                    "(https://console.twilio.com/monitor), or give calls a subaccount of their own",
                    "%d of %d requests are left to a method of TaskRouter: calls will fail when "
                    "there are none",
                    left, limit);
    } else {
        doctor_note(doctor, DOCTOR_OK, "twilio.limits", "",
                    "%d of %d requests are left to a method of TaskRouter", left, limit);
    }
}

void doctor_twilio_limits(struct doctor *doctor)
{
    char url[DOCTOR_URL_SIZE];
    struct http_reply reply;
    if (!doctor->has_workflow) return;
    snprintf(url, sizeof url, "%s/v1/Workspaces/%s/Tasks?PageSize=1",
             twilio_client_base(doctor->client, TWILIO_TASKROUTER), doctor->config.workspace_sid);
    const struct doctor_request request = { .url = url,
                                            .user = doctor->config.api_key,
                                            .password = doctor->config.api_secret,
                                            .as_twilio_is_asked = true };
    if (doctor_fetch(doctor, &request, &reply) == ERR_OK)
        note_limit(doctor, &reply);
    else
        note_no_limit(doctor, reply.problem, 0);
    http_reply_free(&reply);
}

/* ---- what Twilio has met with on its way to us */

struct alerts {
    const char *public_url;
    size_t count;
    char code[16]; /* the last one's */
};

static enum err count_alert(void *context, const cJSON *alert)
{
    struct alerts *alerts = context;
    const char *url = json_get_string(alert, "request_url");
    if (url == NULL || strncmp(url, alerts->public_url, strlen(alerts->public_url)) != 0)
        return ERR_OK;
    alerts->count++;
    twilio_resource_text(alert, "error_code", alerts->code, sizeof alerts->code);
    return ERR_OK;
}

static void write_query(struct strbuf *query)
{
    char since[sizeof "2026-11-23T06:10:07Z"] = "";
    struct tm utc;
    const time_t yesterday_s = time(NULL) - DAY_S;
    if (gmtime_r(&yesterday_s, &utc) != NULL)
        strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &utc);
    encode_form_pair(query, "StartDate", since);
    encode_form_pair(query, "PageSize", "100");
}

void doctor_twilio_alerts(struct doctor *doctor)
{
    struct strbuf query;
    struct alerts alerts = { .public_url = doctor->config.public_url };
    if (!doctor->twilio_answers) return;
    strbuf_init(&query, STRBUF_MAX_URL);
    write_query(&query);
    const struct twilio_resource_list list = { .host = TWILIO_MONITOR,
                                               .path = "/v1/Alerts",
                                               .query = &query,
                                               .key = "alerts",
                                               .each = count_alert };
    doctor_ask(doctor);
    enum err rc = twilio_resource_each(doctor->account, &list, &alerts);
    if (rc != ERR_OK) {
        doctor_note(doctor, DOCTOR_WARN, "twilio.alerts", "https://console.twilio.com/monitor",
                    "Twilio's alerts can't be read: %s", err_name(rc));
    } else if (alerts.count > 0) {
        doctor_note(doctor, DOCTOR_WARN, "twilio.alerts",
                    "https://www.twilio.com/docs/api/errors, under the number",
                    "%zu in the last day about requests to us, the last one %s", alerts.count,
                    alerts.code);
    } else {
        doctor_note(doctor, DOCTOR_OK, "twilio.alerts", "", "none about us in the last day");
    }
    strbuf_free(&query);
}
