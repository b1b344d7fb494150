#include "auth/digest.h"

#include <string.h>

#include <openssl/evp.h>

enum err digest_integrity(const void *bytes, size_t len, char text[DIGEST_INTEGRITY_SIZE])
{
    static const char name[] = "sha384-";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(bytes, len, digest, &size, EVP_sha384(), NULL) != 1) return ERR_INTERNAL;
    memcpy(text, name, sizeof name);
    EVP_EncodeBlock((unsigned char *)text + sizeof name - 1, digest, (int)size);
    return ERR_OK;
}
