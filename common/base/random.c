#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

enum err random_hex(char *text, size_t bytes)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[RANDOM_MAX_BYTES];
    ssize_t got;

    if (bytes > sizeof raw) return ERR_INTERNAL;
    /* So few bytes come all at once or not at all: getrandom(2). */
    do
        got = getrandom(raw, bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 || (size_t)got != bytes) return ERR_INTERNAL;

    for (size_t i = 0; i < bytes; i++) {
        text[2 * i] = digits[raw[i] >> 4];
        text[2 * i + 1] = digits[raw[i] & 15];
    }
    text[2 * bytes] = '\0';
    return ERR_OK;
}
