#include "directory/directory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "directory/directory_file.h"
#include "directory/directory_image.h"

enum err directory_open(const struct config *config, struct directory **directory)
{
    return directory_file_open(config, directory);
}

enum err directory_reopen(const struct config *config, struct directory **directory)
{
    struct directory_identity there;
    if (*directory == NULL) return directory_open(config, directory);
    if (directory_file_identify(config, &there) != ERR_OK ||
        directory_file_same(&there, &(*directory)->identity))
        return ERR_OK;

    struct directory *newer = NULL;
    enum err rc = directory_open(config, &newer);
    if (rc == ERR_OK && (directory_incomplete(*directory) ||
                         newer->header->created_s >= (*directory)->header->created_s)) {
        directory_close(*directory);
        *directory = newer;
        return ERR_OK;
    }
    /* Useless, or older than what was fetched into memory: don't read it again. */
    (*directory)->identity = there;
    directory_close(newer);
    return ERR_OK;
}

struct directory *directory_share(struct directory *directory)
{
    atomic_fetch_add(&directory->users, 1);
    return directory;
}

void directory_close(struct directory *directory)
{
    if (directory == NULL || atomic_fetch_sub(&directory->users, 1) != 1) return;
    if (directory->mapped)
        munmap(directory->data, directory->size);
    else
        free(directory->data);
    free(directory);
}

int64_t directory_age_s(const struct directory *directory, int64_t now_s)
{
    int64_t created_s = directory->header->created_s;
    return created_s >= 0 && created_s <= now_s ? now_s - created_s : INT64_MAX;
}

bool directory_refresh_failed(const struct config *config)
{
    struct directory_attempt attempt;
    directory_file_last_attempt(config, &attempt);
    return attempt.failed;
}

bool directory_incomplete(const struct directory *directory)
{
    return directory->header->incomplete != 0;
}

/* Which of a record's strings is asked for. */
typedef uint32_t record_field(const struct directory_record *record);

static uint32_t field_contact_uri(const struct directory_record *record)
{
    return record->contact_uri;
}

static uint32_t field_user(const struct directory_record *record)
{
    return record->user;
}

/* "" belongs to nobody, however many Workers lack the attribute. */
static size_t count_equal(const struct directory *directory, record_field *field, const char *value,
                          char sid[SID_SIZE])
{
    size_t count = 0;
    if (*value == '\0') return 0;
    for (size_t i = 0; i < directory->header->count; i++) {
        const struct directory_record *record = &directory->records[i];
        if (strcmp(directory->strings + field(record), value) != 0) continue;
        /* A Worker that two of Twilio's pages showed is still one Worker. */
        if (count > 0 && strcmp(record->sid, sid) == 0) continue;
        if (count == 0) sid_copy(sid, record->sid);
        count++;
    }
    return count;
}

size_t directory_count_contact(const struct directory *directory, const char *contact_uri,
                               char sid[SID_SIZE])
{
    return count_equal(directory, field_contact_uri, contact_uri, sid);
}

size_t directory_count_user(const struct directory *directory, const char *user, char sid[SID_SIZE])
{
    return count_equal(directory, field_user, user, sid);
}
