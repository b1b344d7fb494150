#include "base/json.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Where the scan of a document stands. */
struct scan {
    char open[JSON_MAX_DEPTH]; /* the brackets that are still open */
    size_t depth;
    bool in_string;
    size_t end; /* 1 + where the outermost object was closed; 0 before that */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One character outside of strings. */
static bool scan_structure(struct scan *scan, char c, size_t at)
{
    if (is_space(c)) return true;
    if (scan->end > 0 || (scan->depth == 0 && c != '{')) return false;
    switch (c) {
    case '"':
        scan->in_string = true;
        return true;
    case '{':
    case '[':
        if (scan->depth == JSON_MAX_DEPTH) return false;
        scan->open[scan->depth++] = c;
        return true;
    case '}':
    case ']':
        if (scan->open[--scan->depth] != (c == '}' ? '{' : '[')) return false;
        if (scan->depth == 0) scan->end = at + 1;
        return true;
    default:
        return (unsigned char)c > ' ';
    }
}

/* Four hexadecimal digits, not all 0: cJSON takes any others for \u0000, and ends the string. */
static bool is_code_unit(const char *digits, size_t len)
{
    if (len < 4 || memcmp(digits, "0000", 4) == 0) return false;
    for (size_t i = 0; i < 4; i++)
        if (!isxdigit((unsigned char)digits[i])) return false;
    return true;
}

/*
 * Checks what cJSON doesn't: encoding, control characters, \u escapes, depth, trailing rubbish; and
 * that brackets and quotes balance, because cJSON before 1.7.18 can read past the end of a text
 * in which they don't. Returns the length up to the closing brace, or 0.
 */
static size_t scan_document(const char *text, size_t len)
{
    struct scan scan = { .depth = 0 };
    for (size_t at = 0; at < len;) {
        unsigned char c = (unsigned char)text[at];
        if (c >= 0x80) {
            size_t step = utf8_char_len(text + at, len - at);
            if (step == 0 || !scan.in_string) return 0;
            at += step;
            continue;
        }
        if (!scan.in_string) {
            if (!scan_structure(&scan, text[at], at)) return 0;
        } else if (c < 0x20) {
            return 0;
        } else if (c == '"') {
            scan.in_string = false;
        } else if (c == '\\') {
            at++; /* the escaped character is no quote, whatever it is */
            if (at == len || (unsigned char)text[at] < 0x20 || (unsigned char)text[at] >= 0x80)
                return 0;
            if (text[at] == 'u' && !is_code_unit(text + at + 1, len - at - 1)) return 0;
        }
        at++;
    }
    return scan.end;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted first: comparing each with each would let a client buy seconds with a small body. */
static enum err check_keys_differ(const cJSON *object)
{
    enum err rc = ERR_MEMORY;
    size_t count = 0;
    const cJSON *member;
    cJSON_ArrayForEach(member, object) count++;
    if (count < 2) return ERR_OK;

    const char **keys = malloc(count * sizeof *keys);
    if (keys == NULL) goto out;
    count = 0;
    cJSON_ArrayForEach(member, object) keys[count++] = member->string;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(keys[i - 1], keys[i]) == 0) {
            rc = ERR_INPUT;
            goto out;
        }
    }
    rc = ERR_OK;
out:
    free(keys);
    return rc;
}

enum err json_parse_object(const char *text, size_t len, cJSON **object)
{
    enum err rc = ERR_INPUT;
    cJSON *tree = NULL;
    const char *end;
    size_t json_len = scan_document(text, len);
    if (json_len == 0) goto out;
    /* cJSON says NULL for rubbish and for too little memory alike. */
    tree = cJSON_ParseWithLengthOpts(text, json_len, &end, false);
    if (tree == NULL || end != text + json_len || !cJSON_IsObject(tree)) goto out;
    rc = check_keys_differ(tree);
    if (rc != ERR_OK) goto out;
    *object = tree;
    tree = NULL;
out:
    cJSON_Delete(tree);
    return rc;
}

const char *json_get_string(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

bool json_get_bool(const cJSON *object, const char *key, bool otherwise)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsBool(member) ? cJSON_IsTrue(member) : otherwise;
}

double json_get_number(const cJSON *object, const char *key, double otherwise)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(member) ? member->valuedouble : otherwise;
}

int64_t json_get_int64(const cJSON *object, const char *key, int64_t otherwise)
{
    const double limit = 9007199254740992; /* 2^53: beyond it a double skips whole numbers */
    double number = json_get_number(object, key, limit);
    return number > -limit && number < limit ? (int64_t)number : otherwise;
}

int json_get_int(const cJSON *object, const char *key, int otherwise)
{
    int64_t number = json_get_int64(object, key, otherwise);
    return number >= INT_MIN && number <= INT_MAX ? (int)number : otherwise;
}

cJSON *json_get_object(const cJSON *object, const char *key)
{
    cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsObject(member) ? member : NULL;
}

cJSON *json_get_array(const cJSON *object, const char *key)
{
    cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsArray(member) ? member : NULL;
}

/* Adds or replaces a member; takes `item` over in any case. */
static enum err put(cJSON *object, const char *key, cJSON *item)
{
    if (item == NULL) return ERR_MEMORY;
    bool present = cJSON_GetObjectItemCaseSensitive(object, key) != NULL;
    if (present ? cJSON_ReplaceItemInObjectCaseSensitive(object, key, item)
                : cJSON_AddItemToObject(object, key, item)) {
        return ERR_OK;
    }
    cJSON_Delete(item);
    return ERR_MEMORY;
}

static enum err merge_member(cJSON *into, const cJSON *member)
{
    const char *key = member->string;
    if (cJSON_IsNull(member)) {
        cJSON_DeleteItemFromObjectCaseSensitive(into, key);
        return ERR_OK;
    }
    if (!cJSON_IsObject(member)) return put(into, key, cJSON_Duplicate(member, true));

    /* Merged into an empty object where there was none, so that its nulls vanish as well. */
    cJSON *target = json_get_object(into, key);
    if (target == NULL) target = json_add_object(into, key);
    return target != NULL ? json_merge(target, member) : ERR_MEMORY;
}

enum err json_merge(cJSON *into, const cJSON *from)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, from)
    {
        enum err rc = merge_member(into, member);
        if (rc != ERR_OK) return rc;
    }
    return ERR_OK;
}

enum err json_set_string(cJSON *object, const char *key, const char *value)
{
    return put(object, key, cJSON_CreateString(value));
}

enum err json_set_bool(cJSON *object, const char *key, bool value)
{
    return put(object, key, cJSON_CreateBool(value));
}

enum err json_set_number(cJSON *object, const char *key, double value)
{
    return put(object, key, cJSON_CreateNumber(value));
}

enum err json_set_null(cJSON *object, const char *key)
{
    return put(object, key, cJSON_CreateNull());
}

cJSON *json_add_object(cJSON *object, const char *key)
{
    cJSON *member = cJSON_CreateObject();
    return put(object, key, member) == ERR_OK ? member : NULL;
}

static void wipe_texts(cJSON *item)
{
    if (item->valuestring != NULL) explicit_bzero(item->valuestring, strlen(item->valuestring));
    for (cJSON *child = item->child; child != NULL; child = child->next)
        wipe_texts(child);
}

void json_delete_wiped(cJSON *tree)
{
    if (tree != NULL) wipe_texts(tree);
    cJSON_Delete(tree);
}

void json_print(struct strbuf *out, const cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    if (text != NULL)
        strbuf_addstr(out, text);
    else
        out->failed = true;
    cJSON_free(text);
}

static bool is_plain_ascii(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* How many bytes at the beginning of `text` a JSON string holds as they are. */
static size_t plain_len(const char *text, size_t len)
{
    size_t at = 0;
    for (;;) {
        while (at < len && is_plain_ascii((unsigned char)text[at]))
            at++;
        if (at == len || (unsigned char)text[at] < 0x80) return at;
        size_t step = utf8_char_len(text + at, len - at);
        if (step == 0) return at;
        at += step;
    }
}

void json_print_string(struct strbuf *out, const char *text)
{
    size_t len = strlen(text);
    strbuf_addch(out, '"');
    for (size_t at = 0; at < len; at++) {
        size_t plain = plain_len(text + at, len - at);
        strbuf_add(out, text + at, plain);
        at += plain;
        if (at == len) break;
        unsigned char c = (unsigned char)text[at];
        if (c >= 0x80)
            strbuf_addstr(out, "\xEF\xBF\xBD");
        else if (c < 0x20)
            strbuf_addf(out, "\\u%04x", c);
        else
            strbuf_addf(out, "\\%c", c);
    }
    strbuf_addch(out, '"');
}
