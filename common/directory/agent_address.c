#include "directory/agent_address.h"

#include <string.h>

#include "base/users.h"
#include "twilio/identity.h"

static bool is_softphone(const char *address)
{
    const char *identity = identity_of(address);
    return identity != NULL && identity_is_valid(identity);
}

/* May a Worker of this name have this softphone's address, when the file says nothing of either? */
static bool name_allows(const struct config *config, const char *address, const char *friendly_name)
{
    if (config->identity == CONFIG_IDENTITY_CONTACT_URI) return true;
    return identity_is_spelling_of(identity_of(address), friendly_name);
}

enum address_verdict agent_address_settle(const struct config *config, struct worker *worker)
{
    const char *given = users_address(config->users, worker->sid);
    if (given != NULL) {
        if (strlen(given) >= WORKER_TEXT_SIZE || !is_softphone(given)) return ADDRESS_UNSUPPORTED;
        memcpy(worker->contact_uri, given, strlen(given) + 1);
        return ADDRESS_OK;
    }
    if (!is_softphone(worker->contact_uri)) return ADDRESS_UNSUPPORTED;
    if (users_owner(config->users, worker->contact_uri) != NULL) return ADDRESS_MISMATCH;
    return name_allows(config, worker->contact_uri, worker->friendly_name) ? ADDRESS_OK
                                                                           : ADDRESS_MISMATCH;
}

bool agent_address_is_open_to(const struct config *config, const char *address,
                              const struct address_candidate *candidate)
{
    const char *given = users_address(config->users, candidate->sid);
    if (given != NULL) return strcmp(given, address) == 0;
    if (users_owner(config->users, address) != NULL || !is_softphone(address)) return false;
    if (config->identity == CONFIG_IDENTITY_CONTACT_URI)
        return strcmp(candidate->contact_uri, address) == 0;
    return identity_is_spelling_of(identity_of(address), candidate->friendly_name);
}
