/*
 * What a refresh of the directory has gathered so far, and how it becomes a snapshot image.
 * Private to the directory's own modules.
 */
#ifndef DIALPAD_DIRECTORY_DRAFT_H
#define DIALPAD_DIRECTORY_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list_fields.h"
#include "base/strbuf.h"
#include "directory/directory_image.h"

struct draft_agent {
    const char *sid;
    const char *name;
    const char *friendly_name;
    const char *contact_uri;
    const char *activity;
    const char *user; /* value of DIALPAD_USER_ATTRIBUTE, "" if none */
    bool available;
    const char *const *fields; /* what each of the draft's fields holds, "" for none */
};

struct draft_record;
struct draft_holder;

struct directory_draft {
    struct arena arena;        /* the records' strings */
    struct list_fields fields; /* to be set before agents are added */
    struct draft_record *records;
    size_t count;
    size_t capacity;
    struct draft_holder *holders;
    size_t holder_count;
    size_t holder_capacity;
    bool busy_known;
    bool incomplete;
    int64_t created_s;
};

void directory_draft_init(struct directory_draft *draft);
void directory_draft_free(struct directory_draft *draft);

/* Copies the strings. */
enum err directory_draft_add(struct directory_draft *draft,
                             const struct draft_agent *agent) MUST_CHECK;

/*
 * This Worker holds this Task: the agent is busy. `remember` keeps the fact in the snapshot for
 * the next refresh.
 */
enum err directory_draft_hold(struct directory_draft *draft, const char *task_sid,
                              const char *worker_sid, int64_t updated_s, bool remember) MUST_CHECK;

/*
 * Sorts the draft and appends its image to `image`, which is empty and has the ceiling
 * DIRECTORY_IMAGE_MAX. ERR_TOO_LARGE when it doesn't fit.
 */
enum err directory_draft_write(struct directory_draft *draft, const char *workspace_sid,
                               const char *user_attribute, struct strbuf *image) MUST_CHECK;

#endif
