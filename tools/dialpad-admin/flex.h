/*
 * dialpad-admin flex: what its files share.
 *
 * Flex loads the plugins of the Configuration that was released last
 * (https://www.twilio.com/docs/flex/developer/plugins/api). A Configuration can't be changed, so a
 * change is a new one with all that the last one had: nobody else's plugin may get lost by it.
 */
#ifndef DIALPAD_FLEX_H
#define DIALPAD_FLEX_H

#include <cjson/cJSON.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

/* By which Twilio knows the plugin. */
#define FLEX_PLUGIN "dialpad-call-agent"

struct flex {
    struct config config;
    struct twilio_client *client;
    struct deadline deadline;
    char release_sid[SID_SIZE]; /* the last; "": nothing has ever been released */
    cJSON *plugins;             /* what it holds: an array of Twilio's configured plugins */
};

/* Reads what is released; where that is nothing, `plugins` is an empty array. */
enum err flex_service_read(struct flex *flex) MUST_CHECK;

/* Ours among what is released; NULL: it isn't. */
const cJSON *flex_service_ours(const struct flex *flex);

/* The plugin as it is registered; ERR_NOT_FOUND. */
enum err flex_service_plugin(struct flex *flex, char plugin_sid[SID_SIZE]) MUST_CHECK;
enum err flex_service_add_plugin(struct flex *flex, char plugin_sid[SID_SIZE]) MUST_CHECK;

/*
 * The version of this number; ERR_NOT_FOUND, and ERR_CONFLICT if it has another address than this:
 * a version can't be changed.
 */
enum err flex_service_version(struct flex *flex, const char *plugin_sid, const char *version,
                              const char *url, char version_sid[SID_SIZE]) MUST_CHECK;
enum err flex_service_add_version(struct flex *flex, const char *plugin_sid, const char *version,
                                  const char *url, char version_sid[SID_SIZE]) MUST_CHECK;

/*
 * Releases all plugins that are released now but ours, and this version of ours unless it is NULL.
 * ERR_CONFLICT if somebody else has released something since flex_service_read.
 */
enum err flex_service_release(struct flex *flex, const char *version_sid) MUST_CHECK;

#endif
