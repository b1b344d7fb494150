/*
 * What a refresh asks, what becomes of the answers, and which process starts it when. TaskRouter
 * and the client are played here; the linker prefers these functions to the library's.
 */
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "directory/directory_fetch.h"
#include "directory/directory_fields.h"
#include "directory/directory_file.h"
#include "directory/directory_refresh.h"
#include "directory/directory_search.h"
#include "directory_fixture.h"
#include "twilio/taskrouter_task.h"
#include "twilio/taskrouter_worker.h"

enum { TASKS_MAX = 8 };

struct twilio_client {
    bool any;
};

/* What Twilio says, and how often it was asked. Only one test runs at a time. */
static struct {
    size_t worker_count;
    enum err workers_end; /* what comes after the last Worker */
    enum err tasks_rc;
    struct task_summary tasks[TASKS_MAX];
    enum err holders_rc[TASKS_MAX];
    size_t task_count;
    size_t holders_asked;
    atomic_size_t workers_asked;
    atomic_bool workers_wait; /* nothing comes while this is true */
} twilio;

static void pause_a_moment(void)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    nanosleep(&moment, NULL);
}

int64_t twilio_client_now_s(const struct twilio_client *client)
{
    (void)client;
    return 100000;
}

int64_t twilio_client_left_ms(const struct twilio_client *client)
{
    (void)client;
    return 3000;
}

struct twilio_client *twilio_client_new(const struct config *config,
                                        const struct deadline *deadline)
{
    (void)config;
    (void)deadline;
    struct twilio_client *client = calloc(1, sizeof *client);
    return client;
}

void twilio_client_free(struct twilio_client *client)
{
    free(client);
}

const char *worker_display_name(const struct worker *worker)
{
    return worker->full_name;
}

void task_summaries_free(struct task_summaries *tasks)
{
    free(tasks->list);
    *tasks = (struct task_summaries){ 0 };
}

enum err taskrouter_workers_each(struct twilio_client *client,
                                 enum err (*each)(void *context, const struct worker *worker),
                                 void *context)
{
    (void)client;
    twilio.workers_asked++;
    while (twilio.workers_wait)
        pause_a_moment();
    for (size_t i = 0; i < twilio.worker_count; i++) {
        struct worker worker = { .available = true };
        fixture_sid(worker.sid, "WK", i);
        snprintf(worker.full_name, sizeof worker.full_name, "Agent %03zu", i);
        snprintf(worker.friendly_name, sizeof worker.friendly_name, "agent-%zu", i);
        snprintf(worker.contact_uri, sizeof worker.contact_uri, "client:%zu", i);
        worker.attributes = cJSON_CreateObject();
        cJSON_AddStringToObject(worker.attributes, "email", worker.full_name);
        if (i != 1) cJSON_AddNumberToObject(worker.attributes, "floor", (double)i);
        enum err rc = each(context, &worker);
        cJSON_Delete(worker.attributes);
        if (rc != ERR_OK) return rc;
    }
    return twilio.workers_end;
}

enum err taskrouter_tasks_live(struct twilio_client *client, const char *workflow_sid,
                               struct task_summaries *tasks)
{
    (void)client;
    assert_null(workflow_sid);
    if (twilio.tasks_rc != ERR_OK) return twilio.tasks_rc;
    tasks->list = calloc(TASKS_MAX, sizeof *tasks->list);
    assert_non_null(tasks->list);
    memcpy(tasks->list, twilio.tasks, sizeof twilio.tasks);
    tasks->count = twilio.task_count;
    return ERR_OK;
}

/* Task number N is held by Worker number N. */
enum err taskrouter_task_worker(struct twilio_client *client, const char *task_sid,
                                char worker_sid[SID_SIZE])
{
    (void)client;
    twilio.holders_asked++;
    size_t number = strtoul(task_sid + 2, NULL, 16);
    if (twilio.holders_rc[number] != ERR_OK) return twilio.holders_rc[number];
    fixture_sid(worker_sid, "WK", number);
    return ERR_OK;
}

static char workflow[] = "WW00000000000000000000000000000001";

static void add_task(enum task_status status, bool voice, int64_t updated_s)
{
    struct task_summary *task = &twilio.tasks[twilio.task_count];
    *task = (struct task_summary){ .status = status, .voice = voice, .updated_s = updated_s };
    fixture_sid(task->sid, "WT", twilio.task_count);
    sid_copy(task->workflow_sid, workflow);
    twilio.task_count++;
}

struct fixture {
    char state_dir[64];
    struct config config;
    struct twilio_client client;
};

static char workspace[] = FIXTURE_WORKSPACE;
static char friendly_name[] = "friendly_name";

static int setup(void **state)
{
    char state_dir[] = "/tmp/dialpad-test-XXXXXX";
    if (mkdtemp(state_dir) == NULL) return -1;
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL) return -1;
    snprintf(fixture->state_dir, sizeof fixture->state_dir, "%s", state_dir);
    fixture->config.state_dir = fixture->state_dir;
    fixture->config.workspace_sid = workspace;
    fixture->config.workflow_sid = workflow;
    fixture->config.user_attribute = friendly_name;
    memset(&twilio, 0, sizeof twilio); /* no thread is left that could look */
    twilio.worker_count = TASKS_MAX;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    static const char *const kinds[] = { "snapshot", "lock" };
    struct fixture *fixture = *state;
    directory_refresh_stop();
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/directory-%s.%s", fixture->state_dir, FIXTURE_WORKSPACE,
                 kinds[i]);
        unlink(path);
    }
    int rc = rmdir(fixture->state_dir);
    free(fixture);
    return rc;
}

/* One letter for each agent, by number: b(usy), f(ree), u(nknown). */
static const char *busy_of(const struct directory *directory)
{
    static char text[DIRECTORY_LIMIT_MAX + 1];
    struct directory_result result;
    const struct directory_query query = { .limit = DIRECTORY_LIMIT_MAX };
    assert_int_equal(directory_search(directory, &query, &result), ERR_OK);
    for (size_t i = 0; i < result.count; i++)
        text[i] = "fbu"[result.agents[i].busy];
    text[result.count] = '\0';
    return text;
}

static bool last_attempt_failed(const struct fixture *fixture)
{
    struct directory_attempt attempt;
    directory_file_last_attempt(&fixture->config, &attempt);
    return attempt.failed;
}

/* What the background does: takes the lock and replaces the snapshot. */
static enum err refresh(struct fixture *fixture,
                        void (*on_wrapping)(void *context, const char *task_sid), void *context)
{
    int lock = -1;
    assert_int_equal(directory_file_lock(&fixture->config, &lock), ERR_OK);
    enum err rc =
        directory_fetch_into_file(&fixture->config, &fixture->client, lock, on_wrapping, context);
    close(lock);
    return rc;
}

static const char *refreshed_busy(struct fixture *fixture)
{
    struct directory *directory = NULL;
    assert_int_equal(refresh(fixture, NULL, NULL), ERR_OK);
    assert_int_equal(directory_file_open(&fixture->config, &directory), ERR_OK);
    const char *text = busy_of(directory);
    directory_close(directory);
    return text;
}

static void live_voice_tasks_make_busy(void **state)
{
    struct fixture *fixture = *state;
    add_task(TASK_PENDING, true, 1);
    add_task(TASK_RESERVED, true, 1);
    add_task(TASK_ASSIGNED, true, 1);
    add_task(TASK_WRAPPING, true, 1);
    add_task(TASK_ASSIGNED, false, 1); /* a chat */
    add_task(TASK_ASSIGNED, true, 1);
    twilio.holders_rc[5] = ERR_NOT_FOUND; /* ended meanwhile */
    assert_string_equal(refreshed_busy(fixture), "fbbbffff");
    assert_int_equal(twilio.holders_asked, 4);
    assert_false(last_attempt_failed(fixture));
}

static void only_what_is_new_is_asked_again(void **state)
{
    struct fixture *fixture = *state;
    add_task(TASK_RESERVED, true, 1);
    add_task(TASK_ASSIGNED, true, 1);
    add_task(TASK_WRAPPING, true, 1);
    assert_string_equal(refreshed_busy(fixture), "bbbfffff");
    assert_int_equal(twilio.holders_asked, 3);
    add_task(TASK_ASSIGNED, true, 1);
    twilio.tasks[2].updated_s = 2; /* may have been handed on */
    twilio.holders_asked = 0;
    assert_string_equal(refreshed_busy(fixture), "bbbbffff");
    assert_int_equal(twilio.holders_asked, 3); /* the offered, the changed, the new one */
    twilio.task_count = 0;
    assert_string_equal(refreshed_busy(fixture), "ffffffff");
}

static void without_the_tasks_busy_is_unknown_and_the_workers_count(void **state)
{
    struct fixture *fixture = *state;
    twilio.tasks_rc = ERR_UPSTREAM;
    assert_string_equal(refreshed_busy(fixture), "uuuuuuuu");
    twilio.tasks_rc = ERR_OK;
    add_task(TASK_ASSIGNED, true, 1);
    add_task(TASK_ASSIGNED, true, 1);
    twilio.holders_rc[1] = ERR_TIMEOUT;
    assert_string_equal(refreshed_busy(fixture), "uuuuuuuu");
    twilio.holders_rc[1] = ERR_OK;
    twilio.holders_asked = 0;
    assert_string_equal(refreshed_busy(fixture), "bbffffff");
    assert_int_equal(twilio.holders_asked, 1); /* the first one was remembered all the same */
}

static void on_wrapping(void *context, const char *task_sid)
{
    struct strbuf *seen = context;
    strbuf_addf(seen, "%c", task_sid[SID_LEN - 1]);
}

static void left_over_wrapping_tasks_are_reported(void **state)
{
    struct fixture *fixture = *state;
    struct strbuf seen;
    strbuf_init(&seen, 100);
    add_task(TASK_WRAPPING, true, 100000 - 16);
    add_task(TASK_WRAPPING, true, 100000 - 15);
    add_task(TASK_ASSIGNED, true, 100000 - 60);
    add_task(TASK_WRAPPING, true, 100000 - 60);
    twilio.tasks[3].workflow_sid[10] = 'f'; /* another Workflow's */
    assert_int_equal(refresh(fixture, on_wrapping, &seen), ERR_OK);
    assert_string_equal(seen.buf, "0");
    strbuf_free(&seen);
}

static void a_failed_refresh_leaves_the_snapshot(void **state)
{
    struct fixture *fixture = *state;
    struct directory *directory = NULL;
    assert_string_equal(refreshed_busy(fixture), "ffffffff");
    twilio.workers_end = ERR_UPSTREAM;
    twilio.worker_count = 3;
    assert_int_equal(refresh(fixture, NULL, NULL), ERR_UPSTREAM);
    assert_true(last_attempt_failed(fixture));
    assert_int_equal(directory_file_open(&fixture->config, &directory), ERR_OK);
    assert_string_equal(busy_of(directory), "ffffffff");
    directory_close(directory);
    twilio.workers_end = ERR_OK;
    assert_string_equal(refreshed_busy(fixture), "fff");
    assert_false(last_attempt_failed(fixture));
}

static void a_fetch_keeps_what_it_got(void **state)
{
    struct fixture *fixture = *state;
    struct directory *directory = NULL;
    twilio.worker_count = 2;
    twilio.workers_end = ERR_TIMEOUT;
    assert_int_equal(directory_fetch(&fixture->config, &fixture->client, NULL, &directory), ERR_OK);
    assert_true(directory_incomplete(directory));
    assert_string_equal(busy_of(directory), "ff");
    directory_close(directory);
    twilio.worker_count = 0;
    assert_int_equal(directory_fetch(&fixture->config, &fixture->client, NULL, &directory),
                     ERR_TIMEOUT);
}

static void the_user_is_looked_up_in_the_configured_attribute(void **state)
{
    struct fixture *fixture = *state;
    static char email[] = "email";
    struct directory_agent found[2];
    struct directory *directory = NULL;
    assert_int_equal(directory_fetch(&fixture->config, &fixture->client, NULL, &directory), ERR_OK);
    assert_int_equal(directory_search_users(directory, "agent-3", found), 1);
    assert_int_equal(directory_search_users(directory, "Agent 003", found), 0);
    directory_close(directory);
    fixture->config.user_attribute = email;
    assert_int_equal(directory_fetch(&fixture->config, &fixture->client, NULL, &directory), ERR_OK);
    assert_int_equal(directory_search_users(directory, "agent-3", found), 0);
    assert_int_equal(directory_search_users(directory, "Agent 003", found), 1);
    directory_close(directory);
}

static void the_configured_fields_are_read(void **state)
{
    struct fixture *fixture = *state;
    static char fields[] = "floor,email";
    struct directory *directory = NULL;
    twilio.worker_count = 3;
    fixture->config.list_fields = fields;
    assert_int_equal(directory_fetch(&fixture->config, &fixture->client, NULL, &directory), ERR_OK);
    assert_string_equal(directory_fields_value(directory, 0, 0), "0");
    assert_string_equal(directory_fields_value(directory, 1, 0), "");
    assert_string_equal(directory_fields_value(directory, 2, 0), "2");
    assert_string_equal(directory_fields_value(directory, 2, 1), "Agent 002");
    directory_close(directory);
}

static enum err view(struct fixture *fixture, bool fastcgi, struct directory_view *seen)
{
    const struct directory_refresh_options options = {
        .config = &fixture->config,
        .client = &fixture->client,
        .fastcgi = fastcgi,
        .may_fetch = true,
    };
    return directory_refresh_view(&options, seen);
}

/* How many agents a request sees; they are expected to be fresh or stale. */
static size_t view_count(struct fixture *fixture, bool fastcgi, bool stale)
{
    struct directory_view seen = { 0 };
    assert_int_equal(view(fixture, fastcgi, &seen), ERR_OK);
    assert_int_equal(seen.stale, stale);
    size_t count = strlen(busy_of(seen.directory));
    directory_close(seen.directory);
    return count;
}

/* The background is given ten seconds; it needs milliseconds. */
static bool comes_to_see(struct fixture *fixture, bool fastcgi, size_t count)
{
    for (int i = 0; i < 10000; i++) {
        struct directory_view seen = { 0 };
        assert_int_equal(view(fixture, fastcgi, &seen), ERR_OK);
        bool arrived = strlen(busy_of(seen.directory)) == count && !seen.stale;
        directory_close(seen.directory);
        if (arrived) return true;
        pause_a_moment();
    }
    return false;
}

/* Puts a snapshot of this age and size where all processes find it. */
static void put_snapshot(struct fixture *fixture, int64_t age_s, size_t count)
{
    struct strbuf image;
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.created_s = clock_wall_s() - age_s;
    for (size_t i = 0; i < count; i++)
        fixture_add(&draft, i, "Old", true);
    fixture_image(&draft, &image);
    assert_int_equal(directory_file_replace(&fixture->config, image.buf, image.len), ERR_OK);
    strbuf_free(&image);
}

static char nowhere[] = "/proc/self/none/such";

static void the_first_request_fetches_and_stores(void **state)
{
    struct fixture *fixture = *state;
    for (int fastcgi = 0; fastcgi <= 1; fastcgi++) {
        twilio.workers_asked = 0;
        assert_int_equal(view_count(fixture, fastcgi != 0, false), TASKS_MAX);
        assert_int_equal(view_count(fixture, fastcgi != 0, false), TASKS_MAX);
        assert_int_equal(twilio.workers_asked, fastcgi ? 0 : 1); /* the first one stored it */
        directory_refresh_stop();
    }
}

static void who_may_not_fetch_is_told_so_and_the_background_does(void **state)
{
    struct fixture *fixture = *state;
    struct directory_view seen;
    const struct directory_refresh_options options = {
        .config = &fixture->config,
        .client = &fixture->client,
        .fastcgi = true,
    };
    assert_int_equal(directory_refresh_view(&options, &seen), ERR_NOT_FOUND);
    directory_refresh_stop(); /* waits for the background */
    assert_int_equal(directory_refresh_view(&options, &seen), ERR_OK);
    directory_close(seen.directory);
}

static void an_old_snapshot_is_answered_from_and_replaced(void **state)
{
    struct fixture *fixture = *state;
    for (int fastcgi = 0; fastcgi <= 1; fastcgi++) {
        put_snapshot(fixture, DIRECTORY_REFRESH_S + 1, 3);
        assert_int_equal(view_count(fixture, fastcgi != 0, false), 3);
        assert_true(comes_to_see(fixture, fastcgi != 0, TASKS_MAX));
        directory_refresh_stop();
        put_snapshot(fixture, DIRECTORY_STALE_S + 1, 3);
        assert_int_equal(view_count(fixture, fastcgi != 0, true), 3);
        assert_true(comes_to_see(fixture, fastcgi != 0, TASKS_MAX));
        directory_refresh_stop();
    }
}

static void a_fresh_snapshot_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    put_snapshot(fixture, DIRECTORY_REFRESH_S - 2, 3);
    assert_int_equal(view_count(fixture, true, false), 3);
    directory_refresh_stop();
    assert_int_equal(twilio.workers_asked, 0);
}

static void while_twilio_is_down_the_old_answers_go_on(void **state)
{
    struct fixture *fixture = *state;
    put_snapshot(fixture, DIRECTORY_REFRESH_S + 1, 3);
    twilio.workers_end = ERR_UPSTREAM;
    assert_int_equal(view_count(fixture, true, false), 3);
    directory_refresh_stop();
    assert_int_equal(twilio.workers_asked, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(view_count(fixture, true, true), 3);
    directory_refresh_stop();
    assert_int_equal(twilio.workers_asked, 1); /* not again so soon */
}

static void without_a_snapshot_the_failure_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct directory_view seen;
    twilio.worker_count = 0;
    twilio.workers_end = ERR_UPSTREAM;
    assert_int_equal(view(fixture, true, &seen), ERR_UPSTREAM);
    assert_true(last_attempt_failed(fixture));
    fixture->config.state_dir = nowhere;
    assert_int_equal(view(fixture, true, &seen), ERR_UPSTREAM);
    assert_int_equal(view(fixture, false, &seen), ERR_UPSTREAM);
    fixture->config.state_dir = fixture->state_dir;
}

static void what_three_seconds_brought_is_answered_and_completed_later(void **state)
{
    struct fixture *fixture = *state;
    twilio.worker_count = 2;
    twilio.workers_end = ERR_TIMEOUT;
    twilio.workers_wait = false;
    assert_int_equal(view_count(fixture, true, true), 2);
    directory_refresh_stop(); /* the background has failed as well and forgot the part */
    twilio.worker_count = TASKS_MAX;
    twilio.workers_end = ERR_OK;
    assert_true(comes_to_see(fixture, true, TASKS_MAX));
}

static void without_a_state_directory_memory_must_do(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.state_dir = nowhere;
    assert_int_equal(view_count(fixture, true, false), TASKS_MAX);
    assert_int_equal(view_count(fixture, true, false), TASKS_MAX);
    assert_int_equal(twilio.workers_asked, 1);
    assert_int_equal(view_count(fixture, false, false), TASKS_MAX);
    directory_refresh_stop();
    fixture->config.state_dir = fixture->state_dir;
}

struct asker {
    pthread_t thread;
    struct fixture *fixture;
    size_t count;
};

static void *ask(void *argument)
{
    struct asker *asker = argument;
    struct directory_view seen = { 0 };
    if (view(asker->fixture, true, &seen) != ERR_OK) return NULL;
    asker->count =
        directory_search_users(seen.directory, "agent-1", (struct directory_agent[2]){ 0 });
    directory_close(seen.directory);
    return NULL;
}

static void many_first_requests_at_once_fetch_once(void **state)
{
    struct fixture *fixture = *state;
    struct asker askers[8];
    for (int writable = 0; writable <= 1; writable++) {
        fixture->config.state_dir = writable ? fixture->state_dir : nowhere;
        twilio.workers_asked = 0;
        twilio.workers_wait = true;
        for (size_t i = 0; i < COUNT(askers); i++) {
            askers[i] = (struct asker){ .fixture = fixture };
            assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
        }
        while (twilio.workers_asked == 0)
            pause_a_moment();
        twilio.workers_wait = false;
        for (size_t i = 0; i < COUNT(askers); i++) {
            pthread_join(askers[i].thread, NULL);
            assert_int_equal(askers[i].count, 1);
        }
        assert_int_equal(twilio.workers_asked, 1);
        directory_refresh_stop();
    }
    fixture->config.state_dir = fixture->state_dir;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(live_voice_tasks_make_busy),
        TEST(only_what_is_new_is_asked_again),
        TEST(without_the_tasks_busy_is_unknown_and_the_workers_count),
        TEST(left_over_wrapping_tasks_are_reported),
        TEST(a_failed_refresh_leaves_the_snapshot),
        TEST(a_fetch_keeps_what_it_got),
        TEST(the_configured_fields_are_read),
        TEST(the_user_is_looked_up_in_the_configured_attribute),
        TEST(the_first_request_fetches_and_stores),
        TEST(who_may_not_fetch_is_told_so_and_the_background_does),
        TEST(an_old_snapshot_is_answered_from_and_replaced),
        TEST(a_fresh_snapshot_is_left_alone),
        TEST(while_twilio_is_down_the_old_answers_go_on),
        TEST(without_a_snapshot_the_failure_is_told),
        TEST(what_three_seconds_brought_is_answered_and_completed_later),
        TEST(without_a_state_directory_memory_must_do),
        TEST(many_first_requests_at_once_fetch_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
