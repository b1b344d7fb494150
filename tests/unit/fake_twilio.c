#include "fake_twilio.h"

#include <stdio.h>

#include "base/clock.h"

int fake_twilio_start(struct fake_twilio *twilio)
{
    static char account_sid[] = FAKE_ACCOUNT;
    static char workspace_sid[] = FAKE_WORKSPACE;
    static char workflow_sid[] = FAKE_WORKFLOW;
    static char api_key[] = "SK00000000000000000000000000000001";
    static char api_secret[] = "secret";
    *twilio = (struct fake_twilio){
        .server = fake_server_start(),
        .config = {
            .account_sid = account_sid,
            .workspace_sid = workspace_sid,
            .workflow_sid = workflow_sid,
            .api_key = api_key,
            .api_secret = api_secret,
            .api_base_url = twilio->base_url,
        },
        .deadline.at_ms = clock_ms() + 4000,
    };
    snprintf(twilio->base_url, sizeof twilio->base_url, "%s", fake_server_url(twilio->server));
    twilio->client = twilio_client_new(&twilio->config, &twilio->deadline);
    return twilio->client != NULL ? 0 : -1;
}

int fake_twilio_stop(struct fake_twilio *twilio)
{
    twilio_client_free(twilio->client);
    fake_server_stop(twilio->server);
    return 0;
}
