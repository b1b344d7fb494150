#include "base/config_check.h"

#include <string.h>

#include <arpa/inet.h>

#include "base/list_fields.h"
#include "base/utf8.h"

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* The longest host name that DNS knows. */
enum { HOST_MAX = 253 };

/* A text that begins like an address, taken apart. */
struct address {
    const char *rest; /* what follows host and port */
    char host[HOST_MAX + 1];
};

static bool consists_of(const char *text, const char *set, size_t min, size_t max)
{
    size_t len = strlen(text);
    return len >= min && len <= max && strspn(text, set) == len;
}

bool config_check_secret(const char *text)
{
    if (*text == '\0') return false;
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~') return false;
    return true;
}

bool config_check_key_source(const char *text)
{
    enum { MIN_LEN = 32 };
    return config_check_secret(text) && strlen(text) >= MIN_LEN;
}

bool config_check_place(const char *text)
{
    return consists_of(text, LOWER DIGITS "-", 2, 32);
}

bool config_check_number(const char *text)
{
    return text[0] == '+' && consists_of(text + 1, DIGITS, 3, 15) && text[1] != '0';
}

bool config_check_absolute_path(const char *text)
{
    return text[0] == '/';
}

bool config_check_attribute(const char *text)
{
    return consists_of(text, LOWER UPPER DIGITS "_-", 1, 64);
}

/* Skips ":PORT" if there is one; NULL if it is no port from 1 to 65535. */
static const char *skip_port(const char *text)
{
    if (*text != ':') return text;
    text++;
    unsigned long port = 0;
    size_t digits = strspn(text, DIGITS);
    if (digits == 0 || digits > 5) return NULL;
    for (size_t i = 0; i < digits; i++)
        port = port * 10 + (unsigned long)(text[i] - '0');
    return port >= 1 && port <= 65535 ? text + digits : NULL;
}

/* Reads HOST[:PORT], where HOST is a name, an IPv4 address or an IPv6 address in brackets. */
static bool read_address(const char *text, struct address *address)
{
    bool bracketed = text[0] == '[';
    const char *host = bracketed ? text + 1 : text;
    size_t len = strspn(host, bracketed ? DIGITS "abcdefABCDEF:." : LOWER UPPER DIGITS ".-");
    if (len == 0 || len > HOST_MAX || (bracketed && host[len] != ']')) return false;
    memcpy(address->host, host, len);
    address->host[len] = '\0';

    struct in6_addr ipv6;
    if (bracketed && inet_pton(AF_INET6, address->host, &ipv6) != 1) return false;
    if (!bracketed && (host[0] == '.' || host[0] == '-')) return false;
    address->rest = skip_port(host + len + (bracketed ? 1 : 0));
    return address->rest != NULL;
}

/* By what is written, not by what a name service says: "127.evil.example" is another machine. */
static bool is_loopback(const char *host)
{
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (inet_pton(AF_INET, host, &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &ipv6) == 1)
        return memcmp(&ipv6, &in6addr_loopback, sizeof ipv6) == 0;
    return strcmp(host, "localhost") == 0;
}

/* A path as it stands in a URL, already percent-encoded; no query, no fragment. */
static bool is_path(const char *text)
{
    if (*text == '\0') return true;
    if (*text != '/') return false;
    while (*text != '\0') {
        if (*text == '%') {
            if (strspn(text + 1, DIGITS "abcdefABCDEF") < 2) return false;
            text += 3;
        } else if (strchr(LOWER UPPER DIGITS "/-._~!$&'()*+,;=:@", *text) != NULL) {
            text++;
        } else {
            return false;
        }
    }
    return true;
}

/* What follows "http://" or "https://"; NULL if it is neither. */
static const char *skip_scheme(const char *text, bool *encrypted)
{
    *encrypted = strncmp(text, "https://", 8) == 0;
    if (*encrypted) return text + 8;
    return strncmp(text, "http://", 7) == 0 ? text + 7 : NULL;
}

static bool is_url(const char *text, bool plain_only_to_loopback)
{
    bool encrypted;
    struct address address;
    const char *after_scheme = skip_scheme(text, &encrypted);
    if (after_scheme == NULL || !read_address(after_scheme, &address) || !is_path(address.rest))
        return false;
    return encrypted || !plain_only_to_loopback || is_loopback(address.host);
}

bool config_check_base_url(const char *text)
{
    return is_url(text, true);
}

bool config_check_any_http_url(const char *text)
{
    return is_url(text, false);
}

bool config_check_proxy(const char *text)
{
    bool encrypted;
    struct address address;
    const char *after_scheme = skip_scheme(text, &encrypted);
    if (after_scheme == NULL || !config_check_secret(text)) return false;
    const char *at = strrchr(after_scheme, '@');
    if (!read_address(at != NULL ? at + 1 : after_scheme, &address)) return false;
    return address.rest[0] == '\0' || strcmp(address.rest, "/") == 0;
}

bool config_check_host(const char *text)
{
    struct address address;
    return read_address(text, &address) && is_path(address.rest);
}

bool config_check_origin_list(const char *text)
{
    bool any = false;
    text += strspn(text, " ,");
    while (*text != '\0') {
        bool encrypted;
        struct address address;
        const char *after_scheme = skip_scheme(text, &encrypted);
        if (after_scheme == NULL || !read_address(after_scheme, &address) ||
            strchr(" ,", address.rest[0]) == NULL) {
            return false;
        }
        any = true;
        text = address.rest + strspn(address.rest, " ,");
    }
    return any;
}

bool config_check_name_list(const char *text)
{
    enum { MAX_LEN = 512 };
    size_t len = strlen(text);
    if (len > MAX_LEN || !utf8_valid(text, len) || text[strspn(text, " ,")] == '\0') return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == '\x7f') return false;
    return true;
}

bool config_check_list_fields(const char *text)
{
    struct list_fields fields;
    return list_fields_read(&fields, text) && fields.count > 0;
}
