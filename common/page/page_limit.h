/*
 * How often one agent may have a phone rung: what begins a call and what dials into one count
 * alike.
 */
#ifndef DIALPAD_PAGE_LIMIT_H
#define DIALPAD_PAGE_LIMIT_H

#include "web/endpoint.h"

/* Counts this request of the asker; refuses with 429 too_many_calls and Retry-After. */
enum err page_limit_calls(const struct service *service, const struct request *request,
                          struct response *response) MUST_CHECK;

#endif
