#include "directory/directory_draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "directory/directory_grams.h"
#include "directory/directory_values.h"

struct draft_record {
    struct draft_agent agent;
    const char *folded;
    bool has_namesake;
};

struct draft_holder {
    struct directory_holder holder;
    bool remember;
};

void directory_draft_init(struct directory_draft *draft)
{
    *draft = (struct directory_draft){ 0 };
    arena_init(&draft->arena, DIRECTORY_IMAGE_MAX);
}

void directory_draft_free(struct directory_draft *draft)
{
    free(draft->records);
    free(draft->holders);
    arena_free(&draft->arena);
    directory_draft_init(draft);
}

/* Makes room for one more element; doubles, so that adding stays cheap. */
static enum err make_room(void **list, size_t count, size_t *capacity, size_t element)
{
    if (count < *capacity) return ERR_OK;
    size_t more = *capacity == 0 ? 64 : *capacity * 2;
    if (more > DIRECTORY_IMAGE_MAX / element) return ERR_TOO_LARGE;
    void *grown = realloc(*list, more * element);
    if (grown == NULL) return ERR_MEMORY;
    *list = grown;
    *capacity = more;
    return ERR_OK;
}

/* A name that can't be folded isn't found by typing, but its agent still stands in the list. */
static const char *folded_copy(struct arena *arena, const char *name)
{
    const char *copy = NULL;
    struct strbuf folded;
    strbuf_init(&folded, STRBUF_MAX_FORM);
    enum err rc = names_search_line(&folded, name);
    if (rc == ERR_OK || rc == ERR_INPUT) copy = arena_strdup(arena, folded.buf);
    strbuf_free(&folded);
    return copy;
}

/* A value that shows nothing is none. Untouched where no field is configured. */
static enum err copy_fields(struct directory_draft *draft, const char *const **fields)
{
    const size_t count = draft->fields.count;
    if (count == 0) return ERR_OK;
    const char **copies = arena_alloc(&draft->arena, count * sizeof *copies);
    if (copies == NULL) return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const char *text = names_is_empty((*fields)[i]) ? "" : (*fields)[i];
        copies[i] = arena_strdup(&draft->arena, text);
        if (copies[i] == NULL) return ERR_MEMORY;
    }
    *fields = copies;
    return ERR_OK;
}

enum err directory_draft_add(struct directory_draft *draft, const struct draft_agent *agent)
{
    void *list = draft->records;
    enum err rc = make_room(&list, draft->count, &draft->capacity, sizeof *draft->records);
    draft->records = list;
    if (rc != ERR_OK) return rc;
    struct draft_record record = {
        .agent = {
            .sid = arena_strdup(&draft->arena, agent->sid),
            .name = arena_strdup(&draft->arena, agent->name),
            .friendly_name = arena_strdup(&draft->arena, agent->friendly_name),
            .contact_uri = arena_strdup(&draft->arena, agent->contact_uri),
            .activity = arena_strdup(&draft->arena, agent->activity),
            .user = arena_strdup(&draft->arena, agent->user),
            .available = agent->available,
            .fields = agent->fields,
        },
        .folded = folded_copy(&draft->arena, agent->name),
    };
    if (record.agent.sid == NULL || record.agent.name == NULL ||
        record.agent.friendly_name == NULL || record.agent.contact_uri == NULL ||
        record.agent.activity == NULL || record.agent.user == NULL || record.folded == NULL) {
        return ERR_MEMORY;
    }
    rc = copy_fields(draft, &record.agent.fields);
    if (rc == ERR_OK) draft->records[draft->count++] = record;
    return rc;
}

enum err directory_draft_hold(struct directory_draft *draft, const char *task_sid,
                              const char *worker_sid, int64_t updated_s, bool remember)
{
    void *list = draft->holders;
    enum err rc =
        make_room(&list, draft->holder_count, &draft->holder_capacity, sizeof *draft->holders);
    draft->holders = list;
    if (rc != ERR_OK) return rc;
    struct draft_holder *added = &draft->holders[draft->holder_count++];
    memset(added, 0, sizeof *added);
    sid_copy(added->holder.task_sid, task_sid);
    sid_copy(added->holder.worker_sid, worker_sid);
    added->holder.updated_s = updated_s;
    added->remember = remember;
    return ERR_OK;
}

/* The order of answers; the SID makes it total, so that equal content gives an equal image. */
static int compare_records(const void *a, const void *b)
{
    const struct draft_record *x = a;
    const struct draft_record *y = b;
    if (x->agent.available != y->agent.available) return x->agent.available ? -1 : 1;
    int order = strcmp(x->folded, y->folded);
    if (order == 0) order = strcmp(x->agent.name, y->agent.name);
    if (order == 0) order = strcmp(x->agent.sid, y->agent.sid);
    return order;
}

struct sid_entry {
    const char *sid;
    uint32_t record;
};

static int compare_sids(const void *a, const void *b)
{
    const struct sid_entry *x = a;
    const struct sid_entry *y = b;
    return strcmp(x->sid, y->sid);
}

static void mark_busy(const struct directory_draft *draft, struct sid_entry *entries,
                      enum directory_busy *busy)
{
    for (size_t i = 0; i < draft->count; i++)
        busy[i] = draft->busy_known ? DIRECTORY_FREE : DIRECTORY_BUSY_UNKNOWN;
    for (size_t i = 0; draft->busy_known && i < draft->holder_count; i++) {
        const struct sid_entry wanted = { .sid = draft->holders[i].holder.worker_sid };
        const struct sid_entry *found =
            bsearch(&wanted, entries, draft->count, sizeof *entries, compare_sids);
        if (found != NULL) busy[found->record] = DIRECTORY_BUSY;
    }
}

/* One spelling of one name. */
struct spelling {
    const char *text;
    size_t record;
};

static int compare_spellings(const void *a, const void *b)
{
    return strcmp(((const struct spelling *)a)->text, ((const struct spelling *)b)->text);
}

/* Fills `list`, which has room for FOLD_STYLES of each record, and returns how many there are. */
static enum err spell_all(struct directory_draft *draft, struct spelling *list, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < draft->count; i++) {
        struct names_spellings spellings;
        enum err rc = names_spell(&spellings, draft->records[i].agent.name);
        for (size_t k = 0; rc == ERR_OK && k < spellings.count; k++) {
            const char *text = arena_strdup(&draft->arena, spellings.list[k]);
            if (text == NULL) rc = ERR_MEMORY;
            if (rc == ERR_OK && text[0] != '\0') list[(*count)++] = (struct spelling){ text, i };
        }
        names_spellings_free(&spellings);
        if (rc == ERR_MEMORY) return rc;
    }
    return ERR_OK;
}

/* Two agents are namesakes when names_are_same says so: when they have a spelling in common. */
static enum err mark_namesakes(struct directory_draft *draft)
{
    size_t count;
    struct spelling *list = calloc(draft->count * FOLD_STYLES + 1, sizeof *list);
    if (list == NULL) return ERR_MEMORY;
    enum err rc = spell_all(draft, list, &count);
    if (rc == ERR_OK) qsort(list, count, sizeof *list, compare_spellings);
    for (size_t i = 1; rc == ERR_OK && i < count; i++) {
        if (strcmp(list[i - 1].text, list[i].text) != 0) continue;
        draft->records[list[i - 1].record].has_namesake = true;
        draft->records[list[i].record].has_namesake = true;
    }
    free(list);
    return rc;
}

/* The sections while they are being written, each in a buffer of its own. */
struct sections {
    struct strbuf records;
    struct strbuf by_sid;
    struct directory_values values;
    struct strbuf grams;
    struct strbuf postings;
    struct strbuf folded;
    struct strbuf strings;
    uint32_t field_names[LIST_FIELDS_MAX];
};

static uint32_t add_string(struct strbuf *strings, const char *text)
{
    if (*text == '\0') return 0; /* the section begins with an empty string */
    uint32_t offset = (uint32_t)strings->len;
    strbuf_add(strings, text, strlen(text) + 1);
    return offset;
}

static void add_record(struct sections *sections, const struct draft_record *from,
                       enum directory_busy busy)
{
    struct directory_record record = { 0 };
    record.folded = (uint32_t)sections->folded.len;
    record.name = add_string(&sections->strings, from->agent.name);
    record.friendly_name = add_string(&sections->strings, from->agent.friendly_name);
    record.has_namesake = from->has_namesake ? 1 : 0;
    record.contact_uri = add_string(&sections->strings, from->agent.contact_uri);
    record.activity = add_string(&sections->strings, from->agent.activity);
    record.user = add_string(&sections->strings, from->agent.user);
    record.busy = busy;
    sid_copy(record.sid, from->agent.sid);
    strbuf_addstr(&sections->folded, from->folded);
    strbuf_addch(&sections->folded, '\n');
    strbuf_add(&sections->records, &record, sizeof record);
}

static enum err write_values(const struct directory_draft *draft, struct sections *sections)
{
    const size_t fields = draft->fields.count;
    if (fields == 0) return ERR_OK;
    const char **texts = calloc(draft->count * fields + 1, sizeof *texts);
    if (texts == NULL) return ERR_MEMORY;
    for (size_t i = 0; i < draft->count * fields; i++)
        texts[i] = draft->records[i / fields].agent.fields[i % fields];
    enum err rc =
        directory_values_write(&sections->values, &sections->strings, texts, draft->count * fields);
    free(texts);
    return rc;
}

static enum err write_index(const struct directory_draft *draft, struct sections *sections)
{
    const char **lines = calloc(draft->count + 1, sizeof *lines);
    if (lines == NULL) return ERR_MEMORY;
    for (size_t i = 0; i < draft->count; i++)
        lines[i] = draft->records[i].folded;
    enum err rc = directory_grams_write(lines, draft->count, &sections->grams, &sections->postings);
    free(lines);
    return rc;
}

static enum err write_sections(struct directory_draft *draft, struct sections *sections)
{
    enum err rc = ERR_MEMORY;
    struct sid_entry *entries = calloc(draft->count + 1, sizeof *entries);
    enum directory_busy *busy = calloc(draft->count + 1, sizeof *busy);
    if (entries == NULL || busy == NULL) goto out;
    rc = mark_namesakes(draft);
    if (rc != ERR_OK) goto out;
    if (draft->count > 0)
        qsort(draft->records, draft->count, sizeof *draft->records, compare_records);
    for (size_t i = 0; i < draft->count; i++) {
        entries[i].sid = draft->records[i].agent.sid;
        entries[i].record = (uint32_t)i;
    }
    qsort(entries, draft->count, sizeof *entries, compare_sids);
    mark_busy(draft, entries, busy);

    strbuf_addch(&sections->folded, '\n');
    strbuf_addch(&sections->strings, '\0');
    for (size_t i = 0; i < draft->fields.count; i++)
        sections->field_names[i] = add_string(&sections->strings, draft->fields.names[i]);
    for (size_t i = 0; i < draft->count; i++) {
        add_record(sections, &draft->records[i], busy[i]);
        strbuf_add(&sections->by_sid, &entries[i].record, sizeof entries[i].record);
    }
    rc = write_values(draft, sections);
    if (rc == ERR_OK) rc = write_index(draft, sections);
out:
    free(busy);
    free(entries);
    return rc;
}

/* A name counts once for each letter that it has. */
static void count_letters(const struct draft_record *record, struct directory_header *header)
{
    uint32_t *with_letter =
        header->with_letter[record->agent.available ? DIRECTORY_AVAILABLE : DIRECTORY_OTHERS];
    bool seen[DIRECTORY_LETTERS] = { false };
    for (const char *at = record->folded; *at != '\0'; at++) {
        unsigned char letter = (unsigned char)*at;
        if (letter >= DIRECTORY_LETTERS || seen[letter]) continue;
        seen[letter] = true;
        with_letter[letter]++;
    }
}

static void fill_header(const struct directory_draft *draft, const struct sections *sections,
                        struct directory_header *header)
{
    memcpy(header->magic, directory_image_magic, sizeof header->magic);
    header->version = DIRECTORY_IMAGE_VERSION;
    header->incomplete = draft->incomplete;
    header->created_s = draft->created_s;
    header->count = (uint32_t)draft->count;
    while (header->available_count < draft->count &&
           draft->records[header->available_count].agent.available) {
        header->available_count++;
    }
    for (size_t i = 0; i < draft->count; i++)
        count_letters(&draft->records[i], header);
    for (size_t i = 0; i < draft->holder_count; i++)
        header->holder_count += draft->holders[i].remember ? 1 : 0;
    header->field_count = (uint32_t)draft->fields.count;
    memcpy(header->field_names, sections->field_names, sizeof header->field_names);
    header->value_count = (uint32_t)(sections->values.values.len / sizeof(struct directory_value));
    header->value_lines_len = (uint32_t)sections->values.lines.len;
    header->folded_len = (uint32_t)sections->folded.len;
    header->strings_len = (uint32_t)sections->strings.len;
    header->gram_count = (uint32_t)(sections->grams.len / sizeof(struct directory_gram));
    header->posting_count = (uint32_t)(sections->postings.len / sizeof(uint16_t));
    header->size = sizeof *header + header->holder_count * sizeof(struct directory_holder) +
                   sections->records.len + sections->by_sid.len + sections->values.values.len +
                   sections->values.numbers.len + sections->grams.len + sections->postings.len +
                   sections->values.lines.len + sections->folded.len + sections->strings.len;
}

/* The header comes first in the image but holds sums over all of it: it is written over last. */
static enum err join_sections(const struct directory_draft *draft, const struct sections *sections,
                              struct directory_header *header, struct strbuf *image)
{
    strbuf_add(image, header, sizeof *header);
    for (size_t i = 0; i < draft->holder_count; i++) {
        if (draft->holders[i].remember)
            strbuf_add(image, &draft->holders[i].holder, sizeof draft->holders[i].holder);
    }
    size_t content = image->len;
    const struct strbuf *const parts[] = {
        &sections->records,        &sections->by_sid, &sections->values.values,
        &sections->values.numbers, &sections->grams,  &sections->postings,
        &sections->values.lines,   &sections->folded, &sections->strings,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        strbuf_add(image, parts[i]->buf, parts[i]->len);
    if (strbuf_failed(image)) return image->max < header->size ? ERR_TOO_LARGE : ERR_MEMORY;
    header->content_sum =
        directory_image_sum(header->available_count, image->buf + content, image->len - content);
    header->header_sum =
        directory_image_header_sum(header, (const void *)(image->buf + sizeof *header));
    memcpy(image->buf, header, sizeof *header);
    return ERR_OK;
}

static void sections_init(struct sections *sections)
{
    memset(sections->field_names, 0, sizeof sections->field_names);
    strbuf_init(&sections->records, DIRECTORY_IMAGE_MAX);
    strbuf_init(&sections->by_sid, DIRECTORY_IMAGE_MAX);
    directory_values_init(&sections->values);
    strbuf_init(&sections->grams, DIRECTORY_IMAGE_MAX);
    strbuf_init(&sections->postings, DIRECTORY_IMAGE_MAX);
    strbuf_init(&sections->folded, DIRECTORY_IMAGE_MAX);
    strbuf_init(&sections->strings, DIRECTORY_IMAGE_MAX);
}

static void sections_free(struct sections *sections)
{
    strbuf_free(&sections->strings);
    strbuf_free(&sections->folded);
    strbuf_free(&sections->postings);
    strbuf_free(&sections->grams);
    directory_values_free(&sections->values);
    strbuf_free(&sections->by_sid);
    strbuf_free(&sections->records);
}

static bool sections_failed(const struct sections *sections)
{
    return strbuf_failed(&sections->records) || strbuf_failed(&sections->by_sid) ||
           strbuf_failed(&sections->grams) || strbuf_failed(&sections->postings) ||
           strbuf_failed(&sections->folded) || strbuf_failed(&sections->strings) ||
           directory_values_failed(&sections->values);
}

enum err directory_draft_write(struct directory_draft *draft, const char *workspace_sid,
                               const char *user_attribute, struct strbuf *image)
{
    struct sections sections;
    sections_init(&sections);
    enum err rc = write_sections(draft, &sections);
    if (rc == ERR_OK && sections_failed(&sections)) rc = ERR_MEMORY;
    if (rc == ERR_OK) {
        struct directory_header header = { 0 };
        sid_copy(header.workspace_sid, workspace_sid);
        header.user_attribute = directory_image_sum(0, user_attribute, strlen(user_attribute));
        fill_header(draft, &sections, &header);
        rc = join_sections(draft, &sections, &header, image);
    }
    sections_free(&sections);
    return rc;
}
