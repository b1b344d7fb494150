/*
 * JSON as this product reads and writes it, on top of cJSON.
 *
 * cJSON by itself accepts trailing rubbish, ignores the case of keys, and cuts a string at
 * \u0000; this module doesn't. A tree belongs to the caller: cJSON_Delete.
 */
#ifndef DIALPAD_JSON_H
#define DIALPAD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/strbuf.h"

/* How deep a document from outside may nest. */
enum { JSON_MAX_DEPTH = 16 };

/*
 * Parses a whole text that must be one JSON object, valid UTF-8, at most JSON_MAX_DEPTH deep,
 * without NUL characters (\u0000) and without a repeated key in the top-level object.
 * ERR_INPUT for anything else.
 */
enum err json_parse_object(const char *text, size_t len, cJSON **object) MUST_CHECK;

/* Typed reads by exact key; NULL or the default when absent or of another type. */
const char *json_get_string(const cJSON *object, const char *key);
bool json_get_bool(const cJSON *object, const char *key, bool otherwise);
double json_get_number(const cJSON *object, const char *key, double otherwise);

/* The number without its fraction; a number that int doesn't hold, or int64_t, is none. */
int json_get_int(const cJSON *object, const char *key, int otherwise);
int64_t json_get_int64(const cJSON *object, const char *key, int64_t otherwise);
cJSON *json_get_object(const cJSON *object, const char *key);
cJSON *json_get_array(const cJSON *object, const char *key);

/*
 * Deep merge: members of `from` are copied into `into`; objects merge, everything else replaces,
 * and a null removes the member. ERR_MEMORY leaves `into` partly merged.
 */
enum err json_merge(cJSON *into, const cJSON *from) MUST_CHECK;

/* Adds or replaces one member. */
enum err json_set_string(cJSON *object, const char *key, const char *value) MUST_CHECK;
enum err json_set_bool(cJSON *object, const char *key, bool value) MUST_CHECK;
enum err json_set_number(cJSON *object, const char *key, double value) MUST_CHECK;
enum err json_set_null(cJSON *object, const char *key) MUST_CHECK;

/* Adds an empty object member and returns it (owned by the parent), or NULL. */
cJSON *json_add_object(cJSON *object, const char *key) MUST_CHECK;

/* Overwrites the texts in a tree before it frees it: one of them may be a token. NULL is none. */
void json_delete_wiped(cJSON *tree);

/* Appends the compact text of a tree. */
void json_print(struct strbuf *out, const cJSON *tree);

/* Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD. */
void json_print_string(struct strbuf *out, const char *text);

#endif
