#include "base/counters.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The layout of the file: a head that says what the cells are, and the cells. */
struct table {
    char magic[8];
    uint32_t layout;
    uint32_t cells;
    _Atomic int64_t cell[COUNTERS_CELLS];
};

static const char magic[8] = "DIALCNT";

/* Where this process counts: in the file, or here until there is one. */
static struct table own;
static _Atomic(struct table *) current = &own;

static struct {
    char path[PATH_MAX];
    uint32_t layout;
    _Atomic dev_t device;
    _Atomic ino_t inode;
    _Atomic int64_t next_look_ms;
} file;

/*
 * The pages of a file that somebody has cut can't be touched: SIGBUS. Then zeros of our own take
 * their place, and the process goes on. Any other SIGBUS ends it as ever, when the instruction is
 * tried again.
 */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    struct table *table = atomic_load(&current);
    const char *const at = info->si_addr;
    const char *const begin = (const char *)table;
    if (table != &own && at >= begin && at < begin + sizeof *table &&
        mmap(table, sizeof *table, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
             -1, 0) != MAP_FAILED) {
        return;
    }
    signal(number, SIG_DFL);
}

static void survive_a_cut(void)
{
    struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

/* Whole, a regular file and ours. */
static bool is_usable(int fd, struct stat *status)
{
    struct table head;
    const size_t head_size = offsetof(struct table, cell);
    if (fstat(fd, status) != 0 || !S_ISREG(status->st_mode) ||
        status->st_size != (off_t)sizeof(struct table)) {
        return false;
    }
    if (pread(fd, &head, head_size, 0) != (ssize_t)head_size) return false;
    return memcmp(head.magic, magic, sizeof magic) == 0 && head.layout == file.layout &&
           head.cells == COUNTERS_CELLS;
}

static int open_usable(struct stat *status)
{
    int fd = open(file.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || is_usable(fd, status)) return fd;
    close(fd);
    /* What was there can't be used by anybody. */
    unlink(file.path);
    return -1;
}

/* What root counts (a sweep by hand) the programs must be able to go on with. */
static bool give_to_owner_of_folder(int fd)
{
    char folder[PATH_MAX];
    struct stat status;
    if (geteuid() != 0) return true;
    snprintf(folder, sizeof folder, "%s", file.path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL) *slash = '\0';
    return stat(folder, &status) == 0 && fchown(fd, status.st_uid, status.st_gid) == 0;
}

/*
 * A file appears under its name only when it is whole, and all of it is on the disk's account: a
 * disk that fills up later can't fail a write into the mapping. Of two processes that are at it the
 * first wins, and the other finds the name taken.
 */
static void make_file(void)
{
    char path[PATH_MAX];
    struct table head = { .layout = file.layout, .cells = COUNTERS_CELLS };
    memcpy(head.magic, magic, sizeof magic);
    int len = snprintf(path, sizeof path, "%s.%ld", file.path, (long)getpid());
    if (len <= 0 || len >= (int)sizeof path) return;
    unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return;
    bool whole = give_to_owner_of_folder(fd) && posix_fallocate(fd, 0, sizeof head) == 0 &&
                 pwrite(fd, &head, offsetof(struct table, cell), 0) > 0;
    close(fd);
    int linked = whole ? link(path, file.path) : -1;
    (void)linked; /* the name is taken: that file will do */
    unlink(path);
}

/*
 * A mapping that is no longer used stays: another thread may be counting in it at this moment, and
 * it is two pages for each time that somebody deletes the file.
 */
static void map_file(void)
{
    struct stat status;
    int fd = open_usable(&status);
    if (fd < 0) {
        make_file();
        fd = open_usable(&status);
    }
    if (fd < 0) return;
    void *table = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (table == MAP_FAILED) return;
    file.device = status.st_dev;
    file.inode = status.st_ino;
    atomic_store(&current, table);
}

void counters_open(const char *state_dir, const char *workspace_sid, uint32_t layout)
{
    int len = snprintf(file.path, sizeof file.path, "%s/counters-%s.%08x", state_dir, workspace_sid,
                       layout);
    if (len <= 0 || len >= (int)sizeof file.path) {
        file.path[0] = '\0';
        return;
    }
    file.layout = layout;
    survive_a_cut();
    map_file();
}

void counters_close(void)
{
    struct table *table = atomic_exchange(&current, &own);
    if (table != &own) munmap(table, sizeof *table);
    memset(&own, 0, sizeof own);
    file.path[0] = '\0';
    atomic_store(&file.next_look_ms, 0);
}

static bool is_there(void)
{
    struct stat status;
    return atomic_load(&current) != &own && stat(file.path, &status) == 0 &&
           status.st_dev == file.device && status.st_ino == file.inode &&
           status.st_size == (off_t)sizeof(struct table);
}

void counters_look(int64_t now_ms)
{
    int64_t next_ms = atomic_load(&file.next_look_ms);
    if (now_ms < next_ms || file.path[0] == '\0') return;
    /* One thread of those that come by looks. */
    if (!atomic_compare_exchange_strong(&file.next_look_ms, &next_ms, now_ms + COUNTERS_LOOK_MS))
        return;
    if (!is_there()) map_file();
}

void counters_add(size_t cell, int64_t amount)
{
    if (cell >= COUNTERS_CELLS) return;
    struct table *table = atomic_load_explicit(&current, memory_order_acquire);
    atomic_fetch_add_explicit(&table->cell[cell], amount, memory_order_relaxed);
}

void counters_set(size_t cell, int64_t value)
{
    if (cell >= COUNTERS_CELLS) return;
    struct table *table = atomic_load_explicit(&current, memory_order_acquire);
    atomic_store_explicit(&table->cell[cell], value, memory_order_relaxed);
}

int64_t counters_read(size_t cell)
{
    if (cell >= COUNTERS_CELLS) return 0;
    struct table *table = atomic_load_explicit(&current, memory_order_acquire);
    return atomic_load_explicit(&table->cell[cell], memory_order_relaxed);
}
