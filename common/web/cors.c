#include "web/cors.h"

#include <string.h>

/* Two hours: Chromium keeps no preflight for longer. */
static const char MAX_AGE_S[] = "7200";

bool cors_is_listed(const char *list, const char *origin)
{
    static const char separators[] = " ,";
    if (list == NULL || origin == NULL || *origin == '\0') return false;
    size_t len = strlen(origin);
    for (const char *p = list + strspn(list, separators); *p != '\0';) {
        size_t word = strcspn(p, separators);
        if (word == len && memcmp(p, origin, len) == 0) return true;
        p += word;
        p += strspn(p, separators);
    }
    return false;
}

/* An OPTIONS that no browser asks on a page's behalf is a method like any other. */
static bool is_preflight(const struct request *request)
{
    return request->method == METHOD_OPTIONS &&
           request_variable(request, "HTTP_ACCESS_CONTROL_REQUEST_METHOD") != NULL;
}

bool cors_apply(const struct endpoint *endpoint, const struct config *config,
                const struct request *request, struct response *response)
{
    if (config->flex_origins == NULL || !auth_is_of_pages(endpoint->auth)) return false;
    /* Also where the origin isn't listed: a cache must not show this answer to one that is. */
    response_header(response, "Vary", "Origin");
    const char *origin = request_variable(request, "HTTP_ORIGIN");
    if (!cors_is_listed(config->flex_origins, origin)) return false;
    response_header(response, "Access-Control-Allow-Origin", origin);
    if (!is_preflight(request)) {
        response_header(response, "Access-Control-Expose-Headers", "Retry-After");
        return false;
    }
    response_header(response, "Access-Control-Allow-Methods",
                    (endpoint->methods & METHOD_GET) != 0 ? "GET" : "POST");
    response_header(response, "Access-Control-Allow-Headers", "Content-Type, X-Dialpad-Token");
    response_header(response, "Access-Control-Max-Age", MAX_AGE_S);
    return true;
}
