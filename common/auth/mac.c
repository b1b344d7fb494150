#include "auth/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum err mac_keyed(const char *digest, const void *key, size_t key_len, EVP_MAC_CTX **context)
{
    enum err rc = ERR_MEMORY;
    EVP_MAC_CTX *made = NULL;
    /* OpenSSL only reads the name, although its type doesn't say so. */
    const OSSL_PARAM options[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (mac == NULL) goto out;
    made = EVP_MAC_CTX_new(mac);
    if (made == NULL || EVP_MAC_init(made, key, key_len, options) != 1) goto out;
    *context = made;
    made = NULL;
    rc = ERR_OK;
out:
    EVP_MAC_CTX_free(made);
    EVP_MAC_free(mac);
    return rc;
}
