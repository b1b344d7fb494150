/*
 * A Twilio client, configured for made-up accounts, whose Twilio is a scripted server.
 */
#ifndef DIALPAD_FAKE_TWILIO_H
#define DIALPAD_FAKE_TWILIO_H

#include "fake_server.h"
#include "twilio/twilio_client.h"

#define FAKE_ACCOUNT   "AC00000000000000000000000000000001"
#define FAKE_WORKSPACE "WS00000000000000000000000000000001"
#define FAKE_WORKFLOW  "WW00000000000000000000000000000001"

struct fake_twilio {
    struct fake_server *server;
    struct config config;
    struct deadline deadline; /* four seconds from the start */
    struct twilio_client *client;
    char base_url[64];
};

/* What cmocka's setup and teardown return: 0, or -1 when there is no client. */
int fake_twilio_start(struct fake_twilio *twilio);
int fake_twilio_stop(struct fake_twilio *twilio);

#endif
