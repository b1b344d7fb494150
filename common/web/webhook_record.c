#include "web/webhook_record.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_record(const struct config *config, int flags)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/webhooks-%s", config->state_dir, config->account_sid);
    if (len <= 0 || len >= (int)sizeof path) return -1;
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static void read_from(int fd, struct webhook_record *record)
{
    if (pread(fd, record, sizeof *record, 0) != (ssize_t)sizeof *record)
        memset(record, 0, sizeof *record);
}

/* False when the record says it already. */
static bool add(struct webhook_record *record, bool genuine, int64_t now_s)
{
    if (!genuine) {
        if (record->refused_since_s == 0) record->refused_since_s = now_s;
        record->refused++;
        return true;
    }
    bool known = record->refused_since_s == 0 && now_s >= record->genuine_s &&
                 now_s - record->genuine_s < WEBHOOK_RECORD_STEP_S;
    *record = (struct webhook_record){ .genuine_s = now_s };
    return !known;
}

void webhook_record_note(const struct config *config, bool genuine, int64_t now_s)
{
    /* A busy process need not look at the file for each genuine request. */
    static atomic_int_fast64_t noted_s;
    if (genuine && now_s - atomic_load(&noted_s) < WEBHOOK_RECORD_STEP_S) return;
    struct webhook_record record;
    int fd = open_record(config, O_RDWR | O_CREAT);
    if (fd < 0) return;
    read_from(fd, &record);
    if (add(&record, genuine, now_s)) {
        ssize_t written = pwrite(fd, &record, sizeof record, 0);
        (void)written; /* a full disk is a finding of health's */
    }
    atomic_store(&noted_s, genuine ? now_s : 0);
    close(fd);
}

void webhook_record_read(const struct config *config, struct webhook_record *record)
{
    memset(record, 0, sizeof *record);
    int fd = open_record(config, O_RDONLY);
    if (fd < 0) return;
    read_from(fd, record);
    close(fd);
}
