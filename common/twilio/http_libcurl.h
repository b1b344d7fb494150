/*
 * libcurl, which is loaded when Twilio is first asked for something and not with the program: it
 * brings thirty libraries along, and starting those takes longer than a whole answer that a plain
 * CGI program reads from the directory's snapshot. Private to the modules http_*.
 */
#ifndef DIALPAD_HTTP_LIBCURL_H
#define DIALPAD_HTTP_LIBCURL_H

#include <curl/curl.h>

#include "base/err.h"

#define HTTP_LIBCURL_FUNCTIONS(F) \
    F(easy_cleanup)               \
    F(easy_duphandle)             \
    F(easy_getinfo)               \
    F(easy_init)                  \
    F(easy_perform)               \
    F(easy_setopt)                \
    F(easy_strerror)              \
    F(global_init)                \
    F(multi_add_handle)           \
    F(multi_cleanup)              \
    F(multi_info_read)            \
    F(multi_init)                 \
    F(multi_perform)              \
    F(multi_poll)                 \
    F(multi_remove_handle)        \
    F(multi_setopt)               \
    F(share_cleanup)              \
    F(share_init)                 \
    F(share_setopt)               \
    F(slist_append)               \
    F(slist_free_all)

/* Its functions under their own names, without "curl_" before them. */
struct http_libcurl {
#define HTTP_LIBCURL_MEMBER(name) __typeof__(curl_##name) *name;
    HTTP_LIBCURL_FUNCTIONS(HTTP_LIBCURL_MEMBER)
#undef HTTP_LIBCURL_MEMBER
};

/* To be called only after http_libcurl_load. */
extern struct http_libcurl http_libcurl;

/* Harmless when repeated, from any thread. ERR_INTERNAL when it isn't there or can't begin. */
enum err http_libcurl_load(void) MUST_CHECK;

#endif
