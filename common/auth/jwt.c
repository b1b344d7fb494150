#include "auth/jwt.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/decode.h"
#include "base/encode.h"
#include "base/json.h"

enum { MAC_SIZE = 32 };

static bool hmac_sha256(const void *key, size_t key_len, const char *text, size_t len,
                        unsigned char mac[MAC_SIZE])
{
    unsigned mac_len = 0;
    return key_len <= INT_MAX &&
           HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, len, mac, &mac_len) !=
               NULL &&
           mac_len == MAC_SIZE;
}

enum err jwt_derive_key(const char *secret, const char *label, unsigned char key[JWT_KEY_SIZE])
{
    return hmac_sha256(secret, strlen(secret), label, strlen(label), key) ? ERR_OK : ERR_INTERNAL;
}

static void add_part(struct strbuf *out, const cJSON *tree)
{
    struct strbuf json;
    strbuf_init(&json, STRBUF_MAX_TOKEN);
    json_print(&json, tree);
    if (strbuf_failed(&json))
        out->failed = true;
    else
        encode_base64url(out, json.buf, json.len);
    strbuf_free(&json);
}

enum err jwt_sign_hs256(struct strbuf *out, const void *key, size_t key_len, const cJSON *header,
                        const cJSON *payload)
{
    enum err rc = ERR_MEMORY;
    unsigned char mac[MAC_SIZE];
    struct strbuf token;
    strbuf_init(&token, STRBUF_MAX_TOKEN);

    add_part(&token, header);
    strbuf_addch(&token, '.');
    add_part(&token, payload);
    if (strbuf_failed(&token)) goto out;
    if (!hmac_sha256(key, key_len, token.buf, token.len, mac)) {
        rc = ERR_INTERNAL;
        goto out;
    }
    strbuf_addch(&token, '.');
    encode_base64url(&token, mac, sizeof mac);
    if (strbuf_failed(&token)) goto out;
    strbuf_add(out, token.buf, token.len);
    if (!strbuf_failed(out)) rc = ERR_OK;
out:
    strbuf_free(&token);
    return rc;
}

/* Where the three parts of a token are. */
struct parts {
    const char *header;
    size_t header_len;
    const char *payload;
    size_t payload_len;
    const char *signature;
    size_t signature_len;
};

static bool split(const char *token, struct parts *parts)
{
    size_t len = strnlen(token, STRBUF_MAX_TOKEN + 1);
    const char *first = strchr(token, '.');
    const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
    if (len > STRBUF_MAX_TOKEN || second == NULL) return false;
    *parts = (struct parts){
        .header = token,
        .header_len = (size_t)(first - token),
        .payload = first + 1,
        .payload_len = (size_t)(second - first - 1),
        .signature = second + 1,
        .signature_len = (size_t)(token + len - second - 1),
    };
    return true;
}

static bool signature_holds(const struct parts *parts, const void *key, size_t key_len)
{
    /* As long as its 43 digits say, so that decoding fits: ceil(32 * 8 / 6). */
    enum { SIGNATURE_DIGITS = 43 };
    unsigned char wanted[MAC_SIZE];
    unsigned char given[MAC_SIZE + 1];
    size_t given_len;
    size_t signed_len = (size_t)(parts->signature - 1 - parts->header);

    return parts->signature_len == SIGNATURE_DIGITS &&
           decode_base64url(parts->signature, parts->signature_len, given, &given_len) &&
           given_len == MAC_SIZE && hmac_sha256(key, key_len, parts->header, signed_len, wanted) &&
           CRYPTO_memcmp(given, wanted, MAC_SIZE) == 0;
}

/* The JSON object in one part, which split() has bounded. */
static enum err parse_part(const char *text, size_t len, cJSON **object)
{
    unsigned char json[STRBUF_MAX_TOKEN];
    size_t json_len;
    if (!decode_base64url(text, len, json, &json_len)) return ERR_AUTH;
    enum err rc = json_parse_object((const char *)json, json_len, object);
    return rc == ERR_INPUT ? ERR_AUTH : rc;
}

static bool header_fits(const cJSON *header, const char *typ)
{
    const char *alg = json_get_string(header, "alg");
    const char *its_typ = json_get_string(header, "typ");
    return alg != NULL && strcmp(alg, "HS256") == 0 && its_typ != NULL &&
           strcmp(its_typ, typ) == 0 && cJSON_GetObjectItemCaseSensitive(header, "crit") == NULL;
}

static bool is_expired(const cJSON *payload, int64_t now_s)
{
    const cJSON *exp = cJSON_GetObjectItemCaseSensitive(payload, "exp");
    if (exp == NULL) return false;
    /* Written so that an "exp" that is no number at all counts as over. */
    return !(cJSON_IsNumber(exp) && (double)now_s < exp->valuedouble);
}

enum err jwt_verify_hs256(const char *token, const void *key, size_t key_len, const char *typ,
                          int64_t now_s, cJSON **payload)
{
    enum err rc = ERR_AUTH;
    struct parts parts;
    cJSON *header = NULL;
    cJSON *claims = NULL;

    /* The signature comes first: nothing that we haven't signed is parsed. */
    if (!split(token, &parts) || !signature_holds(&parts, key, key_len)) goto out;
    rc = parse_part(parts.header, parts.header_len, &header);
    if (rc == ERR_OK) rc = parse_part(parts.payload, parts.payload_len, &claims);
    if (rc != ERR_OK) goto out;
    rc = ERR_AUTH;
    if (!header_fits(header, typ) || is_expired(claims, now_s)) goto out;
    *payload = claims;
    claims = NULL;
    rc = ERR_OK;
out:
    cJSON_Delete(header);
    cJSON_Delete(claims);
    return rc;
}
