/*
 * Check of the keys that sign sessions and calls: every host of a site must have the same ones, and
 * what answers at the public URL may be another host than this one, or run with an older secret.
 */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include "auth/keys.h"
#include "base/json.h"

struct fingerprints {
    char list[KEYS_MAX][KEYS_FINGERPRINT_SIZE]; /* the first one signs, every one verifies */
    size_t count;
};

static bool read_own(const struct config *config, struct fingerprints *own)
{
    struct keys keys;
    enum err rc = keys_derive(config, &keys);
    own->count = rc == ERR_OK ? keys.count : 0;
    for (size_t i = 0; rc == ERR_OK && i < own->count; i++)
        rc = keys_fingerprint(keys.list[i], own->list[i]);
    explicit_bzero(&keys, sizeof keys);
    return rc == ERR_OK;
}

static void read_theirs(const cJSON *health, struct fingerprints *theirs)
{
    const cJSON *one = NULL;
    theirs->count = 0;
    cJSON_ArrayForEach(one, json_get_array(health, "keys"))
    {
        if (!cJSON_IsString(one) || theirs->count == KEYS_MAX) continue;
        snprintf(theirs->list[theirs->count++], KEYS_FINGERPRINT_SIZE, "%s", one->valuestring);
    }
}

static bool verifies(const struct fingerprints *host, const char *fingerprint)
{
    for (size_t i = 0; i < host->count; i++)
        if (strcmp(host->list[i], fingerprint) == 0) return true;
    return false;
}

static void compare(struct doctor *doctor, const struct fingerprints *own,
                    const struct fingerprints *theirs)
{
    const char *ours = own->list[0];
    const char *other = theirs->list[0];
    if (strcmp(ours, other) == 0) {
        doctor_note(doctor, DOCTOR_OK, "inward.keys", "", "both sides sign with the key %s", ours);
    } else if (verifies(own, other) && verifies(theirs, ours)) {
        doctor_note(doctor, DOCTOR_WARN, "inward.keys",
                    "finish the change on every host: SECURITY.md, then systemctl reload "
                    "dialpad.target",
                    "the secret is being changed: the key is %s in dialpad.conf, and %s in the "
                    "programs",
                    ours, other);
    } else {
        doctor_note(doctor, DOCTOR_FAIL, "inward.keys",
                    "give every host the same DIALPAD_SECRET, then systemctl reload "
                    "dialpad.target",
                    "the programs sign with the key %s, and dialpad.conf of this host means %s: "
                    "sessions and calls of one aren't believed by the other",
                    other, ours);
    }
}

static void note_unknown(struct doctor *doctor, const char *repair, const char *why)
{
    doctor_note(doctor, DOCTOR_WARN, "inward.keys", repair,
                "the keys of this host and of the programs can't be compared: %s", why);
}

/* NULL, or why there are none. */
static const char *ask_theirs(struct doctor *doctor, struct fingerprints *theirs,
                              char why[DOCTOR_TEXT_SIZE])
{
    struct http_reply reply;
    cJSON *health = NULL;
    char url[DOCTOR_URL_SIZE];
    doctor_program_url(doctor, "health", url);
    const struct doctor_request request = { .url = url };
    theirs->count = 0;
    if (doctor_fetch(doctor, &request, &reply) != ERR_OK) {
        snprintf(why, DOCTOR_TEXT_SIZE, "%s", reply.problem);
    } else {
        snprintf(why, DOCTOR_TEXT_SIZE, "health names none (status %d)", reply.status);
        if (json_parse_object(reply.body.buf, reply.body.len, &health) == ERR_OK)
            read_theirs(health, theirs);
    }
    cJSON_Delete(health);
    http_reply_free(&reply);
    return theirs->count > 0 ? NULL : why;
}

void doctor_inward_keys(struct doctor *doctor)
{
    struct fingerprints own;
    struct fingerprints theirs;
    char text[DOCTOR_TEXT_SIZE];
    if (!doctor->reaches_us) return;
    if (!read_own(&doctor->config, &own)) {
        note_unknown(doctor, "dialpad-admin check", "none can be derived from dialpad.conf");
        return;
    }
    const char *why = ask_theirs(doctor, &theirs, text);
    static const char repair[] = "run one version of the programs on every host, and see "
                                 "inward.programs";
    if (why == NULL)
        compare(doctor, &own, &theirs);
    else
        note_unknown(doctor, repair, why);
}
