/*
 * The Worker for whom a session is made, however it was found: by the user whom the web server let
 * in, or by a token of Flex.
 */
#ifndef DIALPAD_SESSION_WORKER_H
#define DIALPAD_SESSION_WORKER_H

#include "twilio/taskrouter_worker.h"
#include "web/program.h"

/*
 * Refuses with this sentence, and names the user whom the web server let in, if there is one: the
 * admin needs to know which name was looked up, and so does the user who can't sign in.
 */
enum err session_worker_refuse(struct request *request, struct response *response, enum err err,
                               const char *code, const char *what) MUST_CHECK;

/*
 * A session speaks and is called at the Worker's address: so that must be the Worker's own, and no
 * other's too. Refuses with 409 unsupported_contact, identity_mismatch or ambiguous_agent. One that
 * DIALPAD_USERS gives takes the place of contact_uri.
 */
enum err session_worker_check_address(struct service *service, struct request *request,
                                      struct response *response, struct worker *worker) MUST_CHECK;

/* Completes what past calls have left wrapping. Signing in must not fail because that can't be. */
void session_worker_wrap_up(const struct service *service, const struct worker *worker);

#endif
