/*
 * The keys under which this product signs: one, and while it is being changed two.
 *
 * A key is derived from a secret of the configuration and the workspace, because several
 * workspaces may share a secret and their agents have nothing to do with each other.
 */
#ifndef DIALPAD_KEYS_H
#define DIALPAD_KEYS_H

#include <stddef.h>

#include "auth/jwt.h"
#include "base/config.h"
#include "base/err.h"

enum { KEYS_MAX = 2, KEYS_FINGERPRINT_SIZE = 9 };

struct keys {
    unsigned char list[KEYS_MAX][JWT_KEY_SIZE]; /* the first one signs, every one verifies */
    size_t count;
};

/*
 * From DIALPAD_SECRET, or from the API secret where there is none, and from
 * DIALPAD_SECRET_PREVIOUS. A caller that no longer needs the keys wipes the struct.
 */
enum err keys_derive(const struct config *config, struct keys *keys) MUST_CHECK;

/*
 * Eight hexadecimal digits by which hosts can be compared: two keys rarely have the same ones, and
 * nothing follows from them about the key.
 */
enum err keys_fingerprint(const unsigned char key[JWT_KEY_SIZE],
                          char text[KEYS_FINGERPRINT_SIZE]) MUST_CHECK;

#endif
