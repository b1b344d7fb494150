#include "directory/directory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/*
 * The names carry the workspace, so that two installations may share a state directory. Only the
 * holder of the lock writes the draft, so its name needs no random part.
 */
#define SNAPSHOT "snapshot"
#define DRAFT    "draft"
#define LOCK     "lock"

static enum err path_of(const struct config *config, const char *kind, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/directory-%s.%s", config->state_dir,
                       config->workspace_sid, kind);
    return len > 0 && len < PATH_MAX ? ERR_OK : ERR_INTERNAL;
}

static void identity_of(const struct stat *status, struct directory_identity *identity)
{
    identity->device = status->st_dev;
    identity->inode = status->st_ino;
    identity->size = status->st_size;
    identity->modified_ns = status->st_mtim.tv_sec * INT64_C(1000000000) + status->st_mtim.tv_nsec;
}

static bool is_same(const struct directory_identity *a, const struct directory_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified_ns == b->modified_ns;
}

/* Which file stands there now. */
static enum err identify(const struct config *config, struct directory_identity *identity)
{
    char path[PATH_MAX];
    struct stat status;
    enum err rc = path_of(config, SNAPSHOT, path);
    if (rc != ERR_OK) return rc;
    if (stat(path, &status) != 0) return ERR_NOT_FOUND;
    identity_of(&status, identity);
    return ERR_OK;
}

/* A file that every user may write could send calls to strangers. */
static bool may_be_read(const struct stat *status)
{
    return S_ISREG(status->st_mode) && (status->st_mode & S_IWOTH) == 0 && status->st_size > 0 &&
           status->st_size <= DIRECTORY_IMAGE_MAX;
}

static bool has_fields(const struct directory *directory, const char *configured)
{
    struct list_fields fields;
    const struct directory_header *header = directory->header;
    if (!list_fields_read(&fields, configured) || fields.count != header->field_count) return false;
    for (size_t i = 0; i < fields.count; i++)
        if (strcmp(fields.names[i], directory->strings + header->field_names[i]) != 0) return false;
    return true;
}

/* The same workspace, and the same attributes of the Workers were read. */
static bool is_for(const struct directory *directory, const struct config *config)
{
    const struct directory_header *header = directory->header;
    const char *attribute = config->user_attribute;
    return strcmp(header->workspace_sid, config->workspace_sid) == 0 &&
           header->user_attribute == directory_image_sum(0, attribute, strlen(attribute)) &&
           has_fields(directory, config->list_fields);
}

static atomic_bool serves_once;

void directory_file_serves_once(void)
{
    atomic_store(&serves_once, true);
}

/*
 * Into memory of our own: pages mapped from the file would change when a process writes over it,
 * and be gone when one shortens it, after all offsets have been checked. MAP_FAILED when it isn't
 * as long as it was said to be.
 */
static void *read_image(int fd, size_t size)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
    if (atomic_load(&serves_once))
        return mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (data == MAP_FAILED) return MAP_FAILED;
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, data + len, size - len);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        len += (size_t)got;
    }
    if (len == size) return data;
    munmap(data, size);
    return MAP_FAILED;
}

enum err directory_file_open(const struct config *config, struct directory **directory)
{
    enum err rc = ERR_NOT_FOUND;
    char path[PATH_MAX];
    struct stat status;
    struct directory *opened = NULL;
    void *data = MAP_FAILED;
    int fd = -1;
    if (path_of(config, SNAPSHOT, path) != ERR_OK) goto out;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0 || !may_be_read(&status)) goto out;
    data = read_image(fd, (size_t)status.st_size);
    if (data == MAP_FAILED) goto out;
    if (directory_image_open(data, (size_t)status.st_size, true, &opened) != ERR_OK) goto out;
    data = MAP_FAILED; /* belongs to `opened` now */
    if (!is_for(opened, config)) goto out;
    identity_of(&status, &opened->identity);
    *directory = opened;
    opened = NULL;
    rc = ERR_OK;
out:
    directory_close(opened);
    if (data != MAP_FAILED) munmap(data, (size_t)status.st_size);
    if (fd >= 0) close(fd);
    return rc;
}

/* One from before the clock was set back would otherwise stay the newest for as long. */
static bool may_follow(const struct directory *newer, const struct directory *current)
{
    return directory_incomplete(current) || current->header->created_s > clock_wall_s() ||
           newer->header->created_s >= current->header->created_s;
}

enum err directory_file_reopen(const struct config *config, struct directory **directory)
{
    struct directory_identity there;
    if (*directory == NULL) return directory_file_open(config, directory);
    if (identify(config, &there) != ERR_OK || is_same(&there, &(*directory)->identity))
        return ERR_OK;

    struct directory *newer = NULL;
    enum err rc = directory_file_open(config, &newer);
    if (rc == ERR_OK && may_follow(newer, *directory)) {
        directory_close(*directory);
        *directory = newer;
        return ERR_OK;
    }
    /* Useless, or older than what was fetched into memory: don't read it again. */
    (*directory)->identity = there;
    directory_close(newer);
    return ERR_OK;
}

static enum err write_all(int fd, const void *data, size_t size)
{
    const char *bytes = data;
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return ERR_FORBIDDEN;
        bytes += written;
        size -= (size_t)written;
    }
    return ERR_OK;
}

enum err directory_file_replace(const struct config *config, const void *image, size_t size)
{
    char draft[PATH_MAX];
    char snapshot[PATH_MAX];
    enum err rc = path_of(config, DRAFT, draft);
    if (rc == ERR_OK) rc = path_of(config, SNAPSHOT, snapshot);
    if (rc != ERR_OK) return rc;
    (void)unlink(draft); /* what a crash has left behind */
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return ERR_FORBIDDEN;
    rc = write_all(fd, image, size);
    if (rc == ERR_OK && fsync(fd) != 0) rc = ERR_FORBIDDEN;
    if (close(fd) != 0) rc = ERR_FORBIDDEN;
    if (rc == ERR_OK && rename(draft, snapshot) != 0) rc = ERR_FORBIDDEN;
    if (rc != ERR_OK) (void)unlink(draft);
    return rc;
}

enum err directory_file_lock(const struct config *config, int *lock)
{
    char path[PATH_MAX];
    enum err rc = path_of(config, LOCK, path);
    if (rc != ERR_OK) return rc;
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags, 0600);
    /* A clean-up may have taken the directory along. */
    if (fd < 0 && errno == ENOENT && mkdir(config->state_dir, 0700) == 0)
        fd = open(path, flags, 0600);
    if (fd < 0) return ERR_FORBIDDEN;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return ERR_CONFLICT;
    }
    *lock = fd;
    return ERR_OK;
}

/*
 * The lock file's length says how the last attempt ended and its time says when: both can be read
 * with one stat, without the lock.
 */
void directory_file_note_attempt(int lock, bool failed)
{
    if (ftruncate(lock, failed ? 1 : 0) != 0 || futimens(lock, NULL) != 0)
        log_warn("the directory's lock file can't be written: %s", strerror(errno));
}

void directory_file_last_attempt(const struct config *config, struct directory_attempt *attempt)
{
    char path[PATH_MAX];
    struct stat status;
    *attempt = (struct directory_attempt){ 0 };
    if (path_of(config, LOCK, path) != ERR_OK || stat(path, &status) != 0) return;
    attempt->failed = status.st_size > 0;
    attempt->ended_s = status.st_mtim.tv_sec;
}
