#include "directory/directory_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/name_query.h"
#include "base/names.h"
#include "base/users.h"
#include "directory/agent_address.h"
#include "directory/directory_image.h"

/* What is looked for, and where. */
struct search {
    const struct directory *directory;
    struct name_query words;
    size_t key;     /* the longest word: it occurs least, so the block is searched for it */
    size_t without; /* the record that is left out; the count of records if none is */
    size_t limit;
};

/* One half of the records: from..to - 1. */
struct part {
    enum directory_part name;
    size_t from;
    size_t to;
};

/* How well a name fits, best first. */
enum fit { FIT_NAME, FIT_WORD, FIT_INSIDE, FIT__MAX, FIT_NOT = FIT__MAX };

/* The first matches of each kind; those beyond the limit are only counted. */
struct matches {
    uint32_t list[FIT__MAX][DIRECTORY_LIMIT_MAX];
    size_t count[FIT__MAX];
    size_t total;
};

static size_t longest_word(const struct name_query *words)
{
    size_t longest = 0;
    for (size_t i = 1; i < words->count; i++)
        if (words->words[i].plain_len > words->words[longest].plain_len) longest = i;
    return longest;
}

/* A piece of text that is looked for. */
struct needle {
    const char *text;
    size_t len;
};

/*
 * `hit` is where the needle occurs first, or NULL. The line begins where a name begins, so the
 * byte before any later hit belongs to the name.
 */
static enum fit fit_of_needle(struct needle needle, const char *line, const char *end,
                              const char *hit)
{
    if (hit == NULL) return FIT_NOT;
    for (; hit != NULL; hit = memmem(hit + 1, (size_t)(end - hit - 1), needle.text, needle.len)) {
        if (hit == line || hit[-1] == NAMES_BEGIN) return FIT_NAME;
        if (hit[-1] == ' ') return FIT_WORD;
    }
    return FIT_INSIDE;
}

/* `hit` is where the plain word occurs first, if that is known. */
static enum fit fit_of_word(const struct name_word *word, const char *line, const char *end,
                            const char *hit)
{
    size_t len = (size_t)(end - line);
    struct needle plain = { word->plain, word->plain_len };
    if (hit == NULL) hit = memmem(line, len, plain.text, plain.len);
    enum fit fit = fit_of_needle(plain, line, end, hit);
    if (fit == FIT_NAME || word->spelled == word->plain) return fit;
    struct needle spelled = { word->spelled, word->spelled_len };
    hit = memmem(line, len, spelled.text, spelled.len);
    enum fit other = fit_of_needle(spelled, line, end, hit);
    return other < fit ? other : fit;
}

/*
 * All words must fit; the name is as good as its worst word, and better if one begins it.
 * `key_hit` is where the key occurs first.
 */
static enum fit fit_of_name(const struct search *search, const char *line, const char *end,
                            const char *key_hit)
{
    bool begins_name = false;
    bool inside = false;
    for (size_t i = 0; i < search->words.count; i++) {
        const struct name_word *word = &search->words.words[i];
        bool hit_is_known = i == search->key && word->spelled == word->plain;
        enum fit fit = fit_of_word(word, line, end, hit_is_known ? key_hit : NULL);
        if (fit == FIT_NOT) return FIT_NOT;
        begins_name = begins_name || fit == FIT_NAME;
        inside = inside || fit == FIT_INSIDE;
    }
    if (inside) return FIT_INSIDE;
    return begins_name ? FIT_NAME : FIT_WORD;
}

/* Where the line of record `i` begins; for the one after the last, where the block ends. */
static uint32_t line_start(const struct directory *directory, size_t i)
{
    return i < directory->header->count ? directory->records[i].folded
                                        : directory->header->folded_len;
}

/*
 * The record whose line holds this offset. Hits come in order and mostly close together, so the
 * steps grow from the last record before they halve.
 */
static size_t record_at(const struct directory *directory, size_t from, size_t to, uint32_t offset)
{
    size_t step = 1;
    while (from + step < to && line_start(directory, from + step) <= offset) {
        from += step;
        step *= 2;
    }
    size_t high = from + step < to ? from + step : to;
    while (high - from > 1) {
        size_t middle = from + (high - from) / 2;
        if (line_start(directory, middle) <= offset)
            from = middle;
        else
            high = middle;
    }
    return from;
}

static bool is_in(const struct part *part, size_t record)
{
    return record >= part->from && record < part->to;
}

/* Without a text everybody fits, and the records stand in the right order already. */
static void match_everybody(const struct search *search, const struct part *part,
                            struct matches *matches)
{
    matches->total = part->to - part->from - (is_in(part, search->without) ? 1 : 0);
    for (size_t i = part->from; i < part->to && matches->count[FIT_NAME] < search->limit; i++)
        if (i != search->without) matches->list[FIT_NAME][matches->count[FIT_NAME]++] = (uint32_t)i;
}

/*
 * glibc's strstr looks at many bytes at once and memmem at one, except for a single letter: names
 * are found several times faster. It may run past `end`, but not past the NUL that ends the image.
 */
static const char *find_needle(struct needle needle, const char *from, const char *end)
{
    if (needle.len == 1) return memchr(from, *needle.text, (size_t)(end - from));
    const char *hit = strstr(from, needle.text);
    return hit != NULL && hit < end ? hit : NULL;
}

/* Where the key's spellings occur next; the end of the block where one doesn't any more. */
struct key_hits {
    struct needle spelling[2];
    const char *next[2];
    size_t count;
};

static struct key_hits key_hits_of(const struct name_word *key)
{
    return (struct key_hits){
        .spelling = { { key->plain, key->plain_len }, { key->spelled, key->spelled_len } },
        .count = key->spelled == key->plain ? 1 : 2,
    };
}

/* The first occurrence from here on, or NULL. */
static const char *find_key(struct key_hits *hits, const char *from, const char *end)
{
    const char *first = end;
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->next[i] == NULL || hits->next[i] < from) {
            const char *hit = find_needle(hits->spelling[i], from, end);
            hits->next[i] = hit != NULL ? hit : end;
        }
        if (hits->next[i] < first) first = hits->next[i];
    }
    return first < end ? first : NULL;
}

/* The line around a hit: lines stand between line breaks, and no word has one. */
static const char *line_around(const char *before, const char *hit, const char *end,
                               const char **line_end)
{
    const char *start = memrchr(before, '\n', (size_t)(hit - before));
    *line_end = memchr(hit, '\n', (size_t)(end - hit));
    return start + 1;
}

/* Most hits are only counted: which record a line belongs to is looked up for the others. */
static void match_words(const struct search *search, const struct part *part,
                        struct matches *matches)
{
    const struct directory *directory = search->directory;
    struct key_hits hits = key_hits_of(&search->words.words[search->key]);
    const char *block = directory->folded;
    const char *end = block + line_start(directory, part->to);
    const char *at = block + line_start(directory, part->from);
    const char *without = block + line_start(directory, search->without);
    size_t record = part->from;
    while (at < end) {
        const char *hit = find_key(&hits, at, end);
        if (hit == NULL) break;
        const char *line_end;
        const char *line = line_around(at - 1, hit, end, &line_end);
        enum fit fit = fit_of_name(search, line, line_end, hit);
        at = line_end + 1;
        if (fit == FIT_NOT || line == without) continue;
        matches->total++;
        if (matches->count[fit] == search->limit) continue;
        record = record_at(directory, record, part->to, (uint32_t)(line - block));
        matches->list[fit][matches->count[fit]++] = (uint32_t)record;
    }
}

/* The first record of a part whose name doesn't stand before this letter. */
static size_t first_from_letter(const struct directory *directory, const struct part *part,
                                unsigned char letter)
{
    size_t from = part->from;
    size_t to = part->to;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if ((unsigned char)directory->folded[line_start(directory, middle)] < letter)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool has_letter(const struct directory *directory, size_t record, unsigned char letter)
{
    uint32_t line = line_start(directory, record);
    return memchr(directory->folded + line, letter, line_start(directory, record + 1) - line) !=
           NULL;
}

/*
 * One letter, and the names that begin with it fill the list: the others need no look. False, with
 * nothing done, when it is anything else.
 */
static bool match_letter(const struct search *search, const struct part *part,
                         struct matches *matches)
{
    const struct directory *directory = search->directory;
    const struct name_word *word = &search->words.words[0];
    unsigned char letter = (unsigned char)*word->plain;
    if (search->words.count != 1 || word->plain_len != 1 || word->spelled != word->plain ||
        letter >= DIRECTORY_LETTERS) {
        return false;
    }
    size_t first = first_from_letter(directory, part, letter);
    size_t count = 0;
    for (size_t i = first; i < part->to && count < search->limit; i++) {
        if ((unsigned char)directory->folded[line_start(directory, i)] != letter) break;
        if (i != search->without) matches->list[FIT_NAME][count++] = (uint32_t)i;
    }
    if (count < search->limit) return false;
    size_t all = directory->header->with_letter[part->name][letter];
    size_t left_out =
        is_in(part, search->without) && has_letter(directory, search->without, letter) ? 1 : 0;
    if (all < count + left_out) return false; /* a number that was made up */
    matches->count[FIT_NAME] = count;
    matches->total = all - left_out;
    return true;
}

static struct directory_agent agent_of(const struct directory *directory, size_t i)
{
    const struct directory_record *record = &directory->records[i];
    return (struct directory_agent){
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

static void take_best(const struct directory *directory, const struct matches *matches,
                      size_t limit, struct directory_result *result)
{
    result->total += matches->total;
    for (size_t fit = 0; fit < FIT__MAX; fit++) {
        for (size_t i = 0; i < matches->count[fit] && result->count < limit; i++)
            result->agents[result->count++] = agent_of(directory, matches->list[fit][i]);
    }
}

static void search_part(const struct search *search, enum directory_part name,
                        struct directory_result *result)
{
    const struct directory_header *header = search->directory->header;
    const struct part part = {
        .name = name,
        .from = name == DIRECTORY_AVAILABLE ? 0 : header->available_count,
        .to = name == DIRECTORY_AVAILABLE ? header->available_count : header->count,
    };
    struct matches matches;
    memset(matches.count, 0, sizeof matches.count);
    matches.total = 0;
    if (search->words.count == 0)
        match_everybody(search, &part, &matches);
    else if (!match_letter(search, &part, &matches) && part.from < part.to)
        match_words(search, &part, &matches);
    take_best(search->directory, &matches, search->limit, result);
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

/* "" belongs to nobody, however many Workers lack the attribute. */
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

static struct address_claimant claimant_of(const struct directory *directory, size_t i)
{
    const struct directory_record *record = &directory->records[i];
    return (struct address_claimant){
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
        const struct address_claimant claimant = claimant_of(directory, i);
        const char *given = users_address(config->users, claimant.sid);
        const char *address = given != NULL ? given : claimant.contact_uri;
        if (agent_address_is_open_to(config, address, &claimant)) fit++;
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
        const struct address_claimant claimant = claimant_of(directory, i);
        bool owns = agent_address_is_open_to(config, address, &claimant) ||
                    (!entitled && strcmp(claimant.contact_uri, address) == 0);
        /* A Worker that two of Twilio's pages showed is still one Worker. */
        if (!owns || (count > 0 && strcmp(claimant.sid, owners[0].sid) == 0)) continue;
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

/*
 * A link, a favourite and an embedding page know an agent by SID or contact_uri. Neither can be a
 * name that anybody types, so such a text asks for that agent alone.
 */
static bool find_by_address(const struct directory *directory, const struct directory_query *query,
                            struct directory_result *result)
{
    const char *sid = query->text;
    struct directory_agent owners[2];
    if (sid == NULL) return false;
    if (!sid_is_worker(sid)) {
        bool one = may_be_contact(sid) &&
                   count_equal(directory, field_contact_uri, query->text, owners) == 1;
        if (!one) return false;
        sid = owners[0].sid;
    }
    size_t found = directory_image_find(directory, sid);
    const struct directory_header *header = directory->header;
    size_t end = query->include_offline ? header->count : header->available_count;
    result->count = 0;
    if (found < end && (query->without_sid == NULL || strcmp(query->without_sid, sid) != 0))
        result->agents[result->count++] = agent_of(directory, found);
    result->total = result->count;
    return true;
}

enum err directory_search(const struct directory *directory, const struct directory_query *query,
                          struct directory_result *result)
{
    if (query->limit < 1 || query->limit > DIRECTORY_LIMIT_MAX) return ERR_INPUT;
    if (find_by_address(directory, query, result)) return ERR_OK;
    struct search search = {
        .directory = directory,
        .without = query->without_sid != NULL ? directory_image_find(directory, query->without_sid)
                                              : directory->header->count,
        .limit = query->limit,
    };
    enum err rc = name_query_read(&search.words, query->text != NULL ? query->text : "");
    if (rc == ERR_OK) {
        search.key = longest_word(&search.words);
        result->count = 0;
        result->total = 0;
        bool nobody = search.words.too_long;
        if (!nobody) search_part(&search, DIRECTORY_AVAILABLE, result);
        if (!nobody && query->include_offline) search_part(&search, DIRECTORY_OTHERS, result);
    }
    name_query_free(&search.words);
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
    const uint64_t rest[] = { query->include_offline, query->limit, stale };
    uint64_t sum = directory->header->content_sum;
    sum = directory_image_sum(sum, text, strlen(text));
    sum = directory_image_sum(sum, without, strlen(without));
    sum = directory_image_sum(sum, rest, sizeof rest);
    snprintf(etag, DIRECTORY_ETAG_SIZE, "\"%016" PRIx64 "\"", sum);
}
