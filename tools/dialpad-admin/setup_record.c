#include "setup_record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "auth/jwt.h"
#include "base/json.h"
#include "base/private_file.h"
#include "replace_file.h"

enum { RECORD_MAX = 64 * 1024 };

static cJSON *things_of(const struct setup *setup)
{
    return json_get_array(setup->record, "things");
}

static cJSON *empty_record(const char *account_sid)
{
    cJSON *record = cJSON_CreateObject();
    if (record != NULL && json_set_string(record, "account", account_sid) == ERR_OK &&
        cJSON_AddArrayToObject(record, "things") != NULL) {
        return record;
    }
    cJSON_Delete(record);
    return NULL;
}

/* ERR_NOT_FOUND without a file; other failures have been said. */
static enum err read_record(struct setup *setup)
{
    char problem[PRIVATE_FILE_PROBLEM_SIZE];
    char *text = NULL;
    size_t len = 0;
    enum err rc = private_file_read(setup->record_path, RECORD_MAX, &text, &len, problem);
    if (rc == ERR_NOT_FOUND) return rc;
    if (rc == ERR_OK && json_parse_object(text, len, &setup->record) != ERR_OK) {
        snprintf(problem, sizeof problem, "it isn't JSON");
        rc = ERR_INPUT;
    }
    if (rc == ERR_OK && things_of(setup) == NULL) {
        snprintf(problem, sizeof problem, "it has no list of things");
        rc = ERR_INPUT;
    }
    if (rc != ERR_OK) fprintf(stderr, "dialpad-admin: %s: %s\n", setup->record_path, problem);
    private_file_free(text, len);
    return rc;
}

bool setup_record_load(struct setup *setup)
{
    enum err rc = read_record(setup);
    if (rc == ERR_NOT_FOUND) {
        setup->record = empty_record(setup->draft.account_sid);
        return setup->record != NULL;
    }
    if (rc != ERR_OK) return false;
    const char *account = json_get_string(setup->record, "account");
    if (account != NULL && strcmp(account, setup->draft.account_sid) == 0) return true;
    fprintf(stderr,
            "dialpad-admin: %s tells of another account than %s; as that one: dialpad-admin setup "
            "--remove\n",
            setup->record_path, setup->draft.account_sid);
    return false;
}

static int index_of(const struct setup *setup, const char *kind)
{
    int index = 0;
    const cJSON *thing = NULL;
    cJSON_ArrayForEach(thing, things_of(setup))
    {
        const char *found = json_get_string(thing, "kind");
        if (found != NULL && strcmp(found, kind) == 0) return index;
        index++;
    }
    return -1;
}

const cJSON *setup_record_find(const struct setup *setup, const char *kind)
{
    int index = index_of(setup, kind);
    return index < 0 ? NULL : cJSON_GetArrayItem(things_of(setup), index);
}

static bool save(const struct setup *setup)
{
    if (cJSON_GetArraySize(things_of(setup)) == 0)
        return unlink(setup->record_path) == 0 || errno == ENOENT;
    char *text = cJSON_Print(setup->record);
    bool saved = text != NULL && replace_file(setup->record_path, text, 0600, NULL);
    cJSON_free(text);
    return saved;
}

static void forget(struct setup *setup, const char *kind)
{
    int index = index_of(setup, kind);
    if (index >= 0) cJSON_DeleteItemFromArray(things_of(setup), index);
}

static enum err set_if_given(cJSON *thing, const char *key, const char *value)
{
    return value != NULL ? json_set_string(thing, key, value) : ERR_OK;
}

bool setup_record_put(struct setup *setup, const char *kind, const char *name, const char *sid,
                      const char *hash)
{
    cJSON *thing = cJSON_CreateObject();
    if (thing == NULL || json_set_string(thing, "kind", kind) != ERR_OK ||
        json_set_string(thing, "name", name) != ERR_OK ||
        set_if_given(thing, "sid", sid) != ERR_OK || set_if_given(thing, "hash", hash) != ERR_OK) {
        cJSON_Delete(thing);
        return false;
    }
    forget(setup, kind);
    if (!cJSON_AddItemToArray(things_of(setup), thing)) {
        cJSON_Delete(thing);
        return false;
    }
    return save(setup);
}

bool setup_record_drop(struct setup *setup, const char *kind)
{
    forget(setup, kind);
    return save(setup);
}

enum err setup_record_hash(const char *text, char hash[SETUP_HASH_SIZE])
{
    unsigned char digest[JWT_KEY_SIZE];
    enum err rc = jwt_derive_key("dialpad setup", text, digest);
    for (size_t i = 0; rc == ERR_OK && i < sizeof digest; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    return rc;
}
