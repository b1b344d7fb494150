#include "replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t written = write(fd, text, len);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text += written;
        len -= (size_t)written;
    }
    return true;
}

/* The new file is whose the old one was. */
static bool hand_over(int fd, const char *path, mode_t mode, const char *group)
{
    struct stat old;
    if (stat(path, &old) == 0)
        return fchown(fd, old.st_uid, old.st_gid) == 0 && fchmod(fd, old.st_mode & 07777) == 0;
    const struct group *found = group != NULL && geteuid() == 0 ? getgrnam(group) : NULL;
    if (found != NULL && fchown(fd, (uid_t)-1, found->gr_gid) != 0) return false;
    return fchmod(fd, mode) == 0;
}

/* Without it the name may still be the old file's after a loss of power. */
static bool sync_folder(const char *path)
{
    char *copy = strdup(path);
    int fd = copy != NULL ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    free(copy);
    return synced;
}

bool replace_file(const char *path, const char *text, mode_t mode, const char *group)
{
    char temporary[PATH_MAX];
    bool done = false;
    int fd = -1;
    int len = snprintf(temporary, sizeof temporary, "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof temporary) {
        errno = ENAMETOOLONG;
        goto out;
    }
    /* What a killed run has left there is nobody's. */
    (void)unlink(temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, text) || !hand_over(fd, path, mode, group) || fsync(fd) != 0)
        goto out;
    done = rename(temporary, path) == 0 && sync_folder(path);
out:
    if (!done) fprintf(stderr, "dialpad-admin: %s can't be written: %s\n", path, strerror(errno));
    if (fd >= 0) close(fd);
    return done;
}
