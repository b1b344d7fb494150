/*
 * What a Worker's attributes say beside the name: team, location, skills. Which of them the list
 * shows is configured (DIALPAD_LIST_FIELDS); no other leaves the server. Pure.
 */
#ifndef DIALPAD_WORKER_FIELDS_H
#define DIALPAD_WORKER_FIELDS_H

#include <cjson/cJSON.h>

#include "base/strbuf.h"

enum { WORKER_FIELD_VALUE_MAX = 128 /* bytes; longer ones are cut before a character */ };

/*
 * Appends the value of `path` as text. A dot goes into an object, but a member whose name has the
 * dot itself comes first; a list is joined by ", ". As Twilio's, the attributes are read leniently:
 * texts and numbers are values, and whatever else stands there, at any depth, is none. Control
 * characters become spaces, and directional ones vanish.
 */
void worker_fields_read(struct strbuf *out, const cJSON *attributes, const char *path);

#endif
