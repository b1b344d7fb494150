#include "twilio/http_libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/log.h"

/* Its name since 2006: of whatever has it, all that is used here can be had. */
static const char library_name[] = "libcurl.so.4";

struct http_libcurl http_libcurl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded;

/* A pointer to a function, which C doesn't convert from the void * that dlsym returns. */
static bool find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, size);
    return symbol != NULL;
}

static bool find_all(void *library)
{
#define FIND(name) \
    if (!find(library, "curl_" #name, &http_libcurl.name, sizeof http_libcurl.name)) return false;
    HTTP_LIBCURL_FUNCTIONS(FIND)
#undef FIND
    return true;
}

/* Never closed again: connections outlive every single use. */
static void load(void)
{
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL || !find_all(library)) {
        log_error("libcurl can't be loaded: %s", dlerror());
        return;
    }
    loaded = http_libcurl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

enum err http_libcurl_load(void)
{
    pthread_once(&once, load);
    return loaded ? ERR_OK : ERR_INTERNAL;
}
