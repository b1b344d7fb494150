#include "twilio/identity.h"

#include <stddef.h>
#include <string.h>

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

const char *identity_of(const char *contact_uri)
{
    static const char scheme[] = "client:";
    size_t len = sizeof scheme - 1;
    return strncmp(contact_uri, scheme, len) == 0 ? contact_uri + len : NULL;
}

bool identity_is_valid(const char *identity)
{
    size_t len = 0;
    for (; identity[len] != '\0'; len++) {
        if (len == IDENTITY_MAX || !(is_letter_or_digit(identity[len]) || identity[len] == '_'))
            return false;
    }
    return len > 0;
}

/* Is `text` the name with each byte but letters, digits and those in `kept` as _XX? */
static bool is_escaped(const char *text, const char *name, const char *kept)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *name != '\0'; name++) {
        unsigned char byte = (unsigned char)*name;
        if (is_letter_or_digit(*name) || strchr(kept, *name) != NULL) {
            if (*text++ != *name) return false;
        } else {
            if (text[0] != '_' || text[1] != hex[byte >> 4] || text[2] != hex[byte & 15])
                return false;
            text += 3;
        }
    }
    return *text == '\0';
}

bool identity_is_spelling_of(const char *identity, const char *friendly_name)
{
    if (!identity_is_valid(identity)) return false;
    /* A valid identity that is equal to the name shows that the name needs no spelling. */
    return strcmp(identity, friendly_name) == 0 || is_escaped(identity, friendly_name, "") ||
           is_escaped(identity, friendly_name, "_");
}
