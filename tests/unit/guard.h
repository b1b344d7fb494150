/*
 * Memory that ends at an unmapped page: reading one byte too far ends the test.
 */
#ifndef DIALPAD_TEST_GUARD_H
#define DIALPAD_TEST_GUARD_H

#include "unit.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
    char *map;
    size_t map_len;
};

/* A copy of `text`, without a NUL, whose last byte is the last one before the unmapped page. */
static inline const char *guard_copy(struct guard *guard, const char *text, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (len / page + 1) * page;
    guard->map_len = room + page;
    guard->map =
        mmap(NULL, guard->map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(guard->map != MAP_FAILED);
    assert_int_equal(mprotect(guard->map + room, page, PROT_NONE), 0);
    memcpy(guard->map + room - len, text, len);
    return guard->map + room - len;
}

static inline void guard_free(struct guard *guard)
{
    munmap(guard->map, guard->map_len);
}

#endif
