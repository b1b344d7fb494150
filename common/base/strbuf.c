#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first allocation; the tests shrink it to shake out mistakes in growing. */
#ifndef STRBUF_FIRST_SIZE
#define STRBUF_FIRST_SIZE 256
#endif

/*
 * What an empty strbuf points to, so that `buf` is a string from the beginning. All threads share
 * it: nothing ever writes to it, which `cap == 0` tells.
 */
static char nothing[1];

void strbuf_init(struct strbuf *sb, size_t max)
{
    *sb = (struct strbuf){ .buf = nothing, .max = max };
}

void strbuf_free(struct strbuf *sb)
{
    if (sb->cap > 0) free(sb->buf);
    strbuf_init(sb, sb->max);
}

void strbuf_reset(struct strbuf *sb)
{
    sb->len = 0;
    sb->failed = false;
    if (sb->cap > 0) sb->buf[0] = '\0';
}

/* Makes room for `more` bytes and the NUL, or remembers that it couldn't. */
static bool reserve(struct strbuf *sb, size_t more)
{
    if (sb->failed) return false;
    if (more > sb->max - sb->len) {
        sb->failed = true;
        return false;
    }
    size_t needed = sb->len + more + 1;
    if (needed <= sb->cap) return true;

    size_t cap = sb->cap > 0 ? sb->cap : STRBUF_FIRST_SIZE;
    while (cap < needed)
        cap *= 2;
    if (cap > sb->max + 1) cap = sb->max + 1;
    char *buf = realloc(sb->cap > 0 ? sb->buf : NULL, cap);
    if (buf == NULL) {
        sb->failed = true;
        return false;
    }
    buf[sb->len] = '\0';
    sb->buf = buf;
    sb->cap = cap;
    return true;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
    if (len == 0 || !reserve(sb, len)) return;
    memcpy(sb->buf + sb->len, data, len);
    sb->len += len;
    sb->buf[sb->len] = '\0';
}

void strbuf_addstr(struct strbuf *sb, const char *text)
{
    strbuf_add(sb, text, strlen(text));
}

void strbuf_addch(struct strbuf *sb, char c)
{
    strbuf_add(sb, &c, 1);
}

void strbuf_addf(struct strbuf *sb, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    /* Formatted where it belongs: it mostly fits, and to measure it first would cost twice. */
    size_t room = sb->failed || sb->cap == 0 ? 0 : sb->cap - sb->len;
    int len = vsnprintf(room > 0 ? sb->buf + sb->len : NULL, room, format, args);
    bool fits = len >= 0 && (size_t)len < room;
    if (room > 0 && !fits) sb->buf[sb->len] = '\0';
    if (len < 0) {
        sb->failed = true;
    } else if (fits) {
        sb->len += (size_t)len;
    } else if (len > 0 && reserve(sb, (size_t)len)) {
        vsnprintf(sb->buf + sb->len, (size_t)len + 1, format, again);
        sb->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

bool strbuf_failed(const struct strbuf *sb)
{
    return sb->failed;
}

char *strbuf_detach(struct strbuf *sb)
{
    char *text = NULL;
    if (!sb->failed && sb->cap > 0) {
        text = sb->buf;
        sb->cap = 0; /* the text is the caller's now: strbuf_free below must leave it alone */
    } else if (!sb->failed) {
        text = calloc(1, 1);
    }
    strbuf_free(sb);
    return text;
}
