/*
 * The answer of create-task.
 */
#ifndef DIALPAD_CALL_START_REPLY_H
#define DIALPAD_CALL_START_REPLY_H

#include "call/call_start.h"
#include "web/request.h"
#include "web/response.h"

/* 201 {"taskSid","pass"}, or the refusal in the page's words. */
enum err call_start_reply(struct request *request, struct response *response,
                          enum start_refusal refusal,
                          const struct call_started *started) MUST_CHECK;

#endif
