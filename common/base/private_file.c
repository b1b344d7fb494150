#include "base/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err unreadable(int error, char *problem)
{
    if (error == ELOOP) {
        snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE,
                 "the file is a link, and whoever owns that could swap it (name the file itself)");
        return ERR_INPUT;
    }
    snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE,
             "the file can't be read: %s (the programs' user must be able to: chgrp, chmod 640)",
             strerror(error));
    return ERR_INPUT;
}

static enum err check(int fd, size_t max, char *problem)
{
    struct stat status;
    if (fstat(fd, &status) != 0) return unreadable(errno, problem);
    if (!S_ISREG(status.st_mode)) {
        snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE, "the file is not a regular one");
        return ERR_INPUT;
    }
    if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE,
                 "the file holds secrets, and others may read or write it (chmod o-rw)");
        return ERR_INPUT;
    }
    if ((status.st_mode & S_IWGRP) != 0) {
        snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE,
                 "the file holds secrets, and its group may write it (chmod g-w)");
        return ERR_INPUT;
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE,
                 "the file holds secrets, and belongs to user %ld: neither to root nor to the "
                 "programs' user (chown root)",
                 (long)status.st_uid);
        return ERR_INPUT;
    }
    if (status.st_size < 0 || (size_t)status.st_size > max) {
        snprintf(problem, PRIVATE_FILE_PROBLEM_SIZE, "the file is longer than %zu bytes", max);
        return ERR_INPUT;
    }
    return ERR_OK;
}

static enum err read_all(int fd, char *text, size_t max, size_t *len, char *problem)
{
    ssize_t got;
    *len = 0;
    do {
        got = read(fd, text + *len, max - *len);
        if (got > 0) *len += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0 ? ERR_OK : unreadable(errno, problem);
}

enum err private_file_read(const char *path, size_t max, char **text, size_t *len,
                           char problem[PRIVATE_FILE_PROBLEM_SIZE])
{
    char *read = NULL;
    size_t read_len = 0;
    /* Without O_NONBLOCK a FIFO would keep the program waiting before it can be refused. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0) return errno == ENOENT ? ERR_NOT_FOUND : unreadable(errno, problem);
    enum err rc = check(fd, max, problem);
    if (rc != ERR_OK) goto out;
    read = malloc(max + 1);
    rc = read != NULL ? read_all(fd, read, max, &read_len, problem) : unreadable(ENOMEM, problem);
    if (rc != ERR_OK) goto out;
    *text = read;
    *len = read_len;
    read = NULL;
out:
    private_file_free(read, read_len);
    close(fd);
    return rc;
}

void private_file_free(char *text, size_t len)
{
    if (text != NULL) explicit_bzero(text, len);
    free(text);
}
