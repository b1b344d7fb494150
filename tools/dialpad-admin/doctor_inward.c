/*
 * Checks of the way to us: as Twilio takes it, by the public URL and past every proxy of our own.
 */
#include "doctor.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/signature.h"
#include "base/json.h"
#include "base/params.h"

enum { DAYS_MIN = 14, DAY_S = 24 * 60 * 60 };

/* The name in a URL that the configuration has checked; in brackets it is an IPv6 address. */
static void host_of(const char *url, char host[256])
{
    const char *start = strstr(url, "://") + 3;
    size_t len = start[0] == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":/");
    snprintf(host, 256, "%.*s", (int)(len < 255 ? len : 255), start);
}

static bool resolves(const char *host, int family)
{
    const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    bool good = getaddrinfo(host, NULL, &hints, &found) == 0;
    if (good) freeaddrinfo(found);
    return good;
}

/* Twilio comes by IPv4 only. */
static bool has_only_ipv6(const char *host)
{
    if (host[0] == '[') return true;
    return !resolves(host, AF_INET) && resolves(host, AF_INET6);
}

void doctor_program_url(const struct doctor *doctor, const char *program, char url[DOCTOR_URL_SIZE])
{
    snprintf(url, DOCTOR_URL_SIZE, "%s/%s", doctor->config.public_url, program);
}

static void note_unreached(struct doctor *doctor, const struct http_reply *reply)
{
    static const char *const repairs[] = {
        [HTTP_CAUSE_NONE] = "run it again",
        [HTTP_CAUSE_NAME] = "correct the host in DIALPAD_PUBLIC_URL, or make it known in the DNS",
        [HTTP_CAUSE_PROXY] = "run it again",
        [HTTP_CAUSE_CONNECT] = "start the web server, open its port in the firewall, or correct "
                               "the port in DIALPAD_PUBLIC_URL",
        [HTTP_CAUSE_TLS] = "renew the certificate, with its whole chain: certbot renew && "
                           "systemctl reload nginx",
        [HTTP_CAUSE_SILENCE] = "let the firewall pass Twilio's requests in; systemctl status nginx",
        [HTTP_CAUSE_OTHER] = "curl -v the URL",
    };
    doctor_note(doctor, DOCTOR_FAIL, reply->cause == HTTP_CAUSE_TLS ? "inward.tls" : "inward.url",
                repairs[reply->cause], "%s: %s", doctor->config.public_url, reply->problem);
}

/* What `health` warns of is said here, too: the processes know what this one can't. */
static void repeat_warnings(struct doctor *doctor, const cJSON *health)
{
    const cJSON *warning = NULL;
    cJSON_ArrayForEach(warning, json_get_array(health, "warnings"))
    {
        if (!cJSON_IsString(warning) || strncmp(warning->valuestring, "configuration:", 14) != 0)
            continue;
        doctor_note(doctor, DOCTOR_WARN, "inward.outdated", "systemctl reload dialpad.target",
                    "the programs run with an older dialpad.conf than the one that is there");
    }
    const cJSON *wrong = NULL;
    cJSON_ArrayForEach(wrong, json_get_array(health, "wrong"))
    {
        if (cJSON_IsString(wrong)) {
            doctor_note(doctor, DOCTOR_FAIL, "inward.health", "dialpad-admin check --user dialpad",
                        "%s", wrong->valuestring);
        }
    }
}

static void note_answer(struct doctor *doctor, const struct http_reply *reply)
{
    cJSON *health = NULL;
    enum err rc = json_parse_object(reply->body.buf, reply->body.len, &health);
    const char *status = rc == ERR_OK ? json_get_string(health, "status") : NULL;
    const char *version = rc == ERR_OK ? json_get_string(health, "version") : NULL;
    doctor->reaches_us = status != NULL && version != NULL;
    if (doctor->reaches_us) {
        doctor_note(doctor, DOCTOR_OK, "inward.url", "", "%s leads to version %s",
                    doctor->config.public_url, version);
        repeat_warnings(doctor, health);
    } else if (reply->status >= 500) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.url",
                    "systemctl restart dialpad.target (dialpad-spawn start), and see the web "
                    "server's error log",
                    "%s/health: the web server answers %d: it doesn't reach the programs",
                    doctor->config.public_url, reply->status);
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "inward.url",
                    "correct DIALPAD_PUBLIC_URL: host, port and the folder that ends in /cgi-bin",
                    "%s/health isn't our program: status %d", doctor->config.public_url,
                    reply->status);
    }
    cJSON_Delete(health);
}

void doctor_inward_url(struct doctor *doctor)
{
    char host[256];
    char url[DOCTOR_URL_SIZE];
    struct http_reply reply;
    host_of(doctor->config.public_url, host);
    if (has_only_ipv6(host)) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.ipv6",
                    "give the host an A record: Twilio comes by IPv4 only",
                    "%s has only an IPv6 address", host);
    }
    doctor_program_url(doctor, "health", url);
    const struct doctor_request request = { .url = url };
    if (doctor_fetch(doctor, &request, &reply) == ERR_OK)
        note_answer(doctor, &reply);
    else
        note_unreached(doctor, &reply);
    http_reply_free(&reply);
}

void doctor_inward_certificate(struct doctor *doctor)
{
    char url[DOCTOR_URL_SIZE];
    struct http_reply reply;
    if (!doctor->reaches_us) return;
    doctor_program_url(doctor, "health", url);
    const struct doctor_request request = { .url = url };
    enum err rc = doctor_fetch(doctor, &request, &reply);
    const int64_t left_s = reply.certificate_expires_s - (int64_t)time(NULL);
    if (rc == ERR_OK && reply.certificate_expires_s > 0) {
        bool soon = left_s < (int64_t)DAYS_MIN * DAY_S;
        doctor_note(doctor, soon ? DOCTOR_WARN : DOCTOR_OK, "inward.tls",
                    soon ? "certbot renew && systemctl reload nginx" : "",
                    "the certificate is valid for %" PRId64 " more days", left_s / DAY_S);
    }
    http_reply_free(&reply);
}

/* ---- each program */

/* An error of ours is JSON with a request id, or a short plain text; a web server's is HTML. */
static bool is_ours(const struct http_reply *reply)
{
    if (reply->status == 404 || reply->status >= 500) return false;
    return reply->body.len == 0 || reply->body.buf[0] != '<';
}

static void check_program(struct doctor *doctor, const char *program, size_t *good)
{
    char url[DOCTOR_URL_SIZE];
    struct http_reply reply;
    doctor_program_url(doctor, program, url);
    const struct doctor_request request = { .url = url };
    enum err rc = doctor_fetch(doctor, &request, &reply);
    if (rc == ERR_OK && is_ours(&reply)) {
        (*good)++;
    } else {
        char repair[DOCTOR_TEXT_SIZE];
        snprintf(repair, sizeof repair,
                 "systemctl restart dialpad@%s.service (dialpad-spawn start), and let the web "
                 "server know it: nginx.conf.example",
                 program);
        doctor_note(doctor, DOCTOR_FAIL, "inward.programs", repair,
                    "%s doesn't answer: %s (status %d)", program,
                    rc == ERR_OK ? "the web server does, in its place" : reply.problem,
                    reply.status);
    }
    http_reply_free(&reply);
}

void doctor_inward_programs(struct doctor *doctor)
{
    static const char *const programs[] = {
        "list-agents", "call-history",     "presence",     "create-task",
        "call-state",  "hold-participant", "end-call",     "cleanup-rejected-task",
        "rejoin-call", "caller-twiml",     "callee-twiml", "status-callback",
        "ringback",
    };
    size_t good = 0;
    const size_t before = doctor->count;
    if (!doctor->reaches_us) return;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        check_program(doctor, programs[i], &good);
    /* A web server from before may not know it, and where there is no Flex nobody asks for it. */
    if (doctor->config.flex_origins != NULL) check_program(doctor, "flex-session", &good);
    if (doctor->count == before)
        doctor_note(doctor, DOCTOR_OK, "inward.programs", "", "%zu answer", good);
}

/* ---- the signature */

static bool sign(const struct doctor *doctor, const char *url, const char *account_sid,
                 char header[64])
{
    char text[SIGNATURE_TEXT_SIZE];
    struct signature *signature = NULL;
    struct param form[] = { { "AccountSid", account_sid, PARAM_TEXT } };
    const struct params params = { form, 1 };
    bool signed_it = signature_new(doctor->config.auth_token, NULL, &signature) == ERR_OK &&
                     signature_compute(signature, url, &params, text) == ERR_OK;
    if (signed_it) snprintf(header, 64, "X-Twilio-Signature: %s", text);
    signature_free(signature);
    return signed_it;
}

/*
 * What a proxy may damage is in it: escapes, a plus, and a slash in the query. Nothing follows from
 * the request, which is about no Conference of ours.
 */
void doctor_inward_signature(struct doctor *doctor)
{
    char url[DOCTOR_URL_SIZE];
    char header[64];
    char form[64];
    struct http_reply reply;
    if (!doctor->reaches_us) return;
    snprintf(url, sizeof url, "%s/status-callback?check=a%%20b%%2Fc+d%%C3%%A9/e",
             doctor->config.public_url);
    snprintf(form, sizeof form, "AccountSid=%s", doctor->config.account_sid);
    if (!sign(doctor, url, doctor->config.account_sid, header)) return;
    const struct doctor_request request = { .url = url, .form = form, .header = header };
    enum err rc = doctor_fetch(doctor, &request, &reply);
    if (rc == ERR_OK && reply.status == 204) {
        doctor_note(doctor, DOCTOR_OK, "inward.signature", "",
                    "a request signed as Twilio signs passes");
    } else if (rc == ERR_OK && reply.status == 403) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.signature",
                    "let the web server pass REQUEST_URI as it came (fastcgi_param REQUEST_URI "
                    "$request_uri), and systemctl reload dialpad.target if dialpad.conf has "
                    "changed",
                    "a genuine signature is refused: a proxy changes the URL, or the programs run "
                    "with another TWILIO_AUTH_TOKEN or DIALPAD_PUBLIC_URL");
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "inward.signature", "see the log of status-callback",
                    "a signed request is answered %d%s%s", reply.status,
                    reply.problem[0] != '\0' ? ": " : "", reply.problem);
    }
    http_reply_free(&reply);
}

/* ---- signing in */

static bool is_error_of_ours(const struct http_reply *reply, char code[64])
{
    cJSON *answer = NULL;
    code[0] = '\0';
    if (json_parse_object(reply->body.buf, reply->body.len, &answer) != ERR_OK) return false;
    const char *found = json_get_string(json_get_object(answer, "error"), "code");
    snprintf(code, 64, "%s", found != NULL ? found : "");
    cJSON_Delete(answer);
    return code[0] != '\0';
}

static void note_stranger(struct doctor *doctor, const struct http_reply *reply)
{
    char code[64];
    const bool ours = is_error_of_ours(reply, code);
    if (reply->status == 200) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in",
                    "set auth_basic (or another sign-in) in the location of session",
                    "session lets anybody in, as whoever the web server says");
    } else if (ours && reply->status == 401) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in",
                    "set auth_basic and fastcgi_param AUTH_TYPE Basic in the location of session "
                    "(nginx.conf.example)",
                    "the web server asks nobody for a name: session refuses everybody");
    } else if (reply->status == 401 || reply->status == 302) {
        doctor_note(doctor, DOCTOR_OK, "inward.sign_in", "",
                    "the web server asks who is there; --sign-in USER tries a name");
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in",
                    "check the file of passwords: auth_basic_user_file must be there, and readable "
                    "by the web server",
                    "the web server answers %d instead of asking for a password", reply->status);
    }
}

static void note_user(struct doctor *doctor, const struct http_reply *reply)
{
    char code[64];
    const char *user = doctor->sign_in;
    const bool ours = is_error_of_ours(reply, code);
    if (reply->status == 200) {
        doctor_note(doctor, DOCTOR_OK, "inward.sign_in", "", "%s is signed in", user);
    } else if (ours && strcmp(code, "not_signed_in") == 0) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in",
                    "add fastcgi_param AUTH_TYPE Basic; beside REMOTE_USER in the location of "
                    "session",
                    "the web server takes the password, and doesn't tell session so "
                    "(AUTH_TYPE, REMOTE_USER)");
    } else if (ours) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in",
                    "give a Worker that name (DIALPAD_USER_ATTRIBUTE, DIALPAD_USERS)",
                    "session knows %s and answers %d %s", user, reply->status, code);
    } else if (reply->status == 401) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in",
                    "htpasswd -B /etc/nginx/dialpad.htpasswd USER",
                    "the web server doesn't take this password of %s", user);
    } else {
        note_stranger(doctor, reply);
    }
}

void doctor_inward_sign_in(struct doctor *doctor)
{
    char url[DOCTOR_URL_SIZE];
    struct http_reply reply;
    if (!doctor->reaches_us) return;
    doctor_program_url(doctor, "session", url);
    const struct doctor_request request = {
        .url = url, .form = "", .user = doctor->sign_in, .password = doctor->password
    };
    enum err rc = doctor_fetch(doctor, &request, &reply);
    if (rc != ERR_OK) {
        doctor_note(doctor, DOCTOR_FAIL, "inward.sign_in", "see the web server's error log",
                    "session: %s", reply.problem);
    } else if (doctor->sign_in != NULL) {
        note_user(doctor, &reply);
    } else {
        note_stranger(doctor, &reply);
    }
    http_reply_free(&reply);
}

/* The page is where the programs' folder is. */
void doctor_inward_vendor(struct doctor *doctor)
{
    static const char *const files[] = { "taskrouter.js", "voice-sdk.js" };
    const char *base = doctor->config.public_url;
    const char *folder = strrchr(base, '/');
    if (!doctor->reaches_us || folder == NULL) return;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char url[DOCTOR_URL_SIZE];
        struct http_reply reply;
        snprintf(url, sizeof url, "%.*s/vendor/%s", (int)(folder - base), base, files[i]);
        const struct doctor_request request = { .url = url };
        enum err rc = doctor_fetch(doctor, &request, &reply);
        bool there = rc == ERR_TOO_LARGE || (rc == ERR_OK && reply.status == 200);
        if (!there) {
            doctor_note(doctor, DOCTOR_WARN, "inward.vendor",
                        "make && make install with npm, or install a release, which has them",
                        "%s isn't there (status %d): the page can't speak to Twilio", url,
                        reply.status);
        }
        http_reply_free(&reply);
        if (!there) return;
    }
    doctor_note(doctor, DOCTOR_OK, "inward.vendor", "", "Twilio's libraries are beside the page");
}
