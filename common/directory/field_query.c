#include "directory/field_query.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

/* What separates things, and a field from what it must have; also at full width. */
static const char *const blanks[] = { " ", "\t", "\xc2\xa0", "\xe3\x80\x80", NULL };
static const char *const colons[] = { ":", "\xef\xbc\x9a", NULL };

/* How many bytes the sign has that stands here; 0 if it is none of these. */
static size_t sign_at(const char *at, const char *const *signs)
{
    for (; *signs != NULL; signs++) {
        size_t len = strlen(*signs);
        if (strncmp(at, *signs, len) == 0) return len;
    }
    return 0;
}

/* How far it is to the next of these signs, or to the end. */
static size_t until(const char *at, const char *end, const char *const *signs)
{
    size_t len = 0;
    while (at + len < end && sign_at(at + len, signs) == 0)
        len++;
    return len;
}

static const char *skip_blanks(const char *at)
{
    for (size_t len = sign_at(at, blanks); len > 0; len = sign_at(at, blanks))
        at += len;
    return at;
}

/* Whether a folded text has a word that begins like this. */
static bool has_beginning(const char *text, const char *beginning)
{
    const char *hit = strstr(text, beginning);
    while (hit != NULL && hit != text && hit[-1] != ' ')
        hit = strstr(hit + 1, beginning);
    return hit != NULL;
}

/* A copy, folded; NULL where there is nothing to fold, or no memory for it. */
static char *folded_copy(const char *text, size_t len)
{
    struct strbuf folded;
    char *copy = strndup(text, len);
    strbuf_init(&folded, STRBUF_MAX_FORM);
    bool some = copy != NULL && fold_text(&folded, copy) == ERR_OK && folded.len > 0;
    free(copy);
    if (some) return strbuf_detach(&folded);
    strbuf_free(&folded);
    return NULL;
}

/* The fields that are called so, one bit each. */
static unsigned fields_called(const char *const *fields, size_t count, const char *name, size_t len)
{
    unsigned called = 0;
    char *wanted = folded_copy(name, len);
    for (size_t i = 0; wanted != NULL && i < count; i++) {
        char *field = folded_copy(fields[i], strlen(fields[i]));
        if (field != NULL && has_beginning(field, wanted)) called |= 1U << i;
        free(field);
    }
    free(wanted);
    return called;
}

static enum err add_term(struct field_query *query, unsigned fields, const char *value, size_t len)
{
    if (query->terms == NULL) query->terms = calloc(FIELD_QUERY_TERMS_MAX, sizeof *query->terms);
    char *copy = strndup(value, len);
    enum err rc = ERR_MEMORY;
    if (query->terms != NULL && copy != NULL) {
        struct field_term *term = &query->terms[query->count++];
        term->fields = fields;
        rc = name_query_read(&term->words, copy);
        term->words.text = "";
    }
    free(copy);
    return rc;
}

/* What stands at *at is either a field with what it must have, or text. Moves behind it. */
static enum err read_piece(struct field_query *query, const char **at, const char *const *fields,
                           size_t field_count)
{
    const char *text = *at;
    const char *end = text + until(text, text + strlen(text), blanks);
    size_t name = until(text, end, colons);
    unsigned called = 0;
    if (text + name < end && query->count < FIELD_QUERY_TERMS_MAX)
        called = fields_called(fields, field_count, text, name);
    if (called == 0) {
        if (query->rest.len > 0) strbuf_addch(&query->rest, ' ');
        strbuf_add(&query->rest, text, (size_t)(end - text));
        *at = end;
        return ERR_OK;
    }
    /* Some write a space after the colon. */
    const char *value = skip_blanks(text + name + sign_at(text + name, colons));
    size_t len = until(value, value + strlen(value), blanks);
    *at = value + len;
    return add_term(query, called, value, len);
}

static bool has_colon(const char *text)
{
    return strchr(text, ':') != NULL || strstr(text, colons[1]) != NULL;
}

enum err field_query_read(struct field_query *query, const char *text, const char *const *fields,
                          size_t field_count)
{
    enum err rc = ERR_OK;
    strbuf_init(&query->rest, STRBUF_MAX_FORM);
    query->terms = NULL;
    query->count = 0;
    const char *rest = text;
    if (field_count > 0 && has_colon(text)) {
        const char *at = skip_blanks(text);
        for (; rc == ERR_OK && *at != '\0'; at = skip_blanks(at))
            rc = read_piece(query, &at, fields, field_count);
        if (rc == ERR_OK && strbuf_failed(&query->rest)) rc = ERR_MEMORY;
        if (query->count > 0) rest = query->rest.buf;
    }
    enum err names = name_query_read(&query->names, rest);
    return rc == ERR_OK ? names : rc;
}

void field_query_free(struct field_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        name_query_free(&query->terms[i].words);
    free(query->terms);
    name_query_free(&query->names);
    strbuf_free(&query->rest);
    query->terms = NULL;
    query->count = 0;
}
