/*
 * The Flex project's configuration: which workspace is its, and with what a call begins that an
 * agent places in Flex.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "setup_record.h"
#include "twilio/taskrouter_resource.h"
#include "twilio/twilio_resource.h"

static const char path[] = "/v1/Configuration";

static int is_missing(const char *why)
{
    fprintf(stderr,
            "dialpad-admin: which workspace? %s: --workspace WS… (TaskRouter, Workspaces, in "
            "Twilio's console)\n",
            why);
    return EXIT_FAILURE;
}

static int find_workspace(struct setup *setup)
{
    struct twilio_reply reply = { 0 };
    enum err rc = twilio_client_get(setup_client(setup), TWILIO_FLEX, path, NULL, &reply);
    bool found = rc == ERR_OK && twilio_resource_sid(reply.json, "taskrouter_workspace_sid", "WS",
                                                     setup->workspace_sid);
    twilio_reply_free(&reply);
    if (found) return EXIT_SUCCESS;
    return is_missing("the account has no Flex project that says so");
}

int setup_flex_workspace(struct setup *setup)
{
    struct twilio_reply reply = { 0 };
    const char *given = setup->options->workspace;
    if (given == NULL) given = setup->draft.workspace_sid;
    if (given != NULL) sid_copy(setup->workspace_sid, given);
    int status = given != NULL ? EXIT_SUCCESS : find_workspace(setup);
    if (status != EXIT_SUCCESS) return status;
    enum err rc = taskrouter_resource_workspace(setup_client(setup), &reply);
    if (rc == ERR_NOT_FOUND) {
        status = is_missing("the account has none of that SID");
    } else if (rc != ERR_OK) {
        status = setup_fail("workspace", rc);
    } else {
        const char *name = json_get_string(reply.json, "friendly_name");
        setup_say(setup, "found", "workspace", "%s \"%s\"", setup->workspace_sid,
                  name != NULL ? name : "");
    }
    twilio_reply_free(&reply);
    return status;
}

/* ---- the outbound call configuration */

static const cJSON *default_flow(const cJSON *configuration)
{
    return json_get_object(json_get_object(configuration, "outbound_call_flows"), "default");
}

static void show(const struct setup *setup, const cJSON *flow)
{
    char *text = flow != NULL ? cJSON_PrintUnformatted(flow) : NULL;
    setup_say(setup, "found", "outbound", "%s", text != NULL ? text : "none");
    cJSON_free(text);
}

static bool is_set(const struct setup *setup, const cJSON *flow)
{
    const char *workflow = json_get_string(flow, "workflow_sid");
    return workflow != NULL && strcmp(workflow, setup->workflow_sid) == 0 &&
           json_get_bool(flow, "enabled", false);
}

/* The other flows, and whatever else the default one says, stay. */
static cJSON *with_ours(const struct setup *setup, const cJSON *configuration)
{
    const cJSON *flows = json_get_object(configuration, "outbound_call_flows");
    cJSON *copy = flows != NULL ? cJSON_Duplicate(flows, true) : cJSON_CreateObject();
    cJSON *flow = copy != NULL ? json_get_object(copy, "default") : NULL;
    if (flow == NULL && copy != NULL) flow = json_add_object(copy, "default");
    const char *caller_id = setup->draft.caller_id;
    if (flow == NULL || json_set_string(flow, "workflow_sid", setup->workflow_sid) != ERR_OK ||
        (setup->queue_sid[0] != '\0' &&
         json_set_string(flow, "queue_sid", setup->queue_sid) != ERR_OK) ||
        (caller_id != NULL && json_set_string(flow, "caller_id", caller_id) != ERR_OK) ||
        (json_get_string(flow, "location") == NULL &&
         json_set_string(flow, "location", "US") != ERR_OK) ||
        json_set_bool(flow, "enabled", true) != ERR_OK) {
        cJSON_Delete(copy);
        return NULL;
    }
    return copy;
}

/* Takes `flows` over. */
static enum err post(struct setup *setup, cJSON *flows)
{
    struct twilio_reply reply = { 0 };
    char *text = NULL;
    cJSON *body = cJSON_CreateObject();
    enum err rc = ERR_MEMORY;
    if (body == NULL || json_set_string(body, "account_sid", setup->draft.account_sid) != ERR_OK ||
        !cJSON_AddItemToObject(body, "outbound_call_flows", flows)) {
        goto out;
    }
    flows = NULL;
    text = cJSON_PrintUnformatted(body);
    if (text != NULL)
        rc = twilio_client_post_json(setup_client(setup), TWILIO_FLEX, path, text, &reply);
out:
    cJSON_free(text);
    cJSON_Delete(body);
    cJSON_Delete(flows);
    twilio_reply_free(&reply);
    return rc;
}

/* What stood there before is noted first, so that --remove can put it back. */
static int set(struct setup *setup, const cJSON *configuration)
{
    const cJSON *flows = json_get_object(configuration, "outbound_call_flows");
    char *before = NULL;
    if (setup->options->dry_run) {
        setup_say_changed(setup, "changed", "outbound", "to Workflow %s", setup->workflow_sid);
        return EXIT_SUCCESS;
    }
    int status = EXIT_FAILURE;
    before = flows != NULL ? cJSON_PrintUnformatted(flows) : strdup("{}");
    cJSON *ours = with_ours(setup, configuration);
    if (before == NULL || ours == NULL) {
        cJSON_Delete(ours);
        status = setup_fail("outbound", ERR_MEMORY);
        goto out;
    }
    /* After a run that was killed here, what it found before is already noted. */
    if (setup_record_find(setup, "outbound") == NULL &&
        !setup_record_put(setup, "outbound", before, NULL, NULL)) {
        cJSON_Delete(ours);
        goto out;
    }
    enum err rc = post(setup, ours);
    status = rc == ERR_OK ? EXIT_SUCCESS : setup_fail("outbound", rc);
    if (rc == ERR_OK)
        setup_say_changed(setup, "changed", "outbound", "to Workflow %s", setup->workflow_sid);
out:
    cJSON_free(before);
    return status;
}

int setup_flex_outbound(struct setup *setup)
{
    struct twilio_reply reply = { 0 };
    enum err rc = twilio_client_get(setup_client(setup), TWILIO_FLEX, path, NULL, &reply);
    int status = EXIT_SUCCESS;
    if (rc != ERR_OK && setup->options->flex_outbound) {
        status = setup_fail("outbound", rc);
    } else if (rc != ERR_OK) {
        setup_say(setup, "note", "outbound", "there is no Flex project to read it from");
    } else {
        const cJSON *flow = default_flow(reply.json);
        show(setup, flow);
        if (setup->options->flex_outbound && !is_set(setup, flow)) status = set(setup, reply.json);
    }
    twilio_reply_free(&reply);
    return status;
}

/* Back to what stood there, if our Workflow still stands there. */
int setup_flex_restore(struct setup *setup)
{
    struct twilio_reply reply = { 0 };
    cJSON *before = NULL;
    const cJSON *entry = setup_record_find(setup, "outbound");
    if (entry == NULL) return EXIT_SUCCESS;
    const char *text = json_get_string(entry, "name");
    enum err rc =
        json_parse_object(text != NULL ? text : "", text != NULL ? strlen(text) : 0, &before);
    if (rc == ERR_OK) rc = twilio_client_get(setup_client(setup), TWILIO_FLEX, path, NULL, &reply);
    bool ours = rc == ERR_OK && is_set(setup, default_flow(reply.json));
    if (ours && !setup->options->dry_run) {
        rc = post(setup, before);
        before = NULL;
    }
    int status = rc == ERR_OK ? EXIT_SUCCESS : setup_fail("outbound", rc);
    if (ours && rc == ERR_OK) setup_say_changed(setup, "changed", "outbound", "back");
    if (rc == ERR_OK && !setup->options->dry_run && !setup_record_drop(setup, "outbound"))
        status = EXIT_FAILURE;
    cJSON_Delete(before);
    twilio_reply_free(&reply);
    return status;
}
