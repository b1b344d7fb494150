/*
 * The configuration: a file of KEY=value lines, read once at start, strictly. README.md has the
 * table of keys; design rule: an unknown or repeated key, a malformed value or a file that others
 * can read is an error that names the file and the line, never a guess.
 *
 * A key in the program's environment wins over the file. Blank lines and lines that begin with
 * '#' are skipped; spaces around key and value are not part of them. A value may stand in quotes,
 * double or single, in the file as in the environment (where docker's --env-file leaves them). An
 * empty value is as good as none, so the environment can also take a value away.
 */
#ifndef DIALPAD_CONFIG_H
#define DIALPAD_CONFIG_H

#include <stdbool.h>

#include "base/err.h"
#include "base/users.h"

/* Whose address is believed: what the friendly name says, or what the Worker's attribute does. */
enum config_identity { CONFIG_IDENTITY_FRIENDLY_NAME, CONFIG_IDENTITY_CONTACT_URI };

/* What becomes of a leg whose pass doesn't fit: it is refused, or only reported. */
enum config_pass { CONFIG_PASS_ENFORCE, CONFIG_PASS_LOG };

/* How Tasks reach an agent: by the Worker's SID, or by the Workflow's filter. */
enum config_routing { CONFIG_ROUTING_DIRECT, CONFIG_ROUTING_FILTER };

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
    int routing;                /* enum config_routing */
};

enum { CONFIG_ERROR_SIZE = 1024, CONFIG_MAX_THREADS = 64 };

/*
 * Reads the file named by DIALPAD_CONFIG, else the path compiled in, and the environment. A
 * missing file is no error while the environment supplies all required keys. On failure `error`
 * (CONFIG_ERROR_SIZE bytes) holds a sentence for the admin, which never quotes a value. From then
 * on the process writes no core dump.
 */
enum err config_load(struct config *config, char *error) MUST_CHECK;

/* As config_load, where keys may be missing still: for whoever is about to write them. */
enum err config_load_draft(struct config *config, char *error) MUST_CHECK;

/* As config_load, from an explicit path and with an explicit environment; for tests. */
enum err config_load_from(const char *path, const char *(*env)(const char *name),
                          struct config *config, char *error) MUST_CHECK;

/* The path of the file that config_load reads; the caller's (free). NULL without memory. */
char *config_file_path(void);

/* Wipes the secrets and frees. Harmless on a zeroed struct. */
void config_free(struct config *config);

#endif
