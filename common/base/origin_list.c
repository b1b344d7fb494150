#include "base/origin_list.h"

#include <stdlib.h>
#include <string.h>

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Where the host ends: an address in brackets has colons of its own. */
static const char *host_end(const char *origin, const char *end)
{
    const char *bracket = memchr(origin, ']', (size_t)(end - origin));
    const char *host = bracket != NULL ? bracket : strchr(origin, '/') + 2;
    const char *colon = memchr(host, ':', (size_t)(end - host));
    return colon != NULL ? colon : end;
}

/* Writes the origin that ends at `end` to `to`, which isn't behind it; returns what follows. */
static char *rewrite(char *to, const char *origin, const char *end)
{
    const long usual = strncmp(origin, "https:", 6) == 0 ? 443 : 80;
    const char *port = host_end(origin, end);
    while (origin < port)
        *to++ = lower(*origin++);
    if (port == end || strtol(port + 1, NULL, 10) == usual) return to;
    *to++ = ':';
    port += 1 + strspn(port + 1, "0");
    while (port < end)
        *to++ = *port++;
    return to;
}

void origin_list_normalize(char *list)
{
    static const char separators[] = " ,";
    char *to = list;
    for (const char *from = list; *from != '\0';) {
        const char *end = from + strcspn(from, separators);
        if (end > from) to = rewrite(to, from, end);
        for (from = end; *from != '\0' && strchr(separators, *from) != NULL; from++)
            *to++ = *from;
    }
    *to = '\0';
}
