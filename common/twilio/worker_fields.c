#include "twilio/worker_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/list_fields.h"

enum { CHAR_LEN_MAX = 4 /* bytes of the longest character, RFC 3629 */ };

static const char separator[] = ", ";

static const cJSON *member_of(const cJSON *object, const char *path)
{
    char name[LIST_FIELD_NAME_MAX + 1];
    while (cJSON_IsObject(object)) {
        const cJSON *whole = cJSON_GetObjectItemCaseSensitive(object, path);
        size_t len = strcspn(path, ".");
        if (whole != NULL || path[len] == '\0') return whole;
        if (len >= sizeof name) return NULL;
        memcpy(name, path, len);
        name[len] = '\0';
        object = cJSON_GetObjectItemCaseSensitive(object, name);
        path += len + 1;
    }
    return NULL;
}

/* What would turn the words around it: U+202A to U+202E, U+2066 to U+2069. */
static bool is_directional(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    if (bytes[0] != 0xE2) return false;
    return (bytes[1] == 0x80 && bytes[2] >= 0xAA && bytes[2] <= 0xAE) ||
           (bytes[1] == 0x81 && bytes[2] >= 0xA6 && bytes[2] <= 0xA9);
}

/* False once there is no room for all of it: what fits of whole characters is there. */
static bool add_text(struct strbuf *out, size_t begin, const char *text)
{
    size_t left = WORKER_FIELD_VALUE_MAX - (out->len - begin);
    size_t len = strlen(text);
    size_t fits = len < left ? len : left;
    while (fits < len && fits > 0 && ((unsigned char)text[fits] & 0xC0) == 0x80)
        fits--;
    for (size_t i = 0; i < fits; i++) {
        if (is_directional(text + i))
            i += 2;
        else
            strbuf_addch(out, (unsigned char)text[i] < ' ' || text[i] == '\x7f' ? ' ' : text[i]);
    }
    return fits == len;
}

/* False where no character of any length would fit behind the separator. */
static bool separate(struct strbuf *out, size_t begin)
{
    if (out->len == begin) return true;
    size_t left = WORKER_FIELD_VALUE_MAX - (out->len - begin);
    return left >= sizeof separator - 1 + CHAR_LEN_MAX && add_text(out, begin, separator);
}

static bool add_value(struct strbuf *out, size_t begin, const cJSON *value)
{
    char digits[32];
    const char *text = NULL;
    if (cJSON_IsString(value)) text = value->valuestring;
    if (cJSON_IsNumber(value)) {
        snprintf(digits, sizeof digits, "%.15g", value->valuedouble);
        text = digits;
    }
    if (text == NULL || *text == '\0') return true;
    return separate(out, begin) && add_text(out, begin, text);
}

void worker_fields_read(struct strbuf *out, const cJSON *attributes, const char *path)
{
    const cJSON *value = member_of(attributes, path);
    size_t begin = out->len;
    if (!cJSON_IsArray(value)) {
        add_value(out, begin, value);
        return;
    }
    for (const cJSON *one = value->child; one != NULL; one = one->next)
        if (!add_value(out, begin, one)) return;
}
