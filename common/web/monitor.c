#include "web/monitor.h"

#include <string.h>
#include <strings.h>

static bool is_from_here(const struct request *request)
{
    const char *address = request_variable(request, "REMOTE_ADDR");
    if (address == NULL) return false;
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* All bytes are looked at, wherever the first difference is. */
static bool is_same(const char *a, const char *b)
{
    size_t len = strlen(a);
    unsigned char difference = 0;
    if (strlen(b) != len) return false;
    for (size_t i = 0; i < len; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

bool monitor_may_ask(const struct config *config, const struct request *request)
{
    static const char scheme[] = "Bearer ";
    const size_t scheme_len = sizeof scheme - 1;
    if (is_from_here(request)) return true;
    const char *header = request_variable(request, "HTTP_AUTHORIZATION");
    if (config->metrics_token == NULL || header == NULL) return false;
    return strncasecmp(header, scheme, scheme_len) == 0 &&
           is_same(header + scheme_len, config->metrics_token);
}
