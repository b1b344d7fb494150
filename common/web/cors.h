/*
 * Requests that a page of another origin makes: the plugin's, inside Twilio Flex. Neither cookies
 * nor passwords are involved, so what is allowed here is to read an answer, never to be somebody:
 * that is still the session token's to say. (https://fetch.spec.whatwg.org/#http-cors-protocol)
 */
#ifndef DIALPAD_CORS_H
#define DIALPAD_CORS_H

#include <stdbool.h>

#include "web/program.h"

/* Is `origin` one of `list`, byte for byte? Either may be NULL; spaces or commas separate. */
bool cors_is_listed(const char *list, const char *origin);

/*
 * Gives the answer, whatever it will be, the headers by which a page of DIALPAD_FLEX_ORIGINS may
 * read it; nothing without that key, and nothing but `Vary` for any other page. True: this was the
 * browser's question beforehand (a preflight), and these headers are all of the answer.
 */
bool cors_apply(const struct endpoint *endpoint, const struct config *config,
                const struct request *request, struct response *response);

#endif
