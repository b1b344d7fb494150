/*
 * Memory that dies together: everything parsed from a request lives in the request's arena and is
 * gone with one call. An arena is used by one thread at a time.
 */
#ifndef DIALPAD_ARENA_H
#define DIALPAD_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used; /* bytes handed out since the last reset */
    size_t max;  /* ceiling for `used` */
};

void arena_init(struct arena *arena, size_t max);

/* Aligned for any type, zeroed. NULL when memory or the ceiling is exhausted. */
void *arena_alloc(struct arena *arena, size_t size);

/* NUL-terminated copies; NULL as above. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text);

/*
 * Forgets everything but keeps one block for the next request. What was handed out is wiped: it may
 * have held a token, and neither the next request nor a core is to have that.
 */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
