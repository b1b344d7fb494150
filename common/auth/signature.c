#include "auth/signature.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "auth/mac.h"

enum { MAC_SIZE = 20, TOKENS = 2 };

struct signature {
    EVP_MAC_CTX *keyed[TOKENS]; /* the second one is NULL without a second token */
};

/* A URL taken apart, so that it can be signed with another port or none. */
struct url_parts {
    const char *text;
    size_t before_port; /* scheme, user and host */
    size_t port_end;    /* where path or query begin; equal to before_port without a port */
    size_t end;         /* without the fragment */
    const char *default_port;
};

/* The form's pairs in the order in which they are signed. */
struct sorted {
    const struct param *pairs[PARAMS_MAX];
    size_t count;
};

enum err signature_new(const char *auth_token, const char *secondary, struct signature **signature)
{
    enum err rc = ERR_INTERNAL;
    struct signature *made = NULL;
    const char *const tokens[TOKENS] = { auth_token, secondary };

    /* A stranger can sign with an empty key, too. */
    if (auth_token[0] == '\0' || (secondary != NULL && secondary[0] == '\0')) goto out;
    rc = ERR_MEMORY;
    made = calloc(1, sizeof *made);
    if (made == NULL) goto out;
    for (size_t i = 0; i < TOKENS; i++) {
        if (tokens[i] == NULL) continue;
        rc = mac_keyed("SHA1", tokens[i], strlen(tokens[i]), &made->keyed[i]);
        if (rc != ERR_OK) goto out;
    }
    *signature = made;
    made = NULL;
    rc = ERR_OK;
out:
    signature_free(made);
    return rc;
}

void signature_free(struct signature *signature)
{
    if (signature == NULL) return;
    for (size_t i = 0; i < TOKENS; i++)
        EVP_MAC_CTX_free(signature->keyed[i]);
    free(signature);
}

static void take_apart(const char *url, struct url_parts *parts)
{
    const char *scheme_end = strstr(url, "://");
    /* One that comes later is part of a path, a query or a fragment. */
    if (scheme_end != NULL && scheme_end > url + strcspn(url, "/?#")) scheme_end = NULL;
    const char *authority = scheme_end != NULL ? scheme_end + 3 : url;
    const char *authority_end = authority + strcspn(authority, "/?#");
    const char *port = authority_end;
    /* Digits back to a colon; the colons of an IPv6 address stand before its "]". */
    while (port > authority && port[-1] >= '0' && port[-1] <= '9')
        port--;
    bool has_port = port > authority && port[-1] == ':' && port < authority_end;

    parts->text = url;
    parts->port_end = (size_t)(authority_end - url);
    parts->before_port = has_port ? (size_t)(port - 1 - url) : parts->port_end;
    parts->end = strcspn(url, "#");
    parts->default_port = strncmp(url, "http:", 5) == 0 ? ":80" : ":443";
}

/* By the bytes of the name, then of the value. */
static int compare_params(const void *a, const void *b)
{
    const struct param *left = *(const struct param *const *)a;
    const struct param *right = *(const struct param *const *)b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : strcmp(left->value, right->value);
}

static bool sort_form(const struct params *form, struct sorted *sorted)
{
    sorted->count = 0;
    if (form == NULL || form->count == 0) return true;
    if (form->count > PARAMS_MAX) return false;
    for (size_t i = 0; i < form->count; i++)
        sorted->pairs[i] = &form->list[i];
    qsort(sorted->pairs, form->count, sizeof sorted->pairs[0], compare_params);

    /* A pair that comes twice is signed once. */
    size_t kept = 1;
    for (size_t i = 1; i < form->count; i++) {
        if (compare_params(&sorted->pairs[kept - 1], &sorted->pairs[i]) != 0)
            sorted->pairs[kept++] = sorted->pairs[i];
    }
    sorted->count = kept;
    return true;
}

static bool update(EVP_MAC_CTX *context, const char *text, size_t len)
{
    return EVP_MAC_update(context, (const unsigned char *)text, len) == 1;
}

/* Signs the URL with `port` (":443", or "" for none) in place of its own. */
static bool sign(EVP_MAC_CTX *context, const struct url_parts *url, const char *port,
                 size_t port_len, const struct sorted *form, char text[SIGNATURE_TEXT_SIZE])
{
    unsigned char mac[MAC_SIZE];
    size_t mac_len;
    /* Without a key the context starts again under the one that it has. */
    bool ok = EVP_MAC_init(context, NULL, 0, NULL) == 1 &&
              update(context, url->text, url->before_port) && update(context, port, port_len) &&
              update(context, url->text + url->port_end, url->end - url->port_end);
    for (size_t i = 0; ok && i < form->count; i++) {
        ok = update(context, form->pairs[i]->name, strlen(form->pairs[i]->name)) &&
             update(context, form->pairs[i]->value, strlen(form->pairs[i]->value));
    }
    if (!ok || EVP_MAC_final(context, mac, &mac_len, sizeof mac) != 1 || mac_len != sizeof mac)
        return false;
    EVP_EncodeBlock((unsigned char *)text, mac, MAC_SIZE);
    return true;
}

enum err signature_compute(struct signature *signature, const char *url, const struct params *form,
                           char text[SIGNATURE_TEXT_SIZE])
{
    struct url_parts parts;
    struct sorted sorted;
    char signed_text[SIGNATURE_TEXT_SIZE];

    take_apart(url, &parts);
    if (!sort_form(form, &sorted)) return ERR_TOO_LARGE;
    if (!sign(signature->keyed[0], &parts, url + parts.before_port,
              parts.port_end - parts.before_port, &sorted, signed_text)) {
        return ERR_INTERNAL;
    }
    memcpy(text, signed_text, SIGNATURE_TEXT_SIZE);
    return ERR_OK;
}

/* Tries the ways of writing the port; the most likely one first, for Voice leaves it out. */
static bool matches(EVP_MAC_CTX *context, const struct url_parts *url, const struct sorted *form,
                    const char *header)
{
    const char *own_port = url->text + url->before_port;
    size_t own_port_len = url->port_end - url->before_port;
    const struct {
        const char *text;
        size_t len;
    } ports[] = {
        { "", 0 },
        { own_port, own_port_len },
        { url->default_port, strlen(url->default_port) },
    };
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        char wanted[SIGNATURE_TEXT_SIZE];
        if (i == 1 && own_port_len == 0) continue;
        if (sign(context, url, ports[i].text, ports[i].len, form, wanted) &&
            CRYPTO_memcmp(wanted, header, SIGNATURE_TEXT_SIZE - 1) == 0) {
            return true;
        }
    }
    return false;
}

bool signature_valid(struct signature *signature, const char *url, const struct params *form,
                     const char *header)
{
    struct url_parts parts;
    struct sorted sorted;

    if (header == NULL || strlen(header) != SIGNATURE_TEXT_SIZE - 1 || !sort_form(form, &sorted))
        return false;
    take_apart(url, &parts);
    for (size_t i = 0; i < TOKENS; i++) {
        if (signature->keyed[i] != NULL && matches(signature->keyed[i], &parts, &sorted, header))
            return true;
    }
    return false;
}
