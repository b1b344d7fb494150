#include "directory/directory_match.h"

#include <string.h>

#include "base/names.h"

/* One half of the records: from..to - 1. */
struct part {
    enum directory_part name;
    size_t from;
    size_t to;
};

/* A piece of text that is looked for. */
struct needle {
    const char *text;
    size_t len;
};

/* In a single line a library's preparations for longer texts would take longer than the search. */
static const char *find_in_line(struct needle needle, const char *from, const char *end)
{
    while ((size_t)(end - from) >= needle.len) {
        const char *last = end - needle.len;
        const char *hit = memchr(from, *needle.text, (size_t)(last - from) + 1);
        if (hit == NULL || memcmp(hit, needle.text, needle.len) == 0) return hit;
        from = hit + 1;
    }
    return NULL;
}

/* `hit` is where the needle occurs first, or NULL. */
static enum directory_fit fit_of_needle(struct needle needle, const char *line, const char *end,
                                        const char *hit)
{
    if (hit == NULL) return DIRECTORY_FIT_NOT;
    for (; hit != NULL; hit = find_in_line(needle, hit + 1, end)) {
        enum directory_fit fit = directory_fit_at(line, hit);
        if (fit != DIRECTORY_FIT_INSIDE) return fit;
    }
    return DIRECTORY_FIT_INSIDE;
}

/* `hit` is where the plain word occurs first, if that is known. */
static inline enum directory_fit fit_of_word(const struct name_word *word, const char *line,
                                             const char *end, const char *hit)
{
    struct needle plain = { word->plain, word->plain_len };
    if (hit == NULL) hit = find_in_line(plain, line, end);
    enum directory_fit fit = fit_of_needle(plain, line, end, hit);
    if (fit == DIRECTORY_FIT_NAME || word->spelled == word->plain) return fit;
    struct needle spelled = { word->spelled, word->spelled_len };
    hit = find_in_line(spelled, line, end);
    enum directory_fit other = fit_of_needle(spelled, line, end, hit);
    return other < fit ? other : fit;
}

/*
 * All words must fit; the name is as good as its worst word, and better if one begins it.
 * `key_hit` is where the key occurs first.
 */
static enum directory_fit fit_of_name(const struct directory_match *wanted, const char *line,
                                      const char *end, const char *key_hit)
{
    const struct name_query *words = wanted->words;
    bool begins_name = false;
    bool inside = false;
    for (size_t i = 0; i < words->count; i++) {
        const struct name_word *word = &words->words[i];
        bool hit_is_known = i == wanted->key && word->spelled == word->plain;
        enum directory_fit fit = fit_of_word(word, line, end, hit_is_known ? key_hit : NULL);
        if (fit == DIRECTORY_FIT_NOT) return DIRECTORY_FIT_NOT;
        begins_name = begins_name || fit == DIRECTORY_FIT_NAME;
        inside = inside || fit == DIRECTORY_FIT_INSIDE;
    }
    if (inside) return DIRECTORY_FIT_INSIDE;
    return begins_name ? DIRECTORY_FIT_NAME : DIRECTORY_FIT_WORD;
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

/* Without a text every agent fits, and the records stand in the right order already. */
static void match_all(const struct directory_match *wanted, const struct part *part,
                      struct directory_matches *matches)
{
    uint32_t *list = matches->list[DIRECTORY_FIT_NAME];
    size_t count = 0;
    for (size_t i = part->from; i < part->to && count < wanted->limit; i++)
        if (i != wanted->without) list[count++] = (uint32_t)i;
    matches->count[DIRECTORY_FIT_NAME] = count;
    matches->total = part->to - part->from - (is_in(part, wanted->without) ? 1 : 0);
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
static void match_words(const struct directory_match *wanted, const struct part *part,
                        struct directory_matches *matches)
{
    const struct directory *directory = wanted->directory;
    struct key_hits hits = key_hits_of(&wanted->words->words[wanted->key]);
    const char *block = directory->folded;
    const char *end = block + line_start(directory, part->to);
    const char *at = block + line_start(directory, part->from);
    const char *without = block + line_start(directory, wanted->without);
    size_t record = part->from;
    while (at < end) {
        const char *hit = find_key(&hits, at, end);
        if (hit == NULL) break;
        const char *line_end;
        const char *line = line_around(at - 1, hit, end, &line_end);
        enum directory_fit fit = fit_of_name(wanted, line, line_end, hit);
        at = line_end + 1;
        if (fit == DIRECTORY_FIT_NOT || line == without) continue;
        matches->total++;
        if (matches->count[fit] == wanted->limit) continue;
        record = record_at(directory, record, part->to, (uint32_t)(line - block));
        matches->list[fit][matches->count[fit]++] = (uint32_t)record;
    }
}

/*
 * Those who have the rarest bytes of a word, in each of its spellings. Whether their names have the
 * word remains to be seen, unless it is no longer than those bytes.
 */
struct candidates {
    struct directory_postings list[2];
    size_t count; /* of the lists */
    size_t size;  /* of all of them together */
    bool exact;   /* the postings themselves say how well each name fits */
};

static bool candidates_of(const struct directory *directory, const struct name_word *word,
                          struct candidates *candidates)
{
    struct directory_postings *list = candidates->list;
    candidates->count = word->spelled == word->plain ? 1 : 2;
    if (!directory_grams_find(directory, word->plain, word->plain_len, &list[0])) return false;
    if (candidates->count == 2 &&
        !directory_grams_find(directory, word->spelled, word->spelled_len, &list[1])) {
        return false;
    }
    candidates->size = 0;
    for (size_t i = 0; i < candidates->count; i++)
        candidates->size += (size_t)(list[i].end - list[i].at);
    candidates->exact = candidates->count == 1 && word->plain_len <= DIRECTORY_GRAM_MAX;
    return true;
}

/* By the word that the fewest can have; false if the index knows none of the words. */
static bool fewest_candidates(const struct directory_match *wanted, struct candidates *fewest)
{
    bool found = false;
    for (size_t i = 0; i < wanted->words->count; i++) {
        struct candidates these;
        if (wanted->fields->mixed && wanted->fields->list[i].some) continue;
        if (!candidates_of(wanted->directory, &wanted->words->words[i], &these)) continue;
        if (!found || these.size < fewest->size) *fewest = these;
        found = true;
    }
    if (wanted->words->count > 1) fewest->exact = false;
    return found;
}

/* Leaves out the records before this one. */
static void skip_to(struct directory_postings *postings, size_t record)
{
    size_t low = 0;
    size_t high = (size_t)(postings->end - postings->at);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (directory_grams_record(postings->at[middle]) < record)
            low = middle + 1;
        else
            high = middle;
    }
    postings->at += low;
}

/* The next candidate before this record; false if there is none. Takes it off all lists. */
static bool next_candidate(struct candidates *candidates, size_t to, size_t *record,
                           enum directory_fit *fit)
{
    size_t next = to;
    for (size_t i = 0; i < candidates->count; i++) {
        struct directory_postings *list = &candidates->list[i];
        if (list->at == list->end || directory_grams_record(*list->at) >= next) continue;
        next = directory_grams_record(*list->at);
        *fit = directory_grams_fit(*list->at);
    }
    for (size_t i = 0; i < candidates->count; i++) {
        struct directory_postings *list = &candidates->list[i];
        if (list->at < list->end && directory_grams_record(*list->at) <= next) list->at++;
    }
    *record = next;
    return next < to;
}

static inline enum directory_fit fit_of_record(const struct directory_match *wanted, size_t record)
{
    const struct directory *directory = wanted->directory;
    const char *line = directory->folded + line_start(directory, record);
    /* The line break that ends it belongs to it, too. */
    const char *end = directory->folded + line_start(directory, record + 1) - 1;
    return fit_of_name(wanted, line, end, NULL);
}

/* Who has not all words in the name may have the others in fields. */
static enum directory_fit fit_with_fields(const struct directory_match *wanted, size_t record)
{
    const struct directory *directory = wanted->directory;
    const struct directory_fields *fields = wanted->fields;
    const char *line = directory->folded + line_start(directory, record);
    const char *end = directory->folded + line_start(directory, record + 1) - 1;
    for (size_t i = 0; i < wanted->words->count; i++) {
        bool in_field = i < fields->words && directory_fields_fit(directory, fields, i, record);
        if (in_field) continue;
        enum directory_fit fit = fit_of_word(&wanted->words->words[i], line, end, NULL);
        if (fit == DIRECTORY_FIT_NOT) return DIRECTORY_FIT_NOT;
    }
    return DIRECTORY_FIT_FIELD;
}

/* False, with nothing done, where the index can't help. */
static bool match_candidates(const struct directory_match *wanted, const struct part *part,
                             struct directory_matches *matches)
{
    struct candidates candidates = { 0 };
    const bool mixed = wanted->fields->mixed;
    size_t record;
    enum directory_fit fit = DIRECTORY_FIT_NOT;
    if (!fewest_candidates(wanted, &candidates)) return false;
    for (size_t i = 0; i < candidates.count; i++)
        skip_to(&candidates.list[i], part->from);
    while (next_candidate(&candidates, part->to, &record, &fit)) {
        if (record == wanted->without) continue;
        if (!candidates.exact) fit = fit_of_record(wanted, record);
        if (fit == DIRECTORY_FIT_NOT && mixed) fit = fit_with_fields(wanted, record);
        if (fit == DIRECTORY_FIT_NOT) continue;
        matches->total++;
        if (matches->count[fit] < wanted->limit)
            matches->list[fit][matches->count[fit]++] = (uint32_t)record;
    }
    return true;
}

/* Every word that is asked of a certain field is there. */
static bool terms_fit(const struct directory_match *wanted, size_t record)
{
    const struct directory_fields *fields = wanted->fields;
    for (size_t i = fields->words; i < fields->count; i++)
        if (!directory_fields_fit(wanted->directory, fields, i, record)) return false;
    return true;
}

static bool has_word_in_field(const struct directory_match *wanted, size_t record)
{
    for (size_t i = 0; i < wanted->fields->words; i++)
        if (directory_fields_fit(wanted->directory, wanted->fields, i, record)) return true;
    return false;
}

/*
 * With terms: all who fit. Without them those are there already who have all words in their names,
 * and the others are added.
 */
static void match_fields(const struct directory_match *wanted, const struct part *part,
                         struct directory_matches *matches)
{
    const bool has_terms = wanted->fields->count > wanted->fields->words;
    for (size_t i = part->from; i < part->to; i++) {
        bool may_fit = has_terms ? terms_fit(wanted, i) : has_word_in_field(wanted, i);
        if (!may_fit || i == wanted->without) continue;
        enum directory_fit fit = DIRECTORY_FIT_NAME;
        if (wanted->words->count > 0) fit = fit_of_record(wanted, i);
        if (fit == DIRECTORY_FIT_NOT)
            fit = fit_with_fields(wanted, i);
        else if (!has_terms)
            continue;
        if (fit == DIRECTORY_FIT_NOT) continue;
        matches->total++;
        if (matches->count[fit] < wanted->limit)
            matches->list[fit][matches->count[fit]++] = (uint32_t)i;
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
static bool match_letter(const struct directory_match *wanted, const struct part *part,
                         struct directory_matches *matches)
{
    const struct directory *directory = wanted->directory;
    const struct name_word *word = &wanted->words->words[0];
    unsigned char letter = (unsigned char)*word->plain;
    if (wanted->words->count != 1 || word->plain_len != 1 || word->spelled != word->plain ||
        letter >= DIRECTORY_LETTERS) {
        return false;
    }
    size_t first = first_from_letter(directory, part, letter);
    size_t count = 0;
    for (size_t i = first; i < part->to && count < wanted->limit; i++) {
        if ((unsigned char)directory->folded[line_start(directory, i)] != letter) break;
        if (i != wanted->without) matches->list[DIRECTORY_FIT_NAME][count++] = (uint32_t)i;
    }
    if (count < wanted->limit) return false;
    size_t all = directory->header->with_letter[part->name][letter];
    size_t left_out =
        is_in(part, wanted->without) && has_letter(directory, wanted->without, letter) ? 1 : 0;
    if (all < count + left_out) return false; /* a number that was made up */
    matches->count[DIRECTORY_FIT_NAME] = count;
    matches->total = all - left_out;
    return true;
}

void directory_match_part(const struct directory_match *wanted, enum directory_part name,
                          struct directory_matches *matches)
{
    const struct directory_header *header = wanted->directory->header;
    const struct part part = {
        .name = name,
        .from = name == DIRECTORY_AVAILABLE ? 0 : header->available_count,
        .to = name == DIRECTORY_AVAILABLE ? header->available_count : header->count,
    };
    const struct directory_fields *fields = wanted->fields;
    memset(matches->count, 0, sizeof matches->count);
    matches->total = 0;
    const bool has_terms = fields->count > fields->words;
    if (has_terms) {
        match_fields(wanted, &part, matches);
    } else if (wanted->words->count == 0) {
        match_all(wanted, &part, matches);
    } else if (!match_letter(wanted, &part, matches) && part.from < part.to) {
        bool done = match_candidates(wanted, &part, matches);
        if (!done) match_words(wanted, &part, matches);
        if (fields->count > 0 && !(done && fields->mixed)) match_fields(wanted, &part, matches);
    }
}
