#include "auth/pass.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "auth/mac.h"

enum {
    DIGEST_SIZE = 32,
    MAC_BYTES = 16,
    BASE = 36,
    TEXT_SIZE = 512 /* an address has 256 bytes at most; what is longer is none */
};

struct pass_keys {
    EVP_MAC_CTX *keyed[KEYS_MAX];
    size_t count;
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const char *const role_names[] = {
    [PASS_CALLER] = "caller", [PASS_CALLEE] = "callee", [PASS_GUEST] = "guest"
};

enum { WORDS_MAX = 7 };

/* What the MAC of a seat's pass is of. */
static void pass_words(const struct pass_seat *seat, const char *expires,
                       const char *words[WORDS_MAX])
{
    size_t count = 0;
    words[count++] = "pass";
    words[count++] = role_names[seat->role];
    words[count++] = seat->t1_sid;
    if (seat->role == PASS_GUEST) words[count++] = seat->task_sid;
    words[count++] = seat->address;
    words[count++] = expires;
    words[count] = NULL;
}

enum err pass_keys_new(const struct keys *keys, struct pass_keys **made)
{
    enum err rc = ERR_MEMORY;
    struct pass_keys *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) goto out;
    for (fresh->count = 0; fresh->count < keys->count; fresh->count++) {
        rc = mac_keyed("SHA256", keys->list[fresh->count], JWT_KEY_SIZE,
                       &fresh->keyed[fresh->count]);
        if (rc != ERR_OK) goto out;
    }
    *made = fresh;
    fresh = NULL;
    rc = ERR_OK;
out:
    pass_keys_free(fresh);
    return rc;
}

void pass_keys_free(struct pass_keys *keys)
{
    if (keys == NULL) return;
    for (size_t i = 0; i < KEYS_MAX; i++)
        EVP_MAC_CTX_free(keys->keyed[i]);
    free(keys);
}

/* 22 digits for 16 bytes; the last one holds two bits. */
static void write_digits(const unsigned char bytes[MAC_BYTES], char digits[PASS_MAC_SIZE])
{
    unsigned held = 0;
    int bits = 0;
    for (size_t i = 0; i < MAC_BYTES; i++) {
        held = held << 8 | bytes[i];
        for (bits += 8; bits >= 6; bits -= 6)
            *digits++ = alphabet[held >> (bits - 6) & 63];
    }
    *digits++ = alphabet[held << (6 - bits) & 63];
    *digits = '\0';
}

/* The MAC of `words`, joined by bars; a NULL ends them. */
static bool compute(EVP_MAC_CTX *context, const char *const *words, char mac[PASS_MAC_SIZE])
{
    unsigned char digest[DIGEST_SIZE];
    char text[TEXT_SIZE];
    size_t text_len = 0;
    size_t len = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t word_len = strlen(words[i]);
        if (word_len >= sizeof text - text_len) return false;
        memcpy(text + text_len, words[i], word_len);
        text[text_len + word_len] = '|';
        text_len += word_len + 1;
    }
    /* Without a key the context starts again under its own; the last bar is left out. */
    bool ok = EVP_MAC_init(context, NULL, 0, NULL) == 1 &&
              EVP_MAC_update(context, (const unsigned char *)text, text_len - 1) == 1 &&
              EVP_MAC_final(context, digest, &len, sizeof digest) == 1;
    if (!ok || len != sizeof digest) return false;
    write_digits(digest, mac);
    return true;
}

/* Is `given`, of any length, the MAC of these words? */
static bool holds(EVP_MAC_CTX *context, const char *const *words, const char *given)
{
    char wanted[PASS_MAC_SIZE];
    return strlen(given) == PASS_MAC_SIZE - 1 && compute(context, words, wanted) &&
           CRYPTO_memcmp(wanted, given, PASS_MAC_SIZE - 1) == 0;
}

static void write_time(int64_t time_s, char digits[PASS_EXP_DIGITS + 1])
{
    char backwards[PASS_EXP_DIGITS];
    size_t count = 0;
    uint64_t rest = time_s > 0 ? (uint64_t)time_s : 0;
    do {
        backwards[count++] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % BASE];
        rest /= BASE;
    } while (rest > 0 && count < PASS_EXP_DIGITS);
    while (count > 0)
        *digits++ = backwards[--count];
    *digits = '\0';
}

static int value_of(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    return digit >= 'a' && digit <= 'z' ? digit - 'a' + 10 : -1;
}

/* Splits EXP.MAC; false unless EXP is written as write_time writes it. */
static bool read_time(const char *text, char digits[PASS_EXP_DIGITS + 1], int64_t *time_s)
{
    size_t len = strcspn(text, ".");
    int64_t read = 0;
    if (len == 0 || len > PASS_EXP_DIGITS || text[len] != '.' || text[0] == '0') return false;
    for (size_t i = 0; i < len; i++) {
        int value = value_of(text[i]);
        if (value < 0) return false;
        read = read * BASE + value;
    }
    memcpy(digits, text, len);
    digits[len] = '\0';
    *time_s = read;
    return true;
}

/* Of base64url; strspn would first make a table of all 64, which takes longer than the look. */
static bool is_all_digits(const char *mac)
{
    for (; *mac != '\0'; mac++) {
        const char c = *mac;
        bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_';
        if (!digit) return false;
    }
    return true;
}

bool pass_is_text(const char *text)
{
    char digits[PASS_EXP_DIGITS + 1];
    int64_t time_s;
    if (text == NULL || !read_time(text, digits, &time_s)) return false;
    const char *mac = text + strlen(digits) + 1;
    return strlen(mac) == PASS_MAC_SIZE - 1 && is_all_digits(mac);
}

enum err pass_make(struct pass_keys *keys, size_t key, const struct pass_seat *seat, int64_t now_s,
                   char text[PASS_SIZE])
{
    char expires[PASS_EXP_DIGITS + 1];
    char mac[PASS_MAC_SIZE];
    const char *words[WORDS_MAX];
    write_time(now_s + PASS_LIFETIME_S, expires);
    pass_words(seat, expires, words);
    if (key >= keys->count || !compute(keys->keyed[key], words, mac)) return ERR_INTERNAL;
    size_t len = strlen(expires);
    memcpy(text, expires, len);
    text[len] = '.';
    memcpy(text + len + 1, mac, PASS_MAC_SIZE);
    return ERR_OK;
}

enum pass_verdict pass_check(struct pass_keys *keys, const struct pass_seat *seat, const char *text,
                             int64_t now_s, size_t *key)
{
    char expires[PASS_EXP_DIGITS + 1];
    int64_t expires_s;
    if (text == NULL || !read_time(text, expires, &expires_s)) return PASS_WRONG;
    const char *words[WORDS_MAX];
    pass_words(seat, expires, words);
    const char *mac = text + strlen(expires) + 1;
    for (size_t i = 0; i < keys->count; i++) {
        if (!holds(keys->keyed[i], words, mac)) continue;
        *key = i;
        return now_s < expires_s + PASS_CLOCKS_S ? PASS_FITS : PASS_EXPIRED;
    }
    return PASS_WRONG;
}

/* A Task's SID, a character, a MAC. */
static enum err write_name(EVP_MAC_CTX *context, const char *task_sid, char between,
                           const char *const *words, char name[PASS_NAME_SIZE])
{
    char mac[PASS_MAC_SIZE];
    if (!compute(context, words, mac)) return ERR_INTERNAL;
    sid_copy(name, task_sid);
    name[SID_LEN] = between;
    memcpy(name + SID_LEN + 1, mac, PASS_MAC_SIZE);
    return ERR_OK;
}

enum err pass_room(struct pass_keys *keys, size_t key, const char *t1_sid,
                   char name[PASS_NAME_SIZE])
{
    const char *const words[] = { "room", t1_sid, NULL };
    if (key >= keys->count) return ERR_INTERNAL;
    return write_name(keys->keyed[key], t1_sid, '-', words, name);
}

/* Takes the SID off a name; false unless a name of this kind begins so. */
static bool read_name(const char *name, char between, char task_sid[SID_SIZE])
{
    if (name == NULL || strnlen(name, PASS_NAME_SIZE) != PASS_NAME_SIZE - 1) return false;
    memcpy(task_sid, name, SID_LEN);
    task_sid[SID_LEN] = '\0';
    return name[SID_LEN] == between && sid_is_task(task_sid);
}

bool pass_room_read(struct pass_keys *keys, const char *name, char t1_sid[SID_SIZE], size_t *key)
{
    char sid[SID_SIZE];
    if (!read_name(name, '-', sid)) return false;
    const char *const words[] = { "room", sid, NULL };
    for (size_t i = 0; i < keys->count; i++) {
        if (!holds(keys->keyed[i], words, name + SID_LEN + 1)) continue;
        sid_copy(t1_sid, sid);
        *key = i;
        return true;
    }
    return false;
}

enum err pass_label(struct pass_keys *keys, size_t key, const struct pass_seat *seat,
                    const char *call_sid, char label[PASS_NAME_SIZE])
{
    const char *const words[] = {
        "leg", seat->t1_sid, role_names[seat->role], seat->address, call_sid, NULL,
    };
    const char *const guest[] = {
        "leg", seat->t1_sid, role_names[PASS_GUEST], seat->task_sid, call_sid, NULL,
    };
    if (key >= keys->count) return ERR_INTERNAL;
    if (seat->role == PASS_GUEST)
        return write_name(keys->keyed[key], seat->task_sid, '.', guest, label);
    return write_name(keys->keyed[key], seat->t1_sid, '.', words, label);
}

bool pass_label_fits(struct pass_keys *keys, size_t key, const struct pass_seat *seat,
                     const char *call_sid, const char *label)
{
    char sid[SID_SIZE];
    const char *const words[] = {
        "leg", seat->t1_sid, role_names[seat->role], seat->address, call_sid, NULL,
    };
    return key < keys->count && read_name(label, '.', sid) && strcmp(sid, seat->t1_sid) == 0 &&
           holds(keys->keyed[key], words, label + SID_LEN + 1);
}

bool pass_label_read_guest(struct pass_keys *keys, size_t key, const char *t1_sid,
                           const char *call_sid, const char *label, char task_sid[SID_SIZE])
{
    char sid[SID_SIZE];
    if (key >= keys->count || !read_name(label, '.', sid)) return false;
    const char *const words[] = { "leg", t1_sid, role_names[PASS_GUEST], sid, call_sid, NULL };
    if (!holds(keys->keyed[key], words, label + SID_LEN + 1)) return false;
    sid_copy(task_sid, sid);
    return true;
}
