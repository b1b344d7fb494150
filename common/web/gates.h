/*
 * The gates that stand between a request and a program's work, in their fixed order. endpoint.c
 * walks through them; each gate says in `response` why it refused.
 */
#ifndef DIALPAD_GATES_H
#define DIALPAD_GATES_H

#include "web/program.h"

/* Everything from the method to the validated parameters. */
enum err gates_pass(const struct endpoint *self, struct service *service, struct request *request,
                    struct response *response) MUST_CHECK;

#endif
