/*
 * JSON Web Tokens signed with HMAC-SHA256 (RFC 7519, RFC 7515 "HS256").
 */
#ifndef DIALPAD_JWT_H
#define DIALPAD_JWT_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/strbuf.h"

enum { JWT_KEY_SIZE = 32 };

/*
 * key = HMAC-SHA256(secret, label): a key of our own from Twilio's API secret, so that a token of
 * ours is never one of Twilio's and the other way round.
 */
enum err jwt_derive_key(const char *secret, const char *label,
                        unsigned char key[JWT_KEY_SIZE]) MUST_CHECK;

/* Appends header.payload.signature; both trees stay the caller's. */
enum err jwt_sign_hs256(struct strbuf *out, const void *key, size_t key_len, const cJSON *header,
                        const cJSON *payload) MUST_CHECK;

/*
 * ERR_OK and the payload (the caller's to delete) only if the token has three parts, its header
 * says alg HS256 and exactly this typ, the signature holds, and, when the payload has an "exp",
 * now_s is before it (ERR_AUTH otherwise, and for everything malformed). A header with "crit" is
 * refused, as RFC 7515 demands where the extension is unknown.
 */
enum err jwt_verify_hs256(const char *token, const void *key, size_t key_len, const char *typ,
                          int64_t now_s, cJSON **payload) MUST_CHECK;

#endif
