/*
 * A MAC context of OpenSSL's that has been keyed once and is used for one text after another: that
 * makes a MAC cost about a microsecond. It belongs to one thread.
 */
#ifndef DIALPAD_MAC_H
#define DIALPAD_MAC_H

#include <stddef.h>

#include "base/err.h"

struct evp_mac_ctx_st; /* a keyed context of OpenSSL's */

/* HMAC with this digest ("SHA1", "SHA256"). The context is the caller's to free. */
enum err mac_keyed(const char *digest, const void *key, size_t key_len,
                   struct evp_mac_ctx_st **context) MUST_CHECK;

#endif
