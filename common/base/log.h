/*
 * One line per event on standard error, in UTC, written with a single write(2) so that lines of
 * several threads never mix. Bytes from outside are escaped here. Callers never hand over a token,
 * a signature, a secret or a body.
 */
#ifndef DIALPAD_LOG_H
#define DIALPAD_LOG_H

#include <stdint.h>

#include "base/err.h"

/* What is known of a request when it ends; NULL members are left out of the line. */
struct log_request {
    const char *request_id;
    int status;
    int64_t duration_ms;
    const char *reason; /* one word: "ok", "bad_signature", "upstream_timeout" */
    const char *detail; /* free text for the admin, escaped */
    const char *task_sid;
    const char *call_sid;
    const char *worker_sid;
    const char *address; /* who asked, where that was refused; deploy/fail2ban reads it */
};

/* Names the program in every line; `program` must live as long as the process. */
void log_open(const char *program);

/*
 * From here on this thread's lines are about that request (NULL: about none), so that what a module
 * far below has to say of it is found beside the request's own line. `request_id` must live until
 * the next call.
 */
void log_about(const char *request_id);

/* "2026-11-23T06:10:07.123Z create-task 3f9c… 201 14ms ok task=WT… worker=WK…" */
void log_request(const struct log_request *entry);

/* "2026-11-23T06:10:07.123Z create-task 3f9c… warn text"; outside any request "-" is its id. */
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
