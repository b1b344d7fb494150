/*
 * dialpad-admin doctor: is everything as it must be for a call, from this host through Twilio and
 * back? Each check is a row of the table.
 */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config_load.h"
#include "base/json.h"
#include "base/version.h"
#include "twilio/http_client.h"

enum { REQUEST_MS = 8 * 1000, PASSWORD_SIZE = 256, ANSWER_MAX = 256 * 1024 };
/* Whoever says 429 is asked this often again, after as long as it says or at most this long. */
enum { BUSY_TRIES = 4, BUSY_S = 3 };

/* In this order: what comes first explains what follows. */
static void (*const checks[])(struct doctor *doctor) = {
    doctor_host_configuration, doctor_host_state,       doctor_host_sockets,
    doctor_host_group,         doctor_host_sweep,       doctor_host_webhooks,
    doctor_twilio_region,      doctor_twilio_reach,     doctor_twilio_clock,
    doctor_twilio_token,       doctor_twilio_key,       doctor_twilio_workspace,
    doctor_workflow_fetch,     doctor_workflow_timeout, doctor_workflow_filter,
    doctor_workflow_queue,     doctor_workers,          doctor_twilio_limits,
    doctor_twilio_alerts,      doctor_inward_url,       doctor_inward_keys,
    doctor_inward_certificate, doctor_inward_programs,  doctor_inward_signature,
    doctor_inward_sign_in,     doctor_inward_vendor,    doctor_call,
};

void doctor_note(struct doctor *doctor, enum doctor_result result, const char *id,
                 const char *repair, const char *format, ...)
{
    va_list args;
    if (doctor->count == DOCTOR_FINDINGS_MAX) return;
    struct doctor_finding *finding = &doctor->findings[doctor->count++];
    finding->result = result;
    snprintf(finding->id, sizeof finding->id, "%s", id);
    snprintf(finding->repair, sizeof finding->repair, "%s", repair);
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

void doctor_ask(struct doctor *doctor)
{
    doctor->deadline.at_ms = clock_ms() + REQUEST_MS;
}

/* A limit that others have used up says nothing of what is behind it. */
static enum err fetch_patiently(struct doctor *doctor, struct http_client *client,
                                const struct http_request *http, struct http_reply *reply)
{
    enum err rc = ERR_INTERNAL;
    for (int i = 0; i <= BUSY_TRIES; i++) {
        if (i > 0) {
            const int said = reply->retry_after_s;
            clock_pause(1000 * (said < 1 ? 1 : said > BUSY_S ? BUSY_S : said));
            http_reply_empty(reply);
        }
        doctor_ask(doctor);
        rc = http_client_perform(client, http, &doctor->deadline, reply);
        if (rc != ERR_OK || reply->status != 429) break;
    }
    return rc;
}

enum err doctor_fetch(struct doctor *doctor, const struct doctor_request *request,
                      struct http_reply *reply)
{
    struct http_client *client = NULL;
    const struct http_options options = {
        .user = request->user,
        .password = request->password,
        .ca_path = doctor->config.ca_path,
        .proxy = request->as_twilio_is_asked ? doctor->config.proxy : NULL,
        .allow_http = strncmp(request->url, "http://", 7) == 0,
        .certificate = true,
    };
    const struct http_request http = {
        .method = request->form != NULL || request->json != NULL ? "POST" : "GET",
        .url = request->url,
        .form = request->json != NULL ? request->json : request->form,
        .json = request->json != NULL,
        .header = request->header,
    };
    http_reply_init(reply, ANSWER_MAX);
    enum err rc = http_client_new(&options, &client);
    if (rc == ERR_OK) rc = fetch_patiently(doctor, client, &http, reply);
    http_client_free(client);
    return rc;
}

/* ---- what is said */

static const char *const words[] = { "ok", "WARN", "FAIL" };

static void print_text(const struct doctor *doctor, bool quiet)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        if (quiet && finding->result == DOCTOR_OK) continue;
        printf("%-4s %-22s %s\n", words[finding->result], finding->id, finding->text);
        if (finding->repair[0] != '\0') printf("     %-22s > %s\n", "", finding->repair);
    }
}

static bool print_json(const struct doctor *doctor, bool good)
{
    struct strbuf out;
    strbuf_init(&out, STRBUF_MAX_REPLY);
    strbuf_addstr(&out, "{\"version\":");
    json_print_string(&out, version_text());
    strbuf_addf(&out, ",\"ok\":%s,\"checks\":[", good ? "true" : "false");
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        strbuf_addf(&out, "%s{\"id\":", i > 0 ? "," : "");
        json_print_string(&out, finding->id);
        strbuf_addf(&out, ",\"result\":\"%s\",\"text\":", words[finding->result]);
        json_print_string(&out, finding->text);
        strbuf_addstr(&out, ",\"repair\":");
        json_print_string(&out, finding->repair);
        strbuf_addch(&out, '}');
    }
    strbuf_addstr(&out, "]}");
    bool printed = !strbuf_failed(&out) && puts(out.buf) >= 0;
    strbuf_free(&out);
    return printed;
}

static bool is_good(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++)
        if (doctor->findings[i].result == DOCTOR_FAIL) return false;
    return true;
}

/* ---- from beginning to end */

static bool connect_to_twilio(struct doctor *doctor)
{
    doctor->as_account = doctor->config;
    doctor->as_account.api_key = doctor->config.account_sid;
    doctor->as_account.api_secret = doctor->config.auth_token;
    doctor->client = twilio_client_new(&doctor->config, &doctor->deadline);
    doctor->account = twilio_client_new(&doctor->as_account, &doctor->deadline);
    return doctor->client != NULL && doctor->account != NULL;
}

static void examine(struct doctor *doctor)
{
    char problem[CONFIG_ERROR_SIZE];
    doctor->conf_path = config_load_path();
    if (config_load(&doctor->config, problem) != ERR_OK) {
        doctor_note(doctor, DOCTOR_FAIL, "configuration",
                    "editor /etc/dialpad/dialpad.conf; dialpad-admin check", "%s", problem);
        return;
    }
    if (!connect_to_twilio(doctor)) {
        doctor_note(doctor, DOCTOR_FAIL, "twilio.reach", "", "out of memory");
        return;
    }
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        checks[i](doctor);
}

static void dismiss(struct doctor *doctor)
{
    workflow_clear(&doctor->workflow);
    twilio_client_free(doctor->client);
    twilio_client_free(doctor->account);
    config_free(&doctor->config);
    free(doctor->conf_path);
}

/* From the standard input; at a terminal it isn't shown. */
static bool read_password(const char *user, char password[PASSWORD_SIZE])
{
    struct termios as_it_was;
    bool terminal = tcgetattr(STDIN_FILENO, &as_it_was) == 0;
    if (terminal) {
        struct termios silent = as_it_was;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fprintf(stderr, "Password of %s: ", user);
    }
    bool got = fgets(password, PASSWORD_SIZE, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
        fputc('\n', stderr);
    }
    password[got ? strcspn(password, "\r\n") : 0] = '\0';
    return got;
}

struct flags {
    bool json;
    bool quiet;
};

static bool read_call(struct doctor *doctor, char *const *argv, int left)
{
    if (strcmp(argv[0], "--call") != 0 || left < 2) return false;
    doctor->call[0] = argv[1];
    doctor->call[1] = argv[2];
    return true;
}

static bool read_options(int argc, char **argv, struct doctor *doctor, struct flags *flags)
{
    for (int i = 0; i < argc; i++) {
        const int left = argc - 1 - i;
        if (strcmp(argv[i], "--json") == 0)
            flags->json = true;
        else if (strcmp(argv[i], "--quiet") == 0)
            flags->quiet = true;
        else if (strcmp(argv[i], "--experiment") == 0)
            doctor->experiment = true;
        else if (strcmp(argv[i], "--sockets") == 0 && left > 0)
            doctor->sockets = argv[++i];
        else if (strcmp(argv[i], "--user") == 0 && left > 0)
            doctor->user = argv[++i];
        else if (strcmp(argv[i], "--sign-in") == 0 && left > 0)
            doctor->sign_in = argv[++i];
        else if (read_call(doctor, argv + i, left))
            i += 2;
        else
            return false;
    }
    return !doctor->experiment || doctor->call[0] != NULL;
}

int admin_doctor(int argc, char **argv)
{
    static struct doctor doctor = { .sockets = "/run/dialpad", .user = "dialpad" };
    struct flags flags = { .json = false };
    char password[PASSWORD_SIZE] = "";
    if (!read_options(argc, argv, &doctor, &flags)) return EXIT_USAGE;
    if (doctor.sign_in != NULL && !read_password(doctor.sign_in, password)) return EXIT_USAGE;
    doctor.password = password;
    examine(&doctor);
    const bool good = is_good(&doctor);
    if (flags.json)
        (void)print_json(&doctor, good);
    else
        print_text(&doctor, flags.quiet);
    dismiss(&doctor);
    explicit_bzero(password, sizeof password);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
