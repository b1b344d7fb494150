/*
 * The configuration as the programs know it, and the table of its keys (README.md has the same
 * table for people). base/config_load reads it.
 */
#ifndef DIALPAD_CONFIG_H
#define DIALPAD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/users.h"

/* Whose address is believed: what the friendly name says, or what the Worker's attribute does. */
enum config_identity { CONFIG_IDENTITY_FRIENDLY_NAME, CONFIG_IDENTITY_CONTACT_URI };

/* What becomes of a leg whose pass doesn't fit: it is refused, or only reported. */
enum config_pass { CONFIG_PASS_ENFORCE, CONFIG_PASS_LOG };

/* Do addresses that go through TaskRouter carry connection overrides in their fragment? */
enum config_overrides { CONFIG_OVERRIDES_ON, CONFIG_OVERRIDES_OFF };

/* How Tasks reach an agent: by the Worker's SID, or by the Workflow's filter. */
enum config_routing { CONFIG_ROUTING_DIRECT, CONFIG_ROUTING_FILTER };

/* In what form the log is written. */
enum config_log { CONFIG_LOG_TEXT, CONFIG_LOG_JSON };

struct config {
    char *account_sid;
    char *auth_token;
    char *auth_token_secondary; /* NULL: none */
    char *api_key;
    char *api_secret;
    char *workspace_sid;
    char *workflow_sid;
    char *region;     /* NULL: us1 */
    char *edge;       /* NULL: Twilio chooses */
    char *caller_id;  /* NULL: none */
    char *public_url; /* without a trailing slash */
    char *state_dir;
    char *secret;               /* NULL: api_secret takes its place */
    char *secret_previous;      /* NULL: none */
    char *users_path;           /* NULL: no such file */
    struct users *users;        /* what that file holds */
    char *user_attribute;       /* "friendly_name" or the name of a Worker attribute */
    char *embed_origins;        /* NULL: none; origins separated by spaces or commas */
    char *flex_origins;         /* NULL: none, and no CORS at all; as embed_origins */
    char *dnd_activities;       /* NULL: none; names of activities separated by commas */
    char *list_fields;          /* NULL: none; as base/list_fields reads them */
    char *metrics_token;        /* NULL: metrics are for this machine alone */
    char *proxy;                /* NULL: no proxy */
    char *api_base_url;         /* NULL: Twilio's own hosts; without a trailing slash */
    char *event_bridge_url;     /* NULL: Twilio's own */
    char *voice_signaling_host; /* NULL: Twilio's own */
    char *ca_path;              /* NULL: the system's; from OpenSSL's own variable SSL_CERT_DIR */
    int ring_seconds;           /* 5..100 */
    int grace_seconds;          /* 0..120, 0 = off */
    int threads;                /* 1..64 */
    int identity;               /* enum config_identity */
    int pass;                   /* enum config_pass */
    int overrides;              /* enum config_overrides */
    int callee_starts;          /* 0 or 1 */
    int routing;                /* enum config_routing */
    int log;                    /* enum config_log */
};

enum { CONFIG_MAX_THREADS = 64, CONFIG_SETTINGS = 34 };

/*
 * What a value must be: a text that is `valid`; one of two `words`, kept as 0 or 1; or else a whole
 * number from min to max.
 */
struct config_rule {
    bool (*valid)(const char *value);
    void (*normalize)(
        char *value); /* of a valid text, in place, how it is kept; NULL: as written */
    const char *text; /* what an error says of a text that isn't */
    const char *words[2];
    int min, max;
};

enum config_flags {
    CONFIG_REQUIRED = 1,
    CONFIG_BASE = 2 /* paths are added to it: kept without a slash at its end */
};

/* A key: its value is the char * of a text, or an int. */
struct config_setting {
    const char *name;
    size_t at; /* where the value stands in struct config */
    const struct config_rule *rule;
    int flags;             /* of enum config_flags */
    const char *otherwise; /* the value of an optional key that isn't set */
};

/* The compiler refuses a CONFIG_SETTINGS that is not the number of rows. */
extern const struct config_setting config_settings[CONFIG_SETTINGS];

/* The member of a text setting. */
char **config_text(struct config *config, const struct config_setting *setting);

/* Wipes and frees one text that may be a secret; NULL is none. */
void config_wipe(char *text);

/* Wipes the secrets and frees. Harmless on a zeroed struct. */
void config_free(struct config *config);

#endif
