/*
 * dialpad-admin doctor: what its files share. Each check says what it has found under an id that
 * stays, and what is wrong with its repair as a command or a line to change. Without --call it
 * changes nothing.
 */
#ifndef DIALPAD_DOCTOR_H
#define DIALPAD_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "admin.h"
#include "base/clock.h"
#include "base/config.h"
#include "twilio/http_message.h"
#include "twilio/taskrouter_worker.h"
#include "twilio/twilio_client.h"
#include "twilio/worker_survey.h"

enum doctor_result { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

enum { DOCTOR_TEXT_SIZE = 768, DOCTOR_FINDINGS_MAX = 96, DOCTOR_URL_SIZE = 2048 };

struct doctor_finding {
    char id[48];
    enum doctor_result result;
    char text[DOCTOR_TEXT_SIZE];
    char repair[DOCTOR_TEXT_SIZE]; /* "" where there is nothing to repair */
};

struct doctor {
    const char *sockets; /* the folder of the programs' sockets */
    const char *user;    /* whom the programs run as */
    const char *sign_in; /* the user whose password was asked for; NULL: nobody */
    const char *password;
    const char *call[2]; /* who calls whom, once all is looked at; NULL: nobody */
    bool experiment;     /* that call also answers what Twilio documents nowhere */
    struct config config;
    char *conf_path;
    struct twilio_client *client;  /* as the programs ask */
    struct config as_account;      /* the same, asking as the account; borrowed */
    struct twilio_client *account; /* for what no Standard key may ask */
    struct deadline deadline;
    bool twilio_answers; /* later checks need it */
    struct workflow workflow;
    bool has_workflow;
    bool reaches_us; /* the public URL leads to our programs */
    struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
    size_t count;
};

/* Notes what was found, and how it is repaired; `repair` "" for what is ok. */
void doctor_note(struct doctor *doctor, enum doctor_result result, const char *id,
                 const char *repair, const char *format, ...) PRINTF_LIKE(5, 6);

/* Gives the next request its time. */
void doctor_ask(struct doctor *doctor);

/* One GET or POST of `url` past all proxies, as Twilio would come; see http_client_perform. */
struct doctor_request {
    const char *url;
    const char *form;   /* NULL: a GET, unless there is `json` */
    const char *json;   /* NULL: a form, or nothing */
    const char *header; /* NULL: none */
    const char *user;   /* NULL: none; HTTP Basic */
    const char *password;
    bool as_twilio_is_asked; /* through DIALPAD_PROXY, to Twilio */
};
enum err doctor_fetch(struct doctor *doctor, const struct doctor_request *request,
                      struct http_reply *reply) MUST_CHECK;

/* Where one of our programs is asked, by the public URL. */
void doctor_program_url(const struct doctor *doctor, const char *program,
                        char url[DOCTOR_URL_SIZE]);

/* The checks. */
void doctor_host_configuration(struct doctor *doctor);
void doctor_host_state(struct doctor *doctor);
void doctor_host_sockets(struct doctor *doctor);
void doctor_host_group(struct doctor *doctor);
void doctor_host_sweep(struct doctor *doctor);
void doctor_host_webhooks(struct doctor *doctor);
void doctor_twilio_region(struct doctor *doctor);
void doctor_twilio_reach(struct doctor *doctor);
void doctor_twilio_clock(struct doctor *doctor);
void doctor_twilio_token(struct doctor *doctor);
void doctor_twilio_key(struct doctor *doctor);
void doctor_twilio_workspace(struct doctor *doctor);
void doctor_twilio_limits(struct doctor *doctor);
void doctor_twilio_alerts(struct doctor *doctor);
void doctor_workflow_fetch(struct doctor *doctor);
void doctor_workflow_timeout(struct doctor *doctor);
void doctor_workflow_filter(struct doctor *doctor);
void doctor_workflow_queue(struct doctor *doctor);
void doctor_workers(struct doctor *doctor);
void doctor_inward_url(struct doctor *doctor);
void doctor_inward_keys(struct doctor *doctor);
void doctor_inward_certificate(struct doctor *doctor);
void doctor_inward_programs(struct doctor *doctor);
void doctor_inward_signature(struct doctor *doctor);
void doctor_inward_sign_in(struct doctor *doctor);
void doctor_inward_vendor(struct doctor *doctor);
void doctor_call(struct doctor *doctor);

#endif
