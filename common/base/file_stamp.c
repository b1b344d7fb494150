#include "base/file_stamp.h"

#include <string.h>
#include <sys/stat.h>

void file_stamp_take(const char *path, struct file_stamp *stamp)
{
    struct stat status;
    memset(stamp, 0, sizeof *stamp);
    if (stat(path, &status) != 0) return;
    stamp->there = true;
    stamp->device = status.st_dev;
    stamp->inode = status.st_ino;
    stamp->changed = status.st_ctim;
}

bool file_stamp_is_old(const char *path, const struct file_stamp *stamp)
{
    struct file_stamp now;
    file_stamp_take(path, &now);
    return now.there != stamp->there || now.device != stamp->device || now.inode != stamp->inode ||
           now.changed.tv_sec != stamp->changed.tv_sec ||
           now.changed.tv_nsec != stamp->changed.tv_nsec;
}
