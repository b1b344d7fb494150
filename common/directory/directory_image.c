#include "directory/directory_image.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const char directory_image_magic[8] = "DIALDIR";

static_assert(sizeof(struct directory_header) == 160 + 1024, "the header has no padding");
static_assert(sizeof(struct directory_holder) == 80, "a holder has no padding");
static_assert(sizeof(struct directory_value) == 8, "a value has no padding");
static_assert(sizeof(struct directory_gram) == 8, "a gram has no padding");
static_assert(sizeof(struct directory_record) == 68, "a record has no padding");

static inline uint64_t add_word(uint64_t sum, uint64_t word)
{
    const uint64_t spread = 0x9e3779b97f4a7c15; /* 2^64 divided by the golden ratio */
    sum = (sum ^ word) * spread;
    return sum ^ sum >> 32;
}

static inline uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/*
 * Four words at a time, each into a sum of its own, because every opening sums the whole image and
 * a processor multiplies the next before it has the last.
 */
uint64_t directory_image_sum(uint64_t sum, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    uint64_t a = add_word(sum, len);
    uint64_t b = add_word(a, 1);
    uint64_t c = add_word(a, 2);
    uint64_t d = add_word(a, 3);
    for (; len >= 4 * sizeof a; bytes += 4 * sizeof a, len -= 4 * sizeof a) {
        a = add_word(a, word_at(bytes));
        b = add_word(b, word_at(bytes + sizeof a));
        c = add_word(c, word_at(bytes + 2 * sizeof a));
        d = add_word(d, word_at(bytes + 3 * sizeof a));
    }
    a = add_word(add_word(add_word(a, b), c), d);
    for (; len >= sizeof a; bytes += sizeof a, len -= sizeof a)
        a = add_word(a, word_at(bytes));
    uint64_t rest = 0;
    memcpy(&rest, bytes, len);
    return len > 0 ? add_word(a, rest) : a;
}

uint64_t directory_image_header_sum(const struct directory_header *header,
                                    const struct directory_holder *holders)
{
    struct directory_header copy = *header;
    copy.header_sum = 0;
    uint64_t sum = directory_image_sum(0, &copy, sizeof copy);
    return directory_image_sum(sum, holders, header->holder_count * sizeof *holders);
}

static bool header_is_ours(const struct directory_header *header, size_t size)
{
    return memcmp(header->magic, directory_image_magic, sizeof header->magic) == 0 &&
           header->version == DIRECTORY_IMAGE_VERSION && header->size == size &&
           header->available_count <= header->count && header->folded_len > 0 &&
           header->strings_len > 0 && header->field_count <= LIST_FIELDS_MAX &&
           header->workspace_sid[sizeof header->workspace_sid - 1] == '\0';
}

/* Points at the sections; false if they don't fill the image exactly. */
static bool find_sections(struct directory *directory)
{
    const struct directory_header *header = directory->header;
    const unsigned char *bytes = directory->data;
    uint64_t holders = sizeof *header;
    uint64_t records = holders + header->holder_count * (uint64_t)sizeof *directory->holders;
    uint64_t by_sid = records + header->count * (uint64_t)sizeof *directory->records;
    uint64_t values = by_sid + header->count * (uint64_t)sizeof *directory->by_sid;
    uint64_t numbers = values + header->value_count * (uint64_t)sizeof *directory->values;
    uint64_t grams =
        numbers + header->count * (uint64_t)header->field_count * sizeof *directory->value_numbers;
    uint64_t postings = grams + header->gram_count * (uint64_t)sizeof *directory->grams;
    uint64_t lines = postings + header->posting_count * (uint64_t)sizeof *directory->postings;
    uint64_t folded = lines + header->value_lines_len;
    uint64_t strings = folded + header->folded_len;
    if (strings + header->strings_len != directory->size) return false;
    directory->holders = (const void *)(bytes + holders);
    directory->records = (const void *)(bytes + records);
    directory->by_sid = (const void *)(bytes + by_sid);
    directory->values = (const void *)(bytes + values);
    directory->value_numbers = (const void *)(bytes + numbers);
    directory->grams = (const void *)(bytes + grams);
    directory->postings = (const void *)(bytes + postings);
    directory->value_lines = (const char *)bytes + lines;
    directory->folded = (const char *)bytes + folded;
    directory->strings = (const char *)bytes + strings;
    return true;
}

static bool sums_hold(const struct directory *directory)
{
    const struct directory_header *header = directory->header;
    if (header->header_sum != directory_image_header_sum(header, directory->holders)) return false;
    const unsigned char *content = (const void *)directory->records;
    size_t len = directory->size - (size_t)(content - (const unsigned char *)directory->data);
    return header->content_sum == directory_image_sum(header->available_count, content, len);
}

static bool record_is_sound(const struct directory *directory, size_t i)
{
    const struct directory_header *header = directory->header;
    const struct directory_record *record = &directory->records[i];
    uint32_t after = i == 0 ? 0 : directory->records[i - 1].folded;
    return record->folded > after && record->folded < header->folded_len &&
           directory->folded[record->folded - 1] == '\n' && record->name < header->strings_len &&
           record->friendly_name < header->strings_len &&
           record->contact_uri < header->strings_len && record->activity < header->strings_len &&
           record->user < header->strings_len && record->busy <= DIRECTORY_BUSY_UNKNOWN &&
           record->has_namesake <= 1 && record->sid[SID_LEN] == '\0' &&
           directory->by_sid[i] < header->count;
}

static bool value_is_sound(const struct directory *directory, size_t i)
{
    const struct directory_header *header = directory->header;
    const struct directory_value *value = &directory->values[i];
    uint32_t after = i == 0 ? 0 : directory->values[i - 1].folded;
    return value->text < header->strings_len && value->folded > after &&
           value->folded < header->value_lines_len - 1 &&
           directory->value_lines[value->folded - 1] == '\n';
}

/* Nothing where no field is configured; else at least the two ends of the folded lines. */
static bool values_are_sound(const struct directory *directory)
{
    const struct directory_header *header = directory->header;
    const char *lines = directory->value_lines;
    const size_t len = header->value_lines_len;
    if (header->field_count == 0) return header->value_count == 0 && len == 0;
    if (len < 2 || lines[0] != '\n' || lines[len - 2] != '\n' || lines[len - 1] != '\0')
        return false;
    for (size_t i = 0; i < header->field_count; i++)
        if (header->field_names[i] >= header->strings_len) return false;
    for (size_t i = 0; i < header->value_count; i++)
        if (!value_is_sound(directory, i)) return false;
    const size_t numbers = (size_t)header->count * header->field_count;
    for (size_t i = 0; i < numbers; i++)
        if (directory->value_numbers[i] > header->value_count) return false;
    return true;
}

/* Which records the postings name is looked at when they are read, because there are many. */
static bool index_is_sound(const struct directory *directory)
{
    const struct directory_header *header = directory->header;
    uint32_t before = 0;
    for (size_t i = 0; i < header->gram_count; i++) {
        uint32_t first = directory->grams[i].first;
        if (first < before || first > header->posting_count) return false;
        before = first;
    }
    return true;
}

/*
 * The sums have ruled out damage; this rules out that a file with right sums but wrong offsets
 * leads a search out of the image.
 */
static bool contents_are_sound(const struct directory *directory)
{
    const struct directory_header *header = directory->header;
    if (directory->folded[0] != '\n' || directory->folded[header->folded_len - 1] != '\n' ||
        directory->strings[header->strings_len - 1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < header->count; i++)
        if (!record_is_sound(directory, i)) return false;
    for (size_t i = 0; i < header->holder_count; i++) {
        const struct directory_holder *holder = &directory->holders[i];
        if (holder->task_sid[SID_LEN] != '\0' || holder->worker_sid[SID_LEN] != '\0') return false;
    }
    return values_are_sound(directory) && index_is_sound(directory);
}

enum err directory_image_open(void *data, size_t size, bool mapped, struct directory **directory)
{
    enum err rc = ERR_MEMORY;
    struct directory *opened = calloc(1, sizeof *opened);
    if (opened == NULL) goto out;
    rc = ERR_INPUT;
    opened->data = data;
    opened->size = size;
    opened->mapped = mapped;
    opened->header = data;
    if (size < sizeof *opened->header || !header_is_ours(opened->header, size)) goto out;
    if (!find_sections(opened) || !sums_hold(opened) || !contents_are_sound(opened)) goto out;
    atomic_init(&opened->users, 1);
    *directory = opened;
    opened = NULL;
    rc = ERR_OK;
out:
    free(opened);
    return rc;
}

struct directory *directory_share(struct directory *directory)
{
    atomic_fetch_add(&directory->users, 1);
    return directory;
}

void directory_close(struct directory *directory)
{
    if (directory == NULL || atomic_fetch_sub(&directory->users, 1) != 1) return;
    if (directory->mapped)
        munmap(directory->data, directory->size);
    else
        free(directory->data);
    free(directory);
}

int64_t directory_age_s(const struct directory *directory, int64_t now_s)
{
    int64_t created_s = directory->header->created_s;
    return created_s >= 0 && created_s <= now_s ? now_s - created_s : INT64_MAX;
}

bool directory_incomplete(const struct directory *directory)
{
    return directory->header->incomplete != 0;
}

size_t directory_image_find(const struct directory *directory, const char *sid)
{
    size_t low = 0;
    size_t high = directory->header->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        size_t record = directory->by_sid[middle];
        int order = strcmp(sid, directory->records[record].sid);
        if (order == 0) return record;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return directory->header->count;
}
