/*
 * What an agent typed, taken apart: in "bob team:billing" the names are to have "bob" and the teams
 * "billing". A field is called by its own name, by one of that name's words, or by the beginning of
 * either ("skill:es" where the field is routing.skills). What stands before a colon and is no
 * field's is text like any other. Pure.
 */
#ifndef DIALPAD_FIELD_QUERY_H
#define DIALPAD_FIELD_QUERY_H

#include "base/err.h"
#include "base/list_fields.h"
#include "base/name_query.h"
#include "base/strbuf.h"

enum { FIELD_QUERY_TERMS_MAX = 8 /* more than there are fields; further ones are text */ };

/* Some fields, one bit each, and what one of them must have. */
struct field_term {
    unsigned fields;
    struct name_query words;
};

struct field_query {
    struct name_query names; /* the rest: what isn't asked of a field */
    struct strbuf rest;
    struct field_term *terms;
    size_t count;
};

/*
 * `fields` are the names of the fields there are. ERR_INPUT when `text` isn't UTF-8. To be freed in
 * any case; `text` has to live as long.
 */
enum err field_query_read(struct field_query *query, const char *text, const char *const *fields,
                          size_t field_count) MUST_CHECK;
void field_query_free(struct field_query *query);

#endif
