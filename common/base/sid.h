/*
 * Twilio's identifiers: two letters that name the kind and 32 hexadecimal digits
 * (https://www.twilio.com/docs/glossary/what-is-a-sid). A text that came from outside goes into
 * a URL's path only after it has matched this shape.
 */
#ifndef DIALPAD_SID_H
#define DIALPAD_SID_H

#include <stdbool.h>

enum { SID_LEN = 34, SID_SIZE = SID_LEN + 1 };

/* `prefix` is the two letters: "WT", "CA". NULL text is not a SID. */
bool sid_valid(const char *text, const char *prefix);

bool sid_is_account(const char *text);     /* AC */
bool sid_is_api_key(const char *text);     /* SK */
bool sid_is_workspace(const char *text);   /* WS */
bool sid_is_workflow(const char *text);    /* WW */
bool sid_is_worker(const char *text);      /* WK */
bool sid_is_task(const char *text);        /* WT */
bool sid_is_reservation(const char *text); /* WR */
bool sid_is_call(const char *text);        /* CA */
bool sid_is_conference(const char *text);  /* CF */

/* Copies a SID that has been checked; `to` has SID_SIZE bytes. */
void sid_copy(char *to, const char *sid);

#endif
