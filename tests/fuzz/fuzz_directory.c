/*
 * The snapshot file of the directory, and a search in it. An image that doesn't hold is refused;
 * one that is opened leads no search astray. The checksums guard against damage alone, so they are
 * put right first, as somebody who means harm would do.
 */
#include "fuzz.h"

#include "directory/directory_fields.h"
#include "directory/directory_image.h"
#include "directory/directory_search.h"

/* Rubbish would otherwise end at the first comparison. */
static void mend(unsigned char *image, size_t size)
{
    struct directory_header header;
    memcpy(&header, image, sizeof header);
    memcpy(header.magic, directory_image_magic, sizeof header.magic);
    header.version = DIRECTORY_IMAGE_VERSION;
    header.size = size;
    uint64_t records =
        sizeof header + header.holder_count * (uint64_t)sizeof(struct directory_holder);
    if (records <= size) {
        header.content_sum =
            directory_image_sum(header.available_count, image + records, size - records);
        header.header_sum =
            directory_image_header_sum(&header, (const void *)(image + sizeof header));
    }
    memcpy(image, &header, sizeof header);
}

static size_t fields_len(const struct directory *directory, size_t record)
{
    size_t len = 0;
    const char *names[LIST_FIELDS_MAX];
    const size_t count = directory_fields_names(directory, names);
    MUST(count <= LIST_FIELDS_MAX);
    for (size_t i = 0; i < count; i++)
        len += strlen(names[i]) + strlen(directory_fields_value(directory, record, i));
    return len;
}

static void use(const struct directory *directory, const char *text)
{
    char etag[DIRECTORY_ETAG_SIZE];
    static struct directory_result result;
    struct directory_query query = { .text = text, .without_sid = "", .limit = 1 };
    for (int i = 0; i < 2; i++) {
        query.include_offline = i == 1;
        query.limit = i == 0 ? 1 : DIRECTORY_LIMIT_MAX;
        query.offset = i == 0 ? 0 : strlen(text);
        if (directory_search(directory, &query, &result) != ERR_OK) continue;
        MUST(result.count <= query.limit && result.count <= result.total);
        for (size_t k = 0; k < result.count; k++) {
            query.without_sid = result.agents[k].sid;
            MUST(strlen(result.agents[k].sid) <= SID_LEN);
            MUST(strlen(result.agents[k].name) + strlen(result.agents[k].contact_uri) +
                     strlen(result.agents[k].activity) <=
                 3 * directory->size);
            MUST(fields_len(directory, result.agents[k].record) <=
                 2 * LIST_FIELDS_MAX * directory->size);
        }
    }
    directory_query_etag(directory, &query, false, etag);
    MUST(strlen(etag) == DIRECTORY_ETAG_SIZE - 1);
    struct directory_agent agents[2];
    size_t of = 0;
    const struct config config = { .identity = CONFIG_IDENTITY_FRIENDLY_NAME };
    MUST(directory_search_entitled(directory, &config, text, agents) <=
         directory_search_owners(directory, &config, text, agents));
    MUST(directory_search_fitting(directory, &config, &of) <= of);
    (void)directory_search_users(directory, text, agents);
    (void)directory_image_find(directory, text);
    (void)directory_age_s(directory, 1700000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct directory *directory = NULL;
    char *text = fuzz_line(&data, &size);
    unsigned char *image = malloc(size + 1);
    MUST(image != NULL);
    if (size > 0) memcpy(image, data, size);
    if (size >= sizeof(struct directory_header)) mend(image, size);
    enum err rc = directory_image_open(image, size, false, &directory);
    MUST(rc == ERR_OK || rc == ERR_INPUT);
    if (rc == ERR_OK) {
        use(directory, text);
        directory_close(directory);
    } else {
        free(image);
    }
    free(text);
    return 0;
}
