/*
 * Has a file changed since it was looked at? For processes that read it once.
 */
#ifndef DIALPAD_FILE_STAMP_H
#define DIALPAD_FILE_STAMP_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct file_stamp {
    bool there;
    dev_t device;
    ino_t inode;
    struct timespec changed; /* content, owner or mode: whatever may make it readable or not */
};

/* To be taken before the file is read: what changes meanwhile is then noticed afterwards. */
void file_stamp_take(const char *path, struct file_stamp *stamp);

bool file_stamp_is_old(const char *path, const struct file_stamp *stamp);

#endif
