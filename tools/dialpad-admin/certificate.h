/* Until when Twilio can reach us by TLS. */
#ifndef DIALPAD_CERTIFICATE_H
#define DIALPAD_CERTIFICATE_H

#include "base/config.h"

/*
 * Asks the host of DIALPAD_PUBLIC_URL, past all proxies as Twilio comes, and notes for the metrics
 * when its certificate ends. Takes a few seconds at most; a host that can't be reached leaves what
 * was noted before.
 */
void certificate_note(const struct config *config);

#endif
