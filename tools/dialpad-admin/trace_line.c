#include "trace_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { KEY_SIZE = 32, TIME_LEN = sizeof "2026-11-23T06:10:07.123Z" - 1 };

static bool is_time(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    for (size_t i = 0; i < TIME_LEN; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return false;
    }
    return true;
}

/* A text of JSON in quotes: how long it is with them; 0 if it has no end. */
static size_t quoted_len(const char *text)
{
    for (size_t i = 1; text[i] != '\0'; i++) {
        if (text[i] == '\\' && text[i + 1] != '\0')
            i++;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

static bool is_number(const char *key)
{
    return strcmp(key, "status") == 0 || strcmp(key, "ms") == 0;
}

/* Adds what stands in text[0..len) under this key; a key that comes twice keeps its first value. */
static void add_value(cJSON *object, const char *key, const char *text, size_t len)
{
    cJSON *value = NULL;
    if (cJSON_GetObjectItemCaseSensitive(object, key) != NULL) return;
    if (text[0] == '"' || is_number(key)) {
        value = cJSON_ParseWithLength(text, len);
    } else {
        char *word = strndup(text, len);
        value = word != NULL ? cJSON_CreateString(word) : NULL;
        free(word);
    }
    if (value != NULL) cJSON_AddItemToObject(object, key, value);
}

/* "key=value key=\"a value\"", to the end of the line. */
static void read_pairs(cJSON *object, const char *text)
{
    while (*text == ' ') {
        char key[KEY_SIZE];
        text++;
        size_t key_len = strcspn(text, "= \n");
        if (key_len == 0 || key_len >= KEY_SIZE || text[key_len] != '=') return;
        memcpy(key, text, key_len);
        key[key_len] = '\0';
        text += key_len + 1;
        size_t len = *text == '"' ? quoted_len(text) : strcspn(text, " \n");
        if (len == 0) return;
        add_value(object, key, text, len);
        text += len;
    }
}

static cJSON *read_text(const char *line)
{
    cJSON *object = cJSON_CreateObject();
    const char *level = line + TIME_LEN + 1;
    size_t level_len = strcspn(level, " \n");
    if (object == NULL) return NULL;
    add_value(object, "time", line, TIME_LEN);
    add_value(object, "level", level, level_len);
    read_pairs(object, level + level_len);
    return object;
}

cJSON *trace_line_read(const char *line)
{
    const char *json = strstr(line, "{\"time\":\"");
    if (json != NULL) {
        cJSON *object = NULL;
        size_t len = strcspn(json, "\n");
        return json_parse_object(json, len, &object) == ERR_OK ? object : NULL;
    }
    for (; *line != '\0'; line++)
        if (is_time(line) && line[TIME_LEN] == ' ') return read_text(line);
    return NULL;
}
