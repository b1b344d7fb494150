/*
 * The two TwiML programs: a leg asks what to do, and is let into the Conference of a call if its
 * pass fits T1 and the address that Twilio says it has called. Nothing is asked of Twilio here: the
 * answer costs a signature and a few MACs.
 */
#ifndef DIALPAD_ADMISSION_H
#define DIALPAD_ADMISSION_H

#include "auth/pass.h"
#include "web/endpoint.h"

/* Where a leg wants to go. */
struct admission {
    enum pass_role role; /* caller or callee; of both programs' legs only the callee's has a Task */
    const char *t1_sid;
    const char *task_sid; /* NULL, or the Task of a leg that may be a guest's */
    const char *pass;     /* NULL: none */
};

/*
 * Answers with the TwiML that joins this leg, or refuses with 403: the pass is wrong or
 * has expired, or Twilio's own fields are missing or stand there twice. With DIALPAD_PASS=log a
 * leg whose pass is wrong is let in, without a label, and only logged.
 */
enum err admission_reply(struct service *service, struct request *request,
                         struct response *response, const struct admission *wanted) MUST_CHECK;

#endif
