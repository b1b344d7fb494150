/*
 * The two TwiML programs: a leg asks what to do, and is let into the Conference of a call if its
 * pass fits T1 and the address that Twilio says it has called. Nothing is asked of Twilio here: the
 * answer costs a signature and a few MACs.
 */
#ifndef DIALPAD_ADMISSION_H
#define DIALPAD_ADMISSION_H

#include "auth/pass.h"
#include "web/endpoint.h"

/*
 * Answers with the TwiML that joins this leg, or refuses with 403: `pass` (NULL: none) is wrong or
 * has expired, or Twilio's own fields are missing or stand there twice. With DIALPAD_PASS=log a
 * leg whose pass is wrong is let in, without a label, and only logged.
 */
enum err admission_reply(struct service *service, struct request *request,
                         struct response *response, enum pass_role role, const char *t1_sid,
                         const char *pass) MUST_CHECK;

#endif
