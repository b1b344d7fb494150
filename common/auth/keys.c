#include "auth/keys.h"

#include <stdio.h>
#include <string.h>

#include "auth/token.h"

enum err keys_derive(const struct config *config, struct keys *keys)
{
    enum err rc = ERR_OK;
    struct keys derived = { .count = 0 };
    const char *const secrets[KEYS_MAX] = {
        config->secret != NULL ? config->secret : config->api_secret,
        config->secret_previous,
    };
    for (size_t i = 0; rc == ERR_OK && i < KEYS_MAX; i++) {
        if (secrets[i] == NULL) continue;
        rc = token_derive_key(secrets[i], config->workspace_sid, derived.list[derived.count]);
        derived.count++;
    }
    if (rc == ERR_OK) *keys = derived;
    explicit_bzero(&derived, sizeof derived);
    return rc;
}

enum err keys_fingerprint(const unsigned char key[JWT_KEY_SIZE], char text[KEYS_FINGERPRINT_SIZE])
{
    unsigned char digest[JWT_KEY_SIZE];
    char secret[2 * JWT_KEY_SIZE + 1];
    for (size_t i = 0; i < JWT_KEY_SIZE; i++)
        snprintf(secret + 2 * i, 3, "%02x", key[i]);
    enum err rc = jwt_derive_key(secret, "dialpad fingerprint", digest);
    if (rc == ERR_OK) {
        snprintf(text, KEYS_FINGERPRINT_SIZE, "%02x%02x%02x%02x", digest[0], digest[1], digest[2],
                 digest[3]);
    }
    explicit_bzero(secret, sizeof secret);
    return rc;
}
