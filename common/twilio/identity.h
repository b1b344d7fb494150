/*
 * Addresses of softphones: "client:" and an identity, as Twilio allows it and as Flex makes it.
 */
#ifndef DIALPAD_IDENTITY_H
#define DIALPAD_IDENTITY_H

#include <stdbool.h>

enum { IDENTITY_MAX = 121 };

/* The identity in a contact_uri; NULL when that is no softphone's ("client:…"). */
const char *identity_of(const char *contact_uri);

/*
 * Twilio's rule for identities: 1 to 121 letters, digits and '_'
 * (https://www.twilio.com/docs/iam/access-tokens).
 */
bool identity_is_valid(const char *identity);

/*
 * Does this identity belong to a Worker of this friendly name? Three spellings of the name do:
 * as it is, if it is letters, digits and '_' only; each byte that is neither letter nor digit as
 * "_XX" (hexadecimal, capitals), as Flex writes it; and the same with '_' left alone. Nothing is
 * ever decoded, so that "alice_40example" is not "alice@example" by another name.
 */
bool identity_is_spelling_of(const char *identity, const char *friendly_name);

#endif
