/*
 * Who signs in as which Worker, and with which address: the file that DIALPAD_USERS names.
 *
 *     # user   Worker                               address (optional)
 *     alice    WK0123456789abcdef0123456789abcdef
 *     bob      WKffffffffffffffffffffffffffffffff   client:bob_40example_2Ecom
 *
 * It is read once, with the configuration and as strictly: a malformed line, a user named twice,
 * a Worker with two addresses or an address of two Workers is an error that names file and line.
 */
#ifndef DIALPAD_USERS_H
#define DIALPAD_USERS_H

#include <stddef.h>

#include "base/err.h"
#include "base/sid.h"

struct user {
    char *name;
    char *address; /* NULL: the file names none */
    char worker_sid[SID_SIZE];
    int line;
};

struct users; /* NULL: there is no such file, and no Worker is found in it */

enum { USERS_PROBLEM_SIZE = 256 };

/* On failure `problem` is a sentence that begins with what is wrong; *line is 0 if the file is. */
enum err users_load(const char *path, struct users **users, int *line,
                    char problem[USERS_PROBLEM_SIZE]) MUST_CHECK;
void users_free(struct users *users);

/* The user of exactly this name; NULL when the file doesn't name it. */
const struct user *users_find(const struct users *users, const char *name);

/* The address that the file gives this Worker; NULL when it gives none. */
const char *users_address(const struct users *users, const char *worker_sid);

/* The Worker to which the file gives this address; NULL when it gives it to none. */
const char *users_owner(const struct users *users, const char *address);

#endif
