/*
 * Flex's Plugins API as C calls.
 */
#include "flex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "twilio/twilio_resource.h"

enum { REQUEST_MS = 15 * 1000, PATH_SIZE = 128 };

static const char base[] = "/v1/PluginService";

/* Each request gets its own time. */
static struct twilio_client *client_of(struct flex *flex)
{
    flex->deadline.at_ms = clock_ms() + REQUEST_MS;
    return flex->client;
}

/* Gets one, or posts where there is a form, and reads a SID of the answer. */
static enum err ask(struct flex *flex, const char *path, const struct strbuf *form, const char *key,
                    const char *prefix, char sid[SID_SIZE])
{
    struct twilio_reply reply = { 0 };
    char whole[PATH_SIZE];
    snprintf(whole, sizeof whole, "%s/%s", base, path);
    enum err rc =
        form != NULL ? twilio_resource_post(client_of(flex), TWILIO_FLEX, whole, form, NULL, &reply)
                     : twilio_client_get(client_of(flex), TWILIO_FLEX, whole, NULL, &reply);
    if (rc == ERR_OK && !twilio_resource_sid(reply.json, key, prefix, sid)) rc = ERR_UPSTREAM;
    twilio_reply_free(&reply);
    return rc;
}

static enum err each_of(struct flex *flex, const char *path, const char *key,
                        enum err (*each)(void *context, const cJSON *element), void *context)
{
    char whole[PATH_SIZE];
    struct strbuf query;
    strbuf_init(&query, STRBUF_MAX_URL);
    encode_form_pair(&query, "PageSize", "50");
    snprintf(whole, sizeof whole, "%s/%s", base, path);
    const struct twilio_resource_list list = {
        .host = TWILIO_FLEX, .path = whole, .query = &query, .key = key, .each = each
    };
    enum err rc = twilio_resource_each(client_of(flex), &list, context);
    strbuf_free(&query);
    return rc;
}

/* ---- what is released */

static enum err keep(void *context, const cJSON *element)
{
    cJSON *copy = cJSON_Duplicate(element, true);
    if (copy != NULL && cJSON_AddItemToArray(context, copy)) return ERR_OK;
    cJSON_Delete(copy);
    return ERR_MEMORY;
}

static enum err read_release(struct flex *flex, char release_sid[SID_SIZE],
                             char configuration_sid[SID_SIZE])
{
    struct twilio_reply reply = { 0 };
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/Releases/active", base);
    enum err rc = twilio_client_get(client_of(flex), TWILIO_FLEX, path, NULL, &reply);
    if (rc == ERR_OK &&
        (!twilio_resource_sid(reply.json, "sid", "FK", release_sid) ||
         !twilio_resource_sid(reply.json, "configuration_sid", "FJ", configuration_sid))) {
        rc = ERR_UPSTREAM;
    }
    twilio_reply_free(&reply);
    if (rc == ERR_NOT_FOUND) release_sid[0] = '\0';
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

enum err flex_service_read(struct flex *flex)
{
    char path[PATH_SIZE];
    char configuration_sid[SID_SIZE];
    flex->plugins = cJSON_CreateArray();
    if (flex->plugins == NULL) return ERR_MEMORY;
    enum err rc = read_release(flex, flex->release_sid, configuration_sid);
    if (rc != ERR_OK || flex->release_sid[0] == '\0') return rc;
    snprintf(path, sizeof path, "Configurations/%s/Plugins", configuration_sid);
    return each_of(flex, path, "plugins", keep, flex->plugins);
}

static bool is_ours(const cJSON *plugin)
{
    const char *name = json_get_string(plugin, "unique_name");
    return name != NULL && strcmp(name, FLEX_PLUGIN) == 0;
}

const cJSON *flex_service_ours(const struct flex *flex)
{
    for (const cJSON *plugin = flex->plugins->child; plugin != NULL; plugin = plugin->next)
        if (is_ours(plugin)) return plugin;
    return NULL;
}

/* ---- the plugin and its versions */

enum err flex_service_plugin(struct flex *flex, char plugin_sid[SID_SIZE])
{
    return ask(flex, "Plugins/" FLEX_PLUGIN, NULL, "sid", "FP", plugin_sid);
}

enum err flex_service_add_plugin(struct flex *flex, char plugin_sid[SID_SIZE])
{
    struct strbuf form;
    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "UniqueName", FLEX_PLUGIN);
    encode_form_pair(&form, "FriendlyName", "Dialpad: Call Agent");
    encode_form_pair(&form, "Description", "Agent to agent calls, in Flex's outbound dialpad");
    enum err rc = ask(flex, "Plugins", &form, "sid", "FP", plugin_sid);
    strbuf_free(&form);
    return rc;
}

struct search {
    const char *version;
    const char *url;
    char sid[SID_SIZE];
    bool found;
    bool elsewhere; /* it has another address */
};

static enum err match_version(void *context, const cJSON *element)
{
    struct search *search = context;
    const char *version = json_get_string(element, "version");
    const char *url = json_get_string(element, "plugin_url");
    if (version == NULL || strcmp(version, search->version) != 0) return ERR_OK;
    search->found = twilio_resource_sid(element, "sid", "FV", search->sid);
    search->elsewhere = url == NULL || strcmp(url, search->url) != 0;
    return search->found ? ERR_OK : ERR_UPSTREAM;
}

enum err flex_service_version(struct flex *flex, const char *plugin_sid, const char *version,
                              const char *url, char version_sid[SID_SIZE])
{
    struct search search = { .version = version, .url = url };
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "Plugins/%s/Versions", plugin_sid);
    enum err rc = each_of(flex, path, "plugin_versions", match_version, &search);
    if (rc == ERR_OK && !search.found) rc = ERR_NOT_FOUND;
    if (rc == ERR_OK && search.elsewhere) rc = ERR_CONFLICT;
    if (rc == ERR_OK) sid_copy(version_sid, search.sid);
    return rc;
}

enum err flex_service_add_version(struct flex *flex, const char *plugin_sid, const char *version,
                                  const char *url, char version_sid[SID_SIZE])
{
    struct strbuf form;
    char path[PATH_SIZE];
    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "Version", version);
    encode_form_pair(&form, "PluginUrl", url);
    encode_form_pair(&form, "Private", "false");
    snprintf(path, sizeof path, "Plugins/%s/Versions", plugin_sid);
    enum err rc = ask(flex, path, &form, "sid", "FV", version_sid);
    strbuf_free(&form);
    return rc;
}

/* ---- a release */

static void add_plugin(struct strbuf *form, const char *version_sid, int phase)
{
    char text[96];
    snprintf(text, sizeof text, "{\"plugin_version\":\"%s\",\"phase\":%d}", version_sid, phase);
    encode_form_pair(form, "Plugins", text);
}

/* All but ours, as they are. One that can't be read would get lost: then nothing is released. */
static enum err add_others(const struct flex *flex, struct strbuf *form)
{
    for (const cJSON *plugin = flex->plugins->child; plugin != NULL; plugin = plugin->next) {
        char sid[SID_SIZE];
        if (is_ours(plugin)) continue;
        if (!twilio_resource_sid(plugin, "plugin_version_sid", "FV", sid)) return ERR_UPSTREAM;
        add_plugin(form, sid, json_get_int(plugin, "phase", 3));
    }
    return ERR_OK;
}

static enum err create_configuration(struct flex *flex, const char *version_sid,
                                     char configuration_sid[SID_SIZE])
{
    struct strbuf form;
    char name[64];
    strbuf_init(&form, STRBUF_MAX_FORM);
    snprintf(name, sizeof name, "dialpad-admin %" PRId64, clock_wall_s());
    encode_form_pair(&form, "Name", name);
    enum err rc = add_others(flex, &form);
    if (version_sid != NULL) add_plugin(&form, version_sid, 3);
    if (rc == ERR_OK) rc = ask(flex, "Configurations", &form, "sid", "FJ", configuration_sid);
    strbuf_free(&form);
    return rc;
}

enum err flex_service_release(struct flex *flex, const char *version_sid)
{
    char ours[SID_SIZE];
    char release_sid[SID_SIZE];
    char configuration_sid[SID_SIZE];
    struct strbuf form;
    enum err rc = create_configuration(flex, version_sid, ours);
    /* A plugin that somebody has added meanwhile isn't in it. */
    if (rc == ERR_OK) rc = read_release(flex, release_sid, configuration_sid);
    if (rc != ERR_OK) return rc;
    if (strcmp(release_sid, flex->release_sid) != 0) return ERR_CONFLICT;
    strbuf_init(&form, STRBUF_MAX_FORM);
    encode_form_pair(&form, "ConfigurationId", ours);
    rc = ask(flex, "Releases", &form, "sid", "FK", flex->release_sid);
    strbuf_free(&form);
    return rc;
}
