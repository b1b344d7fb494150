#include "base/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_check.h"
#include "base/origin_list.h"
#include "base/sid.h"

/* Where the cache is when nothing else is said; the Makefile derives it from PREFIX. */
#ifndef DIALPAD_STATE_PATH
#define DIALPAD_STATE_PATH "/var/cache/dialpad"
#endif

static const struct config_rule account = { .valid = sid_is_account,
                                            .text = "must be AC and 32 hexadecimal digits" };
static const struct config_rule api_key = { .valid = sid_is_api_key,
                                            .text = "must be SK and 32 hexadecimal digits" };
static const struct config_rule workspace = { .valid = sid_is_workspace,
                                              .text = "must be WS and 32 hexadecimal digits" };
static const struct config_rule workflow = { .valid = sid_is_workflow,
                                             .text = "must be WW and 32 hexadecimal digits" };
static const struct config_rule secret = { .valid = config_check_secret,
                                           .text = "must be printable, without spaces" };
static const struct config_rule key_source = { .valid = config_check_key_source,
                                               .text = "must be 32 printable characters or more, "
                                                       "without spaces" };
static const struct config_rule place = { .valid = config_check_place,
                                          .text = "must be a word such as ie1 or dublin" };
static const struct config_rule number = { .valid = config_check_number,
                                           .text = "must be a number such as +15551234567" };
static const struct config_rule base_url = { .valid = config_check_base_url,
                                             .text =
                                                 "must begin with https:// (http:// only to this "
                                                 "machine), without user, query and fragment" };
static const struct config_rule any_url = {
    .valid = config_check_any_http_url,
    .text = "must begin with https:// or http://, without user, "
            "query and fragment"
};
static const struct config_rule absolute = { .valid = config_check_absolute_path,
                                             .text = "must be an absolute path" };
static const struct config_rule attribute = { .valid = config_check_attribute,
                                              .text =
                                                  "must be friendly_name or an attribute's name" };
static const struct config_rule origins = { .valid = config_check_origin_list,
                                            .normalize = origin_list_normalize,
                                            .text =
                                                "must be origins such as https://crm.example.com" };
static const struct config_rule names = { .valid = config_check_name_list,
                                          .text = "must be names separated by commas" };
static const struct config_rule list_fields = {
    .valid = config_check_list_fields,
    .text = "must be up to five attributes such as team_name, routing.skills, each once"
};
static const struct config_rule proxy = { .valid = config_check_proxy,
                                          .text = "must be http://HOST:PORT" };
static const struct config_rule host = { .valid = config_check_host,
                                         .text = "must be a host, or a host and a port" };
static const struct config_rule ring = { .min = 5, .max = 100 };
static const struct config_rule grace = { .min = 0, .max = 120 };
static const struct config_rule threads = { .min = 1, .max = 64 };
static const struct config_rule identity = { .words = { "friendly_name", "contact_uri" } };
static const struct config_rule pass = { .words = { "enforce", "log" } };
static const struct config_rule overrides = { .words = { "on", "off" } };
static const struct config_rule yes_or_no = { .min = 0, .max = 1 };
static const struct config_rule routing = { .words = { "direct", "filter" } };
static const struct config_rule log_form = { .words = { "text", "json" } };

#define AT(member) offsetof(struct config, member)

enum { REQUIRED = CONFIG_REQUIRED, BASE = CONFIG_BASE };

const struct config_setting config_settings[] = {
    { "TWILIO_ACCOUNT_SID", AT(account_sid), &account, REQUIRED, NULL },
    { "TWILIO_AUTH_TOKEN", AT(auth_token), &secret, REQUIRED, NULL },
    { "TWILIO_AUTH_TOKEN_SECONDARY", AT(auth_token_secondary), &secret, 0, NULL },
    { "TWILIO_API_KEY", AT(api_key), &api_key, REQUIRED, NULL },
    { "TWILIO_API_SECRET", AT(api_secret), &secret, REQUIRED, NULL },
    { "TWILIO_FLEX_WORKSPACE_SID", AT(workspace_sid), &workspace, REQUIRED, NULL },
    { "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID", AT(workflow_sid), &workflow, REQUIRED, NULL },
    { "TWILIO_REGION", AT(region), &place, 0, NULL },
    { "TWILIO_EDGE", AT(edge), &place, 0, NULL },
    { "TWILIO_CALLER_ID", AT(caller_id), &number, 0, NULL },
    { "DIALPAD_PUBLIC_URL", AT(public_url), &base_url, REQUIRED | BASE, NULL },
    { "DIALPAD_RING_SECONDS", AT(ring_seconds), &ring, 0, "30" },
    { "DIALPAD_GRACE_SECONDS", AT(grace_seconds), &grace, 0, "20" },
    { "DIALPAD_STATE_DIR", AT(state_dir), &absolute, 0, DIALPAD_STATE_PATH },
    { "DIALPAD_THREADS", AT(threads), &threads, 0, "8" },
    { "DIALPAD_SECRET", AT(secret), &key_source, 0, NULL },
    { "DIALPAD_SECRET_PREVIOUS", AT(secret_previous), &key_source, 0, NULL },
    { "DIALPAD_IDENTITY", AT(identity), &identity, 0, "friendly_name" },
    { "DIALPAD_USERS", AT(users_path), &absolute, 0, NULL },
    { "DIALPAD_PASS", AT(pass), &pass, 0, "enforce" },
    { "DIALPAD_OVERRIDES", AT(overrides), &overrides, 0, "on" },
    { "DIALPAD_CALLEE_STARTS", AT(callee_starts), &yes_or_no, 0, "0" },
    { "DIALPAD_ROUTING", AT(routing), &routing, 0, "direct" },
    { "DIALPAD_USER_ATTRIBUTE", AT(user_attribute), &attribute, 0, "friendly_name" },
    { "DIALPAD_EMBED_ORIGINS", AT(embed_origins), &origins, 0, NULL },
    { "DIALPAD_FLEX_ORIGINS", AT(flex_origins), &origins, 0, NULL },
    { "DIALPAD_DND_ACTIVITIES", AT(dnd_activities), &names, 0, NULL },
    { "DIALPAD_LIST_FIELDS", AT(list_fields), &list_fields, 0, NULL },
    { "DIALPAD_LOG", AT(log), &log_form, 0, "text" },
    { "DIALPAD_METRICS_TOKEN", AT(metrics_token), &key_source, 0, NULL },
    { "DIALPAD_PROXY", AT(proxy), &proxy, 0, NULL },
    { "DIALPAD_API_BASE_URL", AT(api_base_url), &base_url, BASE, NULL },
    { "DIALPAD_EVENT_BRIDGE_URL", AT(event_bridge_url), &any_url, 0, NULL },
    { "DIALPAD_VOICE_SIGNALING_HOST", AT(voice_signaling_host), &host, 0, NULL },
};

char **config_text(struct config *config, const struct config_setting *setting)
{
    return (char **)(void *)((char *)config + setting->at);
}

void config_wipe(char *text)
{
    if (text != NULL) explicit_bzero(text, strlen(text));
    free(text);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < CONFIG_SETTINGS; i++) {
        const struct config_setting *setting = &config_settings[i];
        if (setting->rule->valid != NULL) config_wipe(*config_text(config, setting));
    }
    users_free(config->users);
    free(config->ca_path);
    *config = (struct config){ .threads = 0 };
}
