#include "page/history_kept.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sid.h"

/* What stands before the text: whose it is, when it was found out, and how long it is. */
struct head {
    char worker_sid[SID_SIZE];
    int64_t at_s;
    uint64_t len;
};

enum { HEAD_SIZE = sizeof(struct head) };

/* SIDs are random, so their sum spreads them. */
static unsigned slot_of(const char *worker_sid)
{
    unsigned sum = 0;
    for (; *worker_sid != '\0'; worker_sid++)
        sum = sum * 31 + (unsigned char)*worker_sid;
    return sum % HISTORY_KEPT_SLOTS;
}

static bool path_of(const struct config *config, const char *worker_sid, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/history-%s.%u", config->state_dir, config->workspace_sid,
                       slot_of(worker_sid));
    return len > 0 && len < PATH_MAX;
}

static bool may_be_read(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    return (status.st_mode & S_IWOTH) == 0 && status.st_size > HEAD_SIZE &&
           status.st_size <= HEAD_SIZE + (off_t)STRBUF_MAX_REPLY;
}

static bool fits(const struct strbuf *file, const char *worker_sid, int64_t now_s)
{
    struct head head;
    if (file->len < HEAD_SIZE) return false;
    memcpy(&head, file->buf, HEAD_SIZE);
    size_t len = file->len - HEAD_SIZE;
    int64_t age_s = now_s - head.at_s;
    return memcmp(head.worker_sid, worker_sid, SID_LEN) == 0 && head.len == len && age_s >= 0 &&
           age_s < HISTORY_KEPT_S && strlen(file->buf + HEAD_SIZE) == len;
}

static bool read_all(int fd, struct strbuf *file)
{
    char piece[16384];
    ssize_t got;
    while ((got = read(fd, piece, sizeof piece)) > 0)
        strbuf_add(file, piece, (size_t)got);
    return got == 0 && !strbuf_failed(file);
}

bool history_kept_read(const struct config *config, const char *worker_sid, int64_t now_s,
                       struct strbuf *text)
{
    char path[PATH_MAX];
    bool found = false;
    struct strbuf file;
    strbuf_init(&file, HEAD_SIZE + STRBUF_MAX_REPLY);
    int fd = path_of(config, worker_sid, path)
                 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                 : -1;
    if (fd < 0 || !may_be_read(fd) || !read_all(fd, &file)) goto out;
    if (!fits(&file, worker_sid, now_s)) goto out;
    strbuf_addstr(text, file.buf + HEAD_SIZE);
    found = !strbuf_failed(text);
out:
    if (fd >= 0) close(fd);
    strbuf_free(&file);
    return found;
}

static bool write_all(int fd, const void *data, size_t len)
{
    const char *bytes = data;
    while (len > 0) {
        ssize_t written = write(fd, bytes, len);
        if (written <= 0) return false;
        bytes += written;
        len -= (size_t)written;
    }
    return true;
}

void history_kept_write(const struct config *config, const char *worker_sid, int64_t now_s,
                        const struct strbuf *text)
{
    char path[PATH_MAX];
    char draft[PATH_MAX];
    if (strbuf_failed(text) || !path_of(config, worker_sid, path)) return;
    /* One draft a slot, however often a process dies over it; a reader sees whether it is whole. */
    int len = snprintf(draft, sizeof draft, "%s.draft", path);
    if (len <= 0 || len >= (int)sizeof draft) return;
    (void)unlink(draft);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return;
    struct head head = { .at_s = now_s, .len = text->len };
    sid_copy(head.worker_sid, worker_sid);
    bool whole = write_all(fd, &head, sizeof head) && write_all(fd, text->buf, text->len);
    if (close(fd) != 0 || !whole || rename(draft, path) != 0) (void)unlink(draft);
}
