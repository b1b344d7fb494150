#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "directory/directory_file.h"
#include "directory/directory_search.h"
#include "directory_fixture.h"

struct fixture {
    char state_dir[64];
    char snapshot[128];
    char lock[128];
    struct config config;
    struct strbuf image; /* two agents, Ana and Bob */
};

static char workspace[] = FIXTURE_WORKSPACE;
static char user_attribute[] = "friendly_name";
static char list_fields[] = "team, place";

static void two_agents(struct strbuf *image, const char *first, const char *second)
{
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.created_s = 1000;
    assert_true(list_fields_read(&draft.fields, list_fields));
    fixture_add_with(&draft, 1, first, true, (const char *const[]){ "Sales", "Berlin" });
    fixture_add_with(&draft, 2, second, false, (const char *const[]){ "", "Berlin" });
    assert_int_equal(directory_draft_hold(&draft, "WT00000000000000000000000000000001",
                                          "WK00000000000000000000000000000001", 7, true),
                     ERR_OK);
    fixture_image(&draft, image);
}

static int setup(void **state)
{
    char state_dir[] = "/tmp/dialpad-test-XXXXXX";
    if (mkdtemp(state_dir) == NULL) return -1;
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL) return -1;
    snprintf(fixture->state_dir, sizeof fixture->state_dir, "%s", state_dir);
    snprintf(fixture->snapshot, sizeof fixture->snapshot, "%s/directory-%s.snapshot",
             fixture->state_dir, FIXTURE_WORKSPACE);
    snprintf(fixture->lock, sizeof fixture->lock, "%s/directory-%s.lock", fixture->state_dir,
             FIXTURE_WORKSPACE);
    fixture->config.state_dir = fixture->state_dir;
    fixture->config.workspace_sid = workspace;
    fixture->config.user_attribute = user_attribute;
    fixture->config.list_fields = list_fields;
    two_agents(&fixture->image, "Ana", "Bob");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    strbuf_free(&fixture->image);
    unlink(fixture->snapshot);
    unlink(fixture->lock);
    int rc = rmdir(fixture->state_dir); /* fails if anything else was left behind */
    if (rc != 0 && errno == ENOENT) rc = 0;
    free(fixture);
    return rc;
}

static void replace(const struct fixture *fixture, const struct strbuf *image)
{
    assert_int_equal(directory_file_replace(&fixture->config, image->buf, image->len), ERR_OK);
}

/* Writes a snapshot behind the module's back. */
static void put(const struct fixture *fixture, const void *data, size_t size)
{
    unlink(fixture->snapshot);
    int fd = open(fixture->snapshot, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    close(fd);
}

static bool opens(const struct fixture *fixture)
{
    struct directory *directory = NULL;
    enum err rc = directory_file_open(&fixture->config, &directory);
    if (rc != ERR_OK) {
        assert_int_equal(rc, ERR_NOT_FOUND);
        assert_null(directory);
    }
    directory_close(directory);
    return rc == ERR_OK;
}

static bool last_attempt_failed(const struct fixture *fixture)
{
    struct directory_attempt attempt;
    directory_file_last_attempt(&fixture->config, &attempt);
    return attempt.failed;
}

static const char *first_name(const struct directory *directory)
{
    static struct directory_result result;
    const struct directory_query query = { .limit = 1, .include_offline = true };
    assert_int_equal(directory_search(directory, &query, &result), ERR_OK);
    return result.count > 0 ? result.agents[0].name : "";
}

static void what_was_written_is_read(void **state)
{
    const struct fixture *fixture = *state;
    struct directory *directory = NULL;
    struct stat status;
    assert_false(opens(fixture));
    replace(fixture, &fixture->image);
    assert_int_equal(directory_file_open(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Ana");
    assert_int_equal(directory->header->count, 2);
    assert_int_equal(directory->header->available_count, 1);
    assert_int_equal(directory->header->holder_count, 1);
    assert_int_equal(directory->holders[0].updated_s, 7);
    assert_int_equal(directory_age_s(directory, 1010), 10);
    assert_int_equal(directory_age_s(directory, 999), INT64_MAX);
    assert_false(directory_incomplete(directory));
    assert_int_equal(stat(fixture->snapshot, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    directory_close(directory);
}

static void any_damaged_byte_is_noticed(void **state)
{
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < fixture->image.len; i++) {
        fixture->image.buf[i] ^= 0x10;
        put(fixture, fixture->image.buf, fixture->image.len);
        assert_row(i, !opens(fixture));
        fixture->image.buf[i] ^= 0x10;
    }
    put(fixture, fixture->image.buf, fixture->image.len);
    assert_true(opens(fixture));
}

static void any_truncation_is_noticed(void **state)
{
    const struct fixture *fixture = *state;
    for (size_t len = 0; len < fixture->image.len; len++) {
        put(fixture, fixture->image.buf, len);
        assert_row(len, !opens(fixture));
    }
    char *longer = calloc(1, fixture->image.len + 1);
    assert_non_null(longer);
    memcpy(longer, fixture->image.buf, fixture->image.len);
    put(fixture, longer, fixture->image.len + 1);
    assert_false(opens(fixture));
    free(longer);
}

/* Gives a changed image the sums that it would have if it had been written that way. */
static void sum_again(struct strbuf *image)
{
    struct directory_header *header = (void *)image->buf;
    const struct directory_holder *holders = (const void *)(header + 1);
    size_t content = sizeof *header + header->holder_count * sizeof *holders;
    header->content_sum =
        directory_image_sum(header->available_count, image->buf + content, image->len - content);
    header->header_sum = directory_image_header_sum(header, holders);
}

static struct directory_record *record_of(struct strbuf *image, size_t i)
{
    struct directory_header *header = (void *)image->buf;
    struct directory_holder *holders = (void *)(header + 1);
    return (struct directory_record *)(void *)(holders + header->holder_count) + i;
}

static void no_offset_leads_out_of_the_image(void **state)
{
    struct fixture *fixture = *state;
    struct directory_header *header = (void *)fixture->image.buf;
    struct directory_record *record = record_of(&fixture->image, 0);
    struct directory_record *last = record_of(&fixture->image, 1);
    uint32_t *by_sid = (uint32_t *)(last + 1);
    struct directory_value *values = (void *)(by_sid + header->count);
    uint32_t *numbers = (uint32_t *)(values + header->value_count);
    struct directory_gram *grams = (void *)(numbers + header->count * header->field_count);
    uint32_t *const offsets[] = {
        &record->folded,
        &last->folded,
        &record->name,
        &record->contact_uri,
        &record->user,
        &record->activity,
        &record->busy,
        &by_sid[1],
        &values[0].text,
        &values[0].folded,
        &values[1].folded,
        &numbers[0],
        &numbers[3],
        &grams[0].first,
        &grams[header->gram_count - 1].first,
        &header->gram_count,
        &header->posting_count,
        &header->count,
        &header->holder_count,
        &header->available_count,
        &header->value_count,
        &header->value_lines_len,
        &header->field_count,
        &header->field_names[1],
        &header->folded_len,
        &header->strings_len,
    };
    static const uint32_t wrong[] = { 0x7fffffff, 0xffffffff, 0x10000 };
    for (size_t i = 0; i < COUNT(offsets); i++) {
        for (size_t k = 0; k < COUNT(wrong); k++) {
            struct directory *directory = NULL;
            uint32_t right = *offsets[i];
            *offsets[i] = wrong[k];
            if (offsets[i] != &header->count && offsets[i] != &header->holder_count)
                sum_again(&fixture->image);
            assert_row(i, directory_image_open(fixture->image.buf, fixture->image.len, false,
                                               &directory) == ERR_INPUT);
            *offsets[i] = right;
        }
    }
    record->sid[SID_LEN] = 'x';
    sum_again(&fixture->image);
    put(fixture, fixture->image.buf, fixture->image.len);
    assert_false(opens(fixture));
    record->sid[SID_LEN] = '\0';
    sum_again(&fixture->image);
    put(fixture, fixture->image.buf, fixture->image.len);
    assert_true(opens(fixture));
}

static void other_peoples_snapshots_are_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct directory_header *header = (void *)fixture->image.buf;
    char other_attribute[] = "email";

    header->version++;
    sum_again(&fixture->image);
    put(fixture, fixture->image.buf, fixture->image.len);
    assert_false(opens(fixture));
    header->version--;

    header->workspace_sid[10] = 'f';
    sum_again(&fixture->image);
    put(fixture, fixture->image.buf, fixture->image.len);
    assert_false(opens(fixture));
    header->workspace_sid[10] = '0';
    sum_again(&fixture->image);
    put(fixture, fixture->image.buf, fixture->image.len);

    assert_true(opens(fixture));
    fixture->config.user_attribute = other_attribute;
    assert_false(opens(fixture));
    fixture->config.user_attribute = user_attribute;

    static char fewer[] = "team";
    static char more[] = "team place skills";
    static char moved[] = "place team";
    char *const other_fields[] = { NULL, fewer, more, moved };
    for (size_t i = 0; i < COUNT(other_fields); i++) {
        fixture->config.list_fields = other_fields[i];
        assert_row(i, !opens(fixture));
    }
    fixture->config.list_fields = list_fields;
    assert_true(opens(fixture));

    assert_int_equal(chmod(fixture->snapshot, 0602), 0); /* any user could have written it */
    assert_false(opens(fixture));
    assert_int_equal(unlink(fixture->snapshot), 0);
    assert_int_equal(symlink("/dev/zero", fixture->snapshot), 0);
    assert_false(opens(fixture));
    assert_int_equal(unlink(fixture->snapshot), 0);
    assert_int_equal(mkdir(fixture->snapshot, 0700), 0);
    assert_false(opens(fixture));
    assert_int_equal(rmdir(fixture->snapshot), 0);
}

static void a_replaced_snapshot_is_noticed_and_the_old_one_stays_readable(void **state)
{
    const struct fixture *fixture = *state;
    struct directory *directory = NULL;
    struct strbuf newer;
    two_agents(&newer, "Carol", "Dave");
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_NOT_FOUND);
    assert_null(directory);
    replace(fixture, &fixture->image);
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    struct directory *first = directory_share(directory);
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_ptr_equal(directory, first);

    replace(fixture, &newer);
    assert_string_equal(first_name(directory), "Ana");
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Carol");
    assert_string_equal(first_name(first), "Ana"); /* still in use */
    directory_close(first);

    put(fixture, "rubbish", 7);
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Carol");
    unlink(fixture->snapshot);
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Carol");
    directory_close(directory);
    strbuf_free(&newer);
}

static void an_older_snapshot_does_not_come_back(void **state)
{
    struct fixture *fixture = *state;
    struct directory_header *header = (void *)fixture->image.buf;
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.created_s = 2000;
    fixture_add(&draft, 1, "Fetched", true);
    struct directory *directory = fixture_open(&draft);
    struct directory *fetched = directory;
    replace(fixture, &fixture->image); /* of 1000 */
    for (int round = 0; round < 2; round++) {
        assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
        assert_ptr_equal(directory, fetched);
    }
    header->created_s = 2001;
    sum_again(&fixture->image);
    replace(fixture, &fixture->image);
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Ana");
    directory_close(directory);
}

static void one_from_the_future_gives_way(void **state)
{
    const struct fixture *fixture = *state;
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.created_s = clock_wall_s() + 3600; /* the clock has been set back since */
    fixture_add(&draft, 1, "Fetched", true);
    struct directory *directory = fixture_open(&draft);
    replace(fixture, &fixture->image);
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Ana");
    directory_close(directory);
}

static void what_happens_to_the_file_happens_to_nobody_who_reads_it(void **state)
{
    const struct fixture *fixture = *state;
    struct directory *directory = NULL;
    replace(fixture, &fixture->image);
    assert_int_equal(directory_file_open(&fixture->config, &directory), ERR_OK);
    char *rubbish = malloc(fixture->image.len);
    assert_non_null(rubbish);
    memset(rubbish, 0xff, fixture->image.len);
    int fd = open(fixture->snapshot, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, rubbish, fixture->image.len), fixture->image.len);
    assert_string_equal(first_name(directory), "Ana");
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_string_equal(first_name(directory), "Ana");
    assert_int_equal(directory_file_reopen(&fixture->config, &directory), ERR_OK);
    assert_string_equal(first_name(directory), "Ana");
    close(fd);
    free(rubbish);
    directory_close(directory);
}

static void one_at_a_time_holds_the_lock(void **state)
{
    const struct fixture *fixture = *state;
    struct directory_attempt attempt;
    int first = -1;
    int second = -1;
    directory_file_last_attempt(&fixture->config, &attempt);
    assert_int_equal(attempt.ended_s, 0);
    assert_false(last_attempt_failed(fixture));

    assert_int_equal(directory_file_lock(&fixture->config, &first), ERR_OK);
    assert_int_equal(directory_file_lock(&fixture->config, &second), ERR_CONFLICT);
    assert_int_equal(second, -1);
    directory_file_note_attempt(first, true);
    assert_true(last_attempt_failed(fixture));
    directory_file_last_attempt(&fixture->config, &attempt);
    assert_true(attempt.ended_s > 0);
    directory_file_note_attempt(first, false);
    assert_false(last_attempt_failed(fixture));

    close(first);
    assert_int_equal(directory_file_lock(&fixture->config, &second), ERR_OK);
    close(second);
}

static void a_state_directory_that_was_removed_is_made_again(void **state)
{
    const struct fixture *fixture = *state;
    int lock = -1;
    assert_int_equal(rmdir(fixture->state_dir), 0);
    assert_int_equal(directory_file_lock(&fixture->config, &lock), ERR_OK);
    replace(fixture, &fixture->image);
    assert_true(opens(fixture));
    close(lock);
}

static void a_state_directory_that_cannot_be_written_is_no_disaster(void **state)
{
    struct fixture *fixture = *state;
    static char nowhere[] = "/proc/self/none/such";
    int lock = -1;
    fixture->config.state_dir = nowhere;
    assert_int_equal(directory_file_lock(&fixture->config, &lock), ERR_FORBIDDEN);
    assert_int_equal(lock, -1);
    assert_int_equal(
        directory_file_replace(&fixture->config, fixture->image.buf, fixture->image.len),
        ERR_FORBIDDEN);
    assert_false(opens(fixture));
    assert_false(last_attempt_failed(fixture));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(any_damaged_byte_is_noticed),
        TEST(any_truncation_is_noticed),
        TEST(no_offset_leads_out_of_the_image),
        TEST(other_peoples_snapshots_are_left_alone),
        TEST(a_replaced_snapshot_is_noticed_and_the_old_one_stays_readable),
        TEST(an_older_snapshot_does_not_come_back),
        TEST(one_from_the_future_gives_way),
        TEST(what_happens_to_the_file_happens_to_nobody_who_reads_it),
        TEST(one_at_a_time_holds_the_lock),
        TEST(a_state_directory_that_was_removed_is_made_again),
        TEST(a_state_directory_that_cannot_be_written_is_no_disaster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
