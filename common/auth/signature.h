/*
 * X-Twilio-Signature (https://www.twilio.com/docs/usage/security#validating-requests).
 *
 * A request is genuine when the header equals
 *     base64(HMAC-SHA1(auth token, url + name1 + value1 + name2 + value2 ...))
 * where url is what Twilio was told, raw, without fragment, and the form's pairs are sorted by
 * NAME (bytes), values of one name sorted and without duplicates. Pairs of the query are part of
 * the URL only.
 *
 * A struct signature belongs to one thread: it keeps one keyed MAC context per auth token, which
 * makes a check cost about a microsecond.
 */
#ifndef DIALPAD_SIGNATURE_H
#define DIALPAD_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/params.h"

enum { SIGNATURE_TEXT_SIZE = 29 }; /* 28 characters of base64 and a NUL */

struct signature;

/* `secondary` may be NULL: accepted too while tokens are rotated. */
enum err signature_new(const char *auth_token, const char *secondary,
                       struct signature **signature) MUST_CHECK;
void signature_free(struct signature *signature);

/* The signature under the first token; for tests and for asking ourselves. */
enum err signature_compute(struct signature *signature, const char *url, const struct params *form,
                           char text[SIGNATURE_TEXT_SIZE]) MUST_CHECK;

/*
 * True if `header` signs one of the ways in which Twilio writes `url` (with the port as given,
 * without it, with the scheme's default port) under one of the tokens. Constant-time in the
 * header. `form` may be NULL. A NULL header is false.
 */
bool signature_valid(struct signature *signature, const char *url, const struct params *form,
                     const char *header);

#endif
