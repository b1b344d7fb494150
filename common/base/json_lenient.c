#include "base/json_lenient.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_lenient_text.h"

/* Numbers are copied to be ended by a NUL; a longer one is never meant. */
enum { NUMBER_SIZE = 64 };

struct reader {
    const char *at;
    const char *end;
    size_t depth;
    size_t values;
    struct strbuf text; /* the string that was read last */
    bool cut;           /* nothing more is read */
    bool no_memory;
};

/*
 * cJSON has no use for the valueint of objects and arrays: their faults stand there, so that they
 * are freed and copied with them.
 */
static void add_faults(cJSON *node, unsigned faults)
{
    node->valueint = (int)((unsigned)node->valueint | faults);
}

unsigned json_lenient_faults(const cJSON *node)
{
    return cJSON_IsObject(node) || cJSON_IsArray(node) ? (unsigned)node->valueint : 0;
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4) != NULL)
        reader->at++;
}

/* The next character that is no space; NUL at the end, where nothing fits. */
static char peek(struct reader *reader)
{
    skip_space(reader);
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool take(struct reader *reader, char c)
{
    if (peek(reader) != c) return false;
    reader->at++;
    return true;
}

/* After the opening quote, into reader->text. */
static unsigned read_text(struct reader *reader)
{
    bool closed;
    bool sound = json_lenient_text(&reader->at, reader->end, &reader->text, &closed);
    if (!closed) reader->cut = true;
    if (strbuf_failed(&reader->text)) reader->no_memory = true;
    return (sound ? 0U : JSON_FAULT_TEXT) | (closed ? 0U : JSON_FAULT_CUT);
}

/* Jumps over what is nested too deep, without looking at more than quotes and brackets. */
static void skip_nested(struct reader *reader)
{
    size_t open = 0;
    bool in_string = false;
    for (; reader->at < reader->end; reader->at++) {
        char c = *reader->at;
        if (in_string && c == '\\' && reader->end - reader->at > 1) {
            reader->at++;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            open++;
        } else if (!in_string && (c == '}' || c == ']') && --open == 0) {
            reader->at++;
            return;
        }
    }
    reader->cut = true;
}

/* A number, true, false, null, or an unknown word. */
static cJSON *read_word(struct reader *reader, unsigned *faults)
{
    const char *word = reader->at;
    while (reader->at < reader->end && memchr(",:]}[{\" \t\r\n", *reader->at, 11) == NULL)
        reader->at++;
    size_t len = (size_t)(reader->at - word);
    char copy[NUMBER_SIZE] = "";
    if (len > 0 && len < NUMBER_SIZE) memcpy(copy, word, len);
    if (strcmp(copy, "null") == 0) return cJSON_CreateNull();
    if (strcmp(copy, "true") == 0) return cJSON_CreateTrue();
    if (strcmp(copy, "false") == 0) return cJSON_CreateFalse();
    if (copy[0] != '\0' && strspn(copy, "+-.0123456789eE") == len) {
        char *rest;
        double number = strtod(copy, &rest);
        if (*rest == '\0' && isfinite(number)) return cJSON_CreateNumber(number);
    }
    *faults |= JSON_FAULT_VALUE;
    return cJSON_CreateNull();
}

/* Whether the text ends where a list has only begun. */
static bool has_ended(struct reader *reader, unsigned *faults)
{
    skip_space(reader);
    if (reader->at < reader->end) return false;
    *faults |= JSON_FAULT_CUT;
    reader->cut = true;
    return true;
}

/* A comma, or the end of the list; where neither is, the list is as if there were a comma. */
static bool goes_on(struct reader *reader, char closing, unsigned *faults)
{
    if (reader->cut || reader->no_memory) return false;
    if (take(reader, closing)) return false;
    if (take(reader, ',')) {
        if (peek(reader) != closing) return true;
        *faults |= JSON_FAULT_VALUE; /* a comma too many */
        reader->at++;
        return false;
    }
    char c = peek(reader);
    if (c == '\0' || c == ']' || c == '}') {
        *faults |= JSON_FAULT_CUT;
        reader->cut = true;
        return false;
    }
    *faults |= JSON_FAULT_VALUE;
    if (c == ':') reader->at++;
    return true;
}

struct member {
    const char *key;
    size_t number;
    cJSON *node;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

/* Sorted first: comparing each with each would let one large object take minutes. */
static unsigned keep_last_of_each(cJSON *object, size_t count, bool *no_memory)
{
    unsigned faults = 0;
    if (count < 2) return 0;
    struct member *members = malloc(count * sizeof *members);
    if (members == NULL) {
        *no_memory = true;
        return 0;
    }
    size_t number = 0;
    cJSON *node;
    cJSON_ArrayForEach(node, object)
    {
        members[number] = (struct member){ node->string, number, node };
        number++;
    }
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1].key, members[i].key) != 0) continue;
        faults |= JSON_FAULT_DOUBLED;
        cJSON_Delete(cJSON_DetachItemViaPointer(object, members[i - 1].node));
        members[i - 1].node = NULL;
    }
    free(members);
    return faults;
}

static cJSON *read_value(struct reader *reader, unsigned *faults);

static void read_elements(struct reader *reader, cJSON *array, unsigned *faults)
{
    if (take(reader, ']') || has_ended(reader, faults)) return;
    do {
        cJSON *element = read_value(reader, faults);
        if (element != NULL) cJSON_AddItemToArray(array, element);
    } while (goes_on(reader, ']', faults));
}

/* False, with a fault, where no key and colon stand. */
static bool read_key(struct reader *reader, unsigned *faults)
{
    if (peek(reader) != '"') {
        *faults |= JSON_FAULT_VALUE;
        return false;
    }
    reader->at++;
    *faults |= read_text(reader);
    if (reader->cut || take(reader, ':')) return !reader->cut;
    *faults |= JSON_FAULT_VALUE;
    return false;
}

/* A value without a key is read over: it could not be asked for. */
static size_t read_member(struct reader *reader, cJSON *object, unsigned *faults)
{
    bool string = peek(reader) == '"';
    bool named = read_key(reader, faults);
    if (string && !named) return 0;
    char *key = named ? strdup(reader->text.buf) : NULL;
    cJSON *value = read_value(reader, faults);
    bool added = key != NULL && value != NULL && cJSON_AddItemToObject(object, key, value);
    if (!added) cJSON_Delete(value);
    if (named && !added) reader->no_memory = true;
    free(key);
    return added ? 1 : 0;
}

static void read_members(struct reader *reader, cJSON *object, unsigned *faults)
{
    size_t count = 0;
    if (take(reader, '}') || has_ended(reader, faults)) return;
    do {
        count += read_member(reader, object, faults);
    } while (goes_on(reader, '}', faults));
    *faults |= keep_last_of_each(object, count, &reader->no_memory);
}

static cJSON *read_list(struct reader *reader, unsigned *faults)
{
    if (reader->depth == JSON_LENIENT_DEPTH) {
        skip_nested(reader);
        *faults |= JSON_FAULT_DEEP | (reader->cut ? JSON_FAULT_CUT : 0U);
        return cJSON_CreateNull();
    }
    bool is_object = *reader->at == '{';
    cJSON *node = is_object ? cJSON_CreateObject() : cJSON_CreateArray();
    if (node == NULL) return NULL;
    unsigned inside = 0;
    reader->at++;
    reader->depth++;
    if (is_object)
        read_members(reader, node, &inside);
    else
        read_elements(reader, node, &inside);
    reader->depth--;
    add_faults(node, inside);
    *faults |= inside;
    return node;
}

/* NULL, and nothing more is read, when out of memory. */
static cJSON *read_value(struct reader *reader, unsigned *faults)
{
    cJSON *value;
    char c = peek(reader);
    if (++reader->values > JSON_LENIENT_VALUES) {
        reader->cut = true;
        *faults |= JSON_FAULT_CUT;
    }
    if (c == '{' || c == '[') {
        value = read_list(reader, faults);
    } else if (c == '"') {
        reader->at++;
        *faults |= read_text(reader);
        value = cJSON_CreateString(reader->text.buf);
    } else {
        value = read_word(reader, faults);
    }
    if (value == NULL) reader->no_memory = true;
    return value;
}

enum err json_lenient_read(const char *text, size_t len, cJSON **object)
{
    enum err rc = ERR_INPUT;
    unsigned faults = 0;
    cJSON *tree = NULL;
    struct reader reader = { .at = text, .end = text + len };
    strbuf_init(&reader.text, JSON_LENIENT_TEXT_GROWTH * len); /* if every byte were broken */
    if (peek(&reader) != '{') goto out;
    rc = ERR_MEMORY;
    tree = read_value(&reader, &faults);
    if (tree == NULL || reader.no_memory) goto out;
    skip_space(&reader);
    if (!reader.cut && reader.at < reader.end) add_faults(tree, JSON_FAULT_CUT);
    *object = tree;
    tree = NULL;
    rc = ERR_OK;
out:
    strbuf_free(&reader.text);
    cJSON_Delete(tree);
    return rc;
}

void json_lenient_describe(struct strbuf *out, unsigned faults)
{
    static const struct {
        unsigned fault;
        const char *words;
    } table[] = {
        { JSON_FAULT_TEXT, "broken text" },      { JSON_FAULT_DOUBLED, "a doubled key" },
        { JSON_FAULT_DEEP, "too deep a value" }, { JSON_FAULT_VALUE, "a value that is no JSON" },
        { JSON_FAULT_CUT, "no proper end" },
    };
    const char *between = "";
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if ((faults & table[i].fault) == 0) continue;
        strbuf_addf(out, "%s%s", between, table[i].words);
        between = ", ";
    }
}
