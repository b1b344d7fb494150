/*
 * Directories for the tests, made in memory without Twilio and without a file.
 */
#ifndef DIALPAD_TESTS_DIRECTORY_FIXTURE_H
#define DIALPAD_TESTS_DIRECTORY_FIXTURE_H

#include "directory/directory_draft.h"
#include "directory/directory_image.h"

#define FIXTURE_WORKSPACE "WS00000000000000000000000000000000"

enum { FIXTURE_NAME_SIZE = 64 };

/* "WK" and the number in hexadecimal. */
void fixture_sid(char sid[SID_SIZE], const char *prefix, size_t number);

/* The agent of this number: name, SID and contact_uri "client:NUMBER"; the user is the name. */
void fixture_add(struct directory_draft *draft, size_t number, const char *name, bool available);

/* The same with what the agent has in the draft's fields. */
void fixture_add_with(struct directory_draft *draft, size_t number, const char *name,
                      bool available, const char *const *fields);

/* Turns a draft into an image (and empties it) or into an opened directory. */
void fixture_image(struct directory_draft *draft, struct strbuf *image);
struct directory *fixture_open(struct directory_draft *draft);

/* A plausible name; different for each number below 64,000. */
void fixture_name(char name[FIXTURE_NAME_SIZE], size_t number);

/* `count` agents with plausible names; every tenth is offline. */
struct directory *fixture_many(size_t count);

#endif
