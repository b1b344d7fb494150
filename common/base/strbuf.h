/*
 * Bounded string building.
 *
 * A strbuf is always a valid NUL-terminated string of `len` bytes. It remembers its first failure
 * (ceiling exceeded or out of memory): after that additions do nothing, so a writer adds freely
 * and asks strbuf_failed() once before it uses the result. This module stays at the bottom: it
 * knows no format but text.
 */
#ifndef DIALPAD_STRBUF_H
#define DIALPAD_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct strbuf {
    char *buf;  /* never NULL after strbuf_init */
    size_t len; /* without the NUL */
    size_t cap;
    size_t max; /* ceiling for len */
    bool failed;
};

/* The ceilings of every growing text in the product, in bytes. */
enum {
    STRBUF_MAX_URL = 4096,
    STRBUF_MAX_REPLY = 1024 * 1024,        /* 200 agents with long names, and a lot of room */
    STRBUF_MAX_FORM = 64 * 1024,           /* a form that we send to Twilio */
    STRBUF_MAX_TOKEN = 8 * 1024,           /* a JWT */
    STRBUF_MAX_ATTRIBUTES = 4096,          /* TaskRouter's own limit for a Task's Attributes */
    STRBUF_MAX_UPSTREAM = 8 * 1024 * 1024, /* an answer of Twilio's: a page of 1,000 Workers */
    STRBUF_MAX_LOG_LINE = 4096             /* PIPE_BUF: a write of it is whole, or not at all */
};

void strbuf_init(struct strbuf *sb, size_t max);
void strbuf_free(struct strbuf *sb);  /* leaves an initialised, empty strbuf */
void strbuf_reset(struct strbuf *sb); /* empties it, forgets the failure, keeps the memory */

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *text);
void strbuf_addch(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *format, ...) PRINTF_LIKE(2, 3);

bool strbuf_failed(const struct strbuf *sb);

/* Hands the text over: the caller frees it with free(). NULL if the strbuf had failed. */
char *strbuf_detach(struct strbuf *sb);

#endif
