#include "directory/directory_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/users.h"
#include "directory/agent_address.h"
#include "directory/directory_fields.h"
#include "directory/directory_image.h"
#include "directory/directory_match.h"

static size_t longest_word(const struct name_query *words)
{
    size_t longest = 0;
    for (size_t i = 1; i < words->count; i++)
        if (words->words[i].plain_len > words->words[longest].plain_len) longest = i;
    return longest;
}

static struct directory_agent agent_of(const struct directory *directory, size_t i)
{
    const struct directory_record *record = &directory->records[i];
    return (struct directory_agent){
        .record = i,
        .sid = record->sid,
        .name = directory->strings + record->name,
        .friendly_name =
            record->has_namesake == 1 ? directory->strings + record->friendly_name : "",
        .contact_uri = directory->strings + record->contact_uri,
        .activity = directory->strings + record->activity,
        .available = i < directory->header->available_count,
        .busy = (enum directory_busy)record->busy,
    };
}

/* Which of the matches are answered: `skip` are still to be passed over. */
struct window {
    size_t skip;
    size_t limit;
};

static void take_best(const struct directory *directory, const struct directory_matches *matches,
                      struct window *window, struct directory_result *result)
{
    result->total += matches->total;
    for (size_t fit = 0; fit < DIRECTORY_MATCH_FITS; fit++) {
        size_t count = matches->count[fit];
        size_t skipped = window->skip < count ? window->skip : count;
        window->skip -= skipped;
        for (size_t i = skipped; i < count && result->count < window->limit; i++)
            result->agents[result->count++] = agent_of(directory, matches->list[fit][i]);
    }
}

/* The first page, which is nearly always the one that is asked for, needs no memory. */
static enum err search_part(const struct directory_match *wanted, enum directory_part name,
                            struct window *window, struct directory_result *result)
{
    uint32_t first_page[DIRECTORY_MATCH_FITS * DIRECTORY_LIMIT_MAX];
    uint32_t *lists = first_page;
    struct directory_matches matches;
    if (wanted->limit > DIRECTORY_LIMIT_MAX) {
        lists = malloc(DIRECTORY_MATCH_FITS * wanted->limit * sizeof *lists);
        if (lists == NULL) return ERR_MEMORY;
    }
    for (size_t fit = 0; fit < DIRECTORY_MATCH_FITS; fit++)
        matches.list[fit] = lists + fit * wanted->limit;
    directory_match_part(wanted, name, &matches);
    take_best(wanted->directory, &matches, window, result);
    if (lists != first_page) free(lists);
    return ERR_OK;
}

/* Which of a record's strings is asked for. */
typedef uint32_t record_field(const struct directory_record *record);

static uint32_t field_contact_uri(const struct directory_record *record)
{
    return record->contact_uri;
}

static uint32_t field_user(const struct directory_record *record)
{
    return record->user;
}

/* "" is no agent's, however many Workers lack the attribute. */
static size_t count_equal(const struct directory *directory, record_field *field, const char *value,
                          struct directory_agent found[2])
{
    size_t count = 0;
    if (*value == '\0') return 0;
    for (size_t i = 0; i < directory->header->count; i++) {
        const struct directory_record *record = &directory->records[i];
        if (strcmp(directory->strings + field(record), value) != 0) continue;
        /* A Worker that two of Twilio's pages showed is still one Worker. */
        if (count > 0 && strcmp(record->sid, found[0].sid) == 0) continue;
        if (count < 2) found[count] = agent_of(directory, i);
        count++;
    }
    return count;
}

static struct address_candidate candidate_of(const struct directory *directory, size_t i)
{
    const struct directory_record *record = &directory->records[i];
    return (struct address_candidate){
        .sid = record->sid,
        .friendly_name = directory->strings + record->friendly_name,
        .contact_uri = directory->strings + record->contact_uri,
    };
}

size_t directory_search_fitting(const struct directory *directory, const struct config *config,
                                size_t *of)
{
    size_t fit = 0;
    *of = directory->header->count;
    for (size_t i = 0; i < *of; i++) {
        const struct address_candidate candidate = candidate_of(directory, i);
        const char *given = users_address(config->users, candidate.sid);
        const char *address = given != NULL ? given : candidate.contact_uri;
        if (agent_address_is_open_to(config, address, &candidate)) fit++;
    }
    return fit;
}

/* Those to whom an address is open and, unless `entitled`, those who only claim it. */
static size_t count_owners(const struct directory *directory, const struct config *config,
                           const char *address, bool entitled, struct directory_agent owners[2])
{
    size_t count = 0;
    if (*address == '\0') return 0;
    for (size_t i = 0; i < directory->header->count; i++) {
        const struct address_candidate candidate = candidate_of(directory, i);
        bool owns = agent_address_is_open_to(config, address, &candidate) ||
                    (!entitled && strcmp(candidate.contact_uri, address) == 0);
        /* A Worker that two of Twilio's pages showed is still one Worker. */
        if (!owns || (count > 0 && strcmp(candidate.sid, owners[0].sid) == 0)) continue;
        if (count < 2) owners[count] = agent_of(directory, i);
        count++;
    }
    return count;
}

size_t directory_search_entitled(const struct directory *directory, const struct config *config,
                                 const char *address, struct directory_agent owners[2])
{
    return count_owners(directory, config, address, true, owners);
}

size_t directory_search_owners(const struct directory *directory, const struct config *config,
                               const char *address, struct directory_agent owners[2])
{
    return count_owners(directory, config, address, false, owners);
}

size_t directory_search_users(const struct directory *directory, const char *user,
                              struct directory_agent found[2])
{
    return count_equal(directory, field_user, user, found);
}

/* "client:…", "sip:…" or a number: all others are spared the look at every contact_uri. */
static bool may_be_contact(const char *text)
{
    return text[0] == '+' || strchr(text, ':') != NULL;
}

/* The one agent whom this address leads to; NULL when there is none, or there are several. */
static const char *sid_of_address(const struct directory *directory,
                                  const struct directory_query *query)
{
    struct directory_agent owners[2];
    const char *address = query->text;
    if (!may_be_contact(address)) return NULL;
    size_t count = 0;
    if (query->config != NULL)
        count = directory_search_entitled(directory, query->config, address, owners);
    if (count == 0) count = count_equal(directory, field_contact_uri, address, owners);
    return count == 1 ? owners[0].sid : NULL;
}

/* The next SID of a list with a space between; NULL at its end, and where it is no such list. */
static const char *next_sid(const char *at, char sid[SID_SIZE])
{
    if (strnlen(at, SID_LEN) < SID_LEN || (at[SID_LEN] != ' ' && at[SID_LEN] != '\0')) return NULL;
    memcpy(sid, at, SID_LEN);
    sid[SID_LEN] = '\0';
    if (!sid_is_worker(sid)) return NULL;
    return at + SID_LEN + (at[SID_LEN] == ' ' ? 1 : 0);
}

/* Counts the agent of this SID, and takes it if it is one of those that are shown. */
static void take_one(const struct directory *directory, const struct directory_query *query,
                     const char *sid, struct directory_result *result)
{
    const struct directory_header *header = directory->header;
    const size_t found = directory_image_find(directory, sid);
    if (found >= (query->include_offline ? header->count : header->available_count)) return;
    if (query->without_sid != NULL && strcmp(query->without_sid, sid) == 0) return;
    if (result->total++ >= query->offset && result->count < query->limit)
        result->agents[result->count++] = agent_of(directory, found);
}

/* False for any other text. */
static bool find_by_sids(const struct directory *directory, const struct directory_query *query,
                         struct directory_result *result)
{
    char sid[SID_SIZE];
    const char *at = query->text;
    do {
        at = next_sid(at, sid);
        if (at == NULL) return false;
        take_one(directory, query, sid, result);
    } while (*at != '\0');
    return true;
}

/*
 * A link, a favourite and an embedding page know an agent by SID or contact_uri. Neither can be a
 * name that is typed, so such a text asks for that agent alone; and a list of SIDs for those.
 */
static bool find_by_address(const struct directory *directory, const struct directory_query *query,
                            struct directory_result *result)
{
    result->count = 0;
    result->total = 0;
    if (query->text == NULL) return false;
    if (find_by_sids(directory, query, result)) return true;
    const char *sid = sid_of_address(directory, query);
    result->count = 0;
    result->total = 0;
    if (sid != NULL) take_one(directory, query, sid, result);
    return sid != NULL;
}

enum err directory_search_read(const struct directory *directory, const char *text,
                               struct field_query *query)
{
    const char *fields[LIST_FIELDS_MAX];
    size_t count = directory_fields_names(directory, fields);
    return field_query_read(query, text != NULL ? text : "", fields, count);
}

static enum err find_typed(const struct directory *directory, const struct directory_query *query,
                           const struct field_query *typed, struct directory_result *result)
{
    /* Beyond the last record nobody is shown: those who match are only counted. */
    bool reaches = query->offset < directory->header->count;
    struct directory_fields fields;
    const struct directory_match wanted = {
        .directory = directory,
        .words = &typed->names,
        .fields = &fields,
        .key = longest_word(&typed->names),
        .without = query->without_sid != NULL ? directory_image_find(directory, query->without_sid)
                                              : directory->header->count,
        .limit = (reaches ? query->offset : 0) + query->limit,
    };
    struct window window = { .skip = query->offset, .limit = query->limit };
    enum err rc = directory_fields_find(directory, typed, &fields);
    if (rc == ERR_OK) {
        result->count = 0;
        result->total = 0;
        bool some = !typed->names.too_long && !fields.hopeless;
        if (some) rc = search_part(&wanted, DIRECTORY_AVAILABLE, &window, result);
        if (rc == ERR_OK && some && query->include_offline)
            rc = search_part(&wanted, DIRECTORY_OTHERS, &window, result);
    }
    directory_fields_free(&fields);
    return rc;
}

enum err directory_search(const struct directory *directory, const struct directory_query *query,
                          struct directory_result *result)
{
    if (query->limit < 1 || query->limit > DIRECTORY_LIMIT_MAX) return ERR_INPUT;
    if (query->offset > DIRECTORY_OFFSET_MAX) return ERR_INPUT;
    if (find_by_address(directory, query, result)) return ERR_OK;
    struct field_query typed;
    enum err rc = directory_search_read(directory, query->text, &typed);
    if (rc == ERR_OK) rc = find_typed(directory, query, &typed, result);
    field_query_free(&typed);
    return rc;
}

const char *directory_search_friendly_name(const struct directory *directory, const char *sid)
{
    size_t found = directory_image_find(directory, sid);
    return found < directory->header->count ? agent_of(directory, found).friendly_name : "";
}

void directory_query_etag(const struct directory *directory, const struct directory_query *query,
                          bool stale, char etag[DIRECTORY_ETAG_SIZE])
{
    const char *text = query->text != NULL ? query->text : "";
    const char *without = query->without_sid != NULL ? query->without_sid : "";
    const uint64_t window = (uint64_t)query->offset << 8 | query->limit;
    const uint64_t rest[] = { query->include_offline, window, stale, query->told_sum };
    uint64_t sum = directory->header->content_sum;
    sum = directory_image_sum(sum, text, strlen(text));
    sum = directory_image_sum(sum, without, strlen(without));
    sum = directory_image_sum(sum, rest, sizeof rest);
    snprintf(etag, DIRECTORY_ETAG_SIZE, "\"%016" PRIx64 "\"", sum);
}
