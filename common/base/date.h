/*
 * The two ways in which Twilio writes a time, one of which is ours, too. Pure: no clock is read, no
 * locale is looked at.
 */
#ifndef DIALPAD_DATE_H
#define DIALPAD_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* "2026-11-23T06:10:07Z", also with a fraction or an offset (ISO 8601, TaskRouter's JSON). */
bool date_parse_iso8601(const char *text, int64_t *epoch_s);

/* "Mon, 23 Nov 2026 06:10:07 GMT" or "... +0000" (the Date header, the 2010 API's JSON). */
bool date_parse_rfc2822(const char *text, int64_t *epoch_s);

enum { DATE_SIZE = 32 };

/* "2026-11-23T06:10:07Z" */
void date_print_iso8601(int64_t epoch_s, char text[DATE_SIZE]);

#endif
