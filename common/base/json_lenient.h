/*
 * JSON that comes from Twilio, read for what can be read of it: attributes are written by browsers,
 * imports and administrators, and one odd value of one Worker must not cost the other values, let
 * alone the other Workers. What clients send is read by base/json, strictly. Pure.
 *
 * A text without a fault gives the same tree as there. Otherwise
 *
 *   broken UTF-8, half a surrogate pair, an unknown escape, \u0000   become U+FFFD
 *   control characters inside a string                               stay
 *   a key that comes again in an object                              has its last value
 *   what is nested too deep, a number beyond double, a bare word     become null
 *   a text that ends early, or whose brackets don't fit              is closed there
 */
#ifndef DIALPAD_JSON_LENIENT_H
#define DIALPAD_JSON_LENIENT_H

#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/strbuf.h"

enum {
    JSON_LENIENT_DEPTH = 64,
    JSON_LENIENT_VALUES = 1024 * 1024 /* at most; the text counts as cut off there */
};

/* What was wrong, to be combined. */
enum {
    JSON_FAULT_TEXT = 1,    /* a character was replaced */
    JSON_FAULT_DOUBLED = 2, /* a key came more than once */
    JSON_FAULT_DEEP = 4,    /* a value was left out for its depth */
    JSON_FAULT_VALUE = 8,   /* a value was no JSON */
    JSON_FAULT_CUT = 16     /* the rest could not be read */
};

/*
 * Reads one object. ERR_INPUT when the text doesn't begin with one. The tree belongs to the caller:
 * cJSON_Delete.
 */
enum err json_lenient_read(const char *text, size_t len, cJSON **object) MUST_CHECK;

/* What was wrong inside an object or array that json_lenient_read has made, at any depth. */
unsigned json_lenient_faults(const cJSON *node);

/* Appends the faults in words: "broken text, a doubled key". */
void json_lenient_describe(struct strbuf *out, unsigned faults);

#endif
