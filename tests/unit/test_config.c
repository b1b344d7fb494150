#include "unit.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config_load.h"

#define DIGITS "0123456789abcdef0123456789abcdef"
#define TOKEN  "5ecret0auth0token"

/* A complete file; tests add lines to it. */
static const char complete[] = "TWILIO_ACCOUNT_SID=AC" DIGITS "\n"
                               "TWILIO_AUTH_TOKEN=" TOKEN "\n"
                               "TWILIO_API_KEY=SK" DIGITS "\n"
                               "TWILIO_API_SECRET=5ecret0api\n"
                               "TWILIO_FLEX_WORKSPACE_SID=WS" DIGITS "\n"
                               "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID=WW" DIGITS "\n"
                               "DIALPAD_PUBLIC_URL=https://calls.example.com/cgi-bin\n";

enum { COMPLETE_LINES = 7 };

/* The environment of a test: names and values by turns, ended by NULL. */
static const char *const *environment;

static const char *test_env(const char *name)
{
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i += 2)
        if (strcmp(environment[i], name) == 0) return environment[i + 1];
    return NULL;
}

static char path[64];
static char error[CONFIG_ERROR_SIZE];

static void write_file(const char *text, size_t len, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static enum err load_with(const char *more, struct config *config)
{
    char text[8192];
    int len = snprintf(text, sizeof text, "%s%s", complete, more);
    assert_in_range(len, 1, sizeof text - 1);
    write_file(text, (size_t)len, 0640);
    return config_load_from(path, test_env, config, error);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/dialpad-test-config-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0) return -1;
    return close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static int no_environment(void **state)
{
    (void)state;
    environment = NULL;
    error[0] = '\0';
    return 0;
}

static void defaults_fill_what_is_optional(void **state)
{
    (void)state;
    struct config config = { .threads = 0 };
    assert_int_equal(load_with("", &config), ERR_OK);
    assert_string_equal(config.account_sid, "AC" DIGITS);
    assert_string_equal(config.auth_token, TOKEN);
    assert_string_equal(config.api_key, "SK" DIGITS);
    assert_string_equal(config.api_secret, "5ecret0api");
    assert_string_equal(config.workspace_sid, "WS" DIGITS);
    assert_string_equal(config.workflow_sid, "WW" DIGITS);
    assert_string_equal(config.public_url, "https://calls.example.com/cgi-bin");
    assert_string_equal(config.user_attribute, "friendly_name");
    assert_int_equal(config.state_dir[0], '/');
    assert_int_equal(config.ring_seconds, 30);
    assert_int_equal(config.grace_seconds, 20);
    assert_int_equal(config.threads, 8);
    assert_int_equal(config.identity, CONFIG_IDENTITY_FRIENDLY_NAME);
    assert_int_equal(config.pass, CONFIG_PASS_ENFORCE);
    assert_int_equal(config.routing, CONFIG_ROUTING_DIRECT);
    assert_null(config.auth_token_secondary);
    assert_null(config.secret);
    assert_null(config.secret_previous);
    assert_null(config.users_path);
    assert_null(config.users);
    assert_null(config.region);
    assert_null(config.edge);
    assert_null(config.caller_id);
    assert_null(config.embed_origins);
    assert_null(config.flex_origins);
    assert_null(config.dnd_activities);
    assert_null(config.list_fields);
    assert_null(config.proxy);
    assert_null(config.api_base_url);
    assert_null(config.event_bridge_url);
    assert_null(config.voice_signaling_host);
    assert_null(config.ca_path);
    config_free(&config);
    assert_null(config.auth_token);
    config_free(&config);
}

static void every_optional_key_is_read(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(load_with("\n# a comment = with an equals sign\n   \n"
                               "  TWILIO_AUTH_TOKEN_SECONDARY \t=\t second \r\n"
                               "TWILIO_REGION=\"ie1\"\nTWILIO_EDGE=dublin\n"
                               "TWILIO_CALLER_ID=+15551234567\nDIALPAD_RING_SECONDS=5\n"
                               "DIALPAD_GRACE_SECONDS=0\nDIALPAD_STATE_DIR=/tmp/a b\n"
                               "DIALPAD_THREADS=64\nDIALPAD_USER_ATTRIBUTE=email\n"
                               "DIALPAD_EMBED_ORIGINS=\"https://a.example https://b.example:443\"\n"
                               "DIALPAD_FLEX_ORIGINS=https://FLEX.twilio.com\n"
                               "DIALPAD_DND_ACTIVITIES=Do not disturb, Ger\xc3\xa4usch\n"
                               "DIALPAD_LIST_FIELDS=team_name, routing.skills\n"
                               "DIALPAD_SECRET=0123456789abcdef0123456789abcdef\n"
                               "DIALPAD_SECRET_PREVIOUS=fedcba9876543210fedcba9876543210\n"
                               "DIALPAD_IDENTITY=contact_uri\nDIALPAD_PASS=log\n"
                               "DIALPAD_ROUTING=filter\n"
                               "DIALPAD_PROXY=http://u:p=w@proxy:3128\n"
                               "DIALPAD_API_BASE_URL=http://localhost:8080/twilio//\n"
                               "DIALPAD_EVENT_BRIDGE_URL=https://localhost:8443/v1/wschannels\n"
                               "DIALPAD_VOICE_SIGNALING_HOST=localhost:8443",
                               &config),
                     ERR_OK);
    assert_string_equal(config.auth_token_secondary, "second");
    assert_string_equal(config.region, "ie1");
    assert_string_equal(config.edge, "dublin");
    assert_string_equal(config.caller_id, "+15551234567");
    assert_int_equal(config.ring_seconds, 5);
    assert_int_equal(config.grace_seconds, 0);
    assert_string_equal(config.state_dir, "/tmp/a b");
    assert_int_equal(config.threads, 64);
    assert_string_equal(config.user_attribute, "email");
    assert_string_equal(config.embed_origins, "https://a.example https://b.example");
    assert_string_equal(config.flex_origins, "https://flex.twilio.com");
    assert_string_equal(config.dnd_activities, "Do not disturb, Ger\xc3\xa4usch");
    assert_string_equal(config.list_fields, "team_name, routing.skills");
    assert_string_equal(config.secret, "0123456789abcdef0123456789abcdef");
    assert_string_equal(config.secret_previous, "fedcba9876543210fedcba9876543210");
    assert_int_equal(config.identity, CONFIG_IDENTITY_CONTACT_URI);
    assert_int_equal(config.pass, CONFIG_PASS_LOG);
    assert_int_equal(config.routing, CONFIG_ROUTING_FILTER);
    assert_string_equal(config.proxy, "http://u:p=w@proxy:3128");
    assert_string_equal(config.api_base_url, "http://localhost:8080/twilio");
    assert_string_equal(config.event_bridge_url, "https://localhost:8443/v1/wschannels");
    assert_string_equal(config.voice_signaling_host, "localhost:8443");
    config_free(&config);
}

static void the_environment_wins_and_can_take_away(void **state)
{
    (void)state;
    static const char *const env[] = { "DIALPAD_PUBLIC_URL",
                                       "https://other.example/",
                                       "DIALPAD_RING_SECONDS",
                                       "",
                                       "TWILIO_REGION",
                                       "",
                                       "DIALPAD_THREADS",
                                       "1",
                                       "SSL_CERT_DIR",
                                       "/etc/ssl/certs",
                                       "DIALPAD_UNKNOWN",
                                       "ignored",
                                       NULL };
    struct config config;
    environment = env;
    assert_int_equal(load_with("DIALPAD_RING_SECONDS=99\nTWILIO_REGION=ie1\n", &config), ERR_OK);
    assert_string_equal(config.public_url, "https://other.example");
    assert_int_equal(config.ring_seconds, 30);
    assert_null(config.region);
    assert_int_equal(config.threads, 1);
    assert_string_equal(config.ca_path, "/etc/ssl/certs");
    config_free(&config);
}

static void the_environment_alone_is_enough(void **state)
{
    (void)state;
    static const char *const env[] = { "TWILIO_ACCOUNT_SID",
                                       "AC" DIGITS,
                                       "TWILIO_AUTH_TOKEN",
                                       TOKEN,
                                       "TWILIO_API_KEY",
                                       "SK" DIGITS,
                                       "TWILIO_API_SECRET",
                                       "s",
                                       "TWILIO_FLEX_WORKSPACE_SID",
                                       "WS" DIGITS,
                                       "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID",
                                       "WW" DIGITS,
                                       "DIALPAD_PUBLIC_URL",
                                       "http://localhost:8080/cgi-bin",
                                       NULL };
    struct config config;
    environment = env;
    assert_int_equal(config_load_from("/nonexistent/dialpad.conf", test_env, &config, error),
                     ERR_OK);
    assert_string_equal(config.auth_token, TOKEN);
    config_free(&config);

    environment = env + 2;
    assert_int_equal(config_load_from("/nonexistent/dialpad.conf", test_env, &config, error),
                     ERR_INPUT);
    assert_string_equal(error, "/nonexistent/dialpad.conf: no such file, and TWILIO_ACCOUNT_SID "
                               "is not in the environment");
}

/* Lines that are wrong, with what the error says after "FILE:LINE: ". */
static void a_wrong_line_is_named_without_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *problem;
    } rows[] = {
        { "5ecret", "the line is not of the form KEY=value" },
        { "5ecret=5ecret", "the line has an unknown key" },
        { "=5ecret", "the line has an unknown key" },
        { "dialpad_threads=8", "the line has an unknown key" },
        { "DIALPAD_THREADSX=8", "the line has an unknown key" },
        { "TWILIO_AUTH_TOKEN=5ecret", "TWILIO_AUTH_TOKEN is repeated" },
        { "TWILIO_REGION=\"5ecret",
          "TWILIO_REGION has a quote at one end only, or another inside" },
        { "TWILIO_REGION=5ecret\"",
          "TWILIO_REGION has a quote at one end only, or another inside" },
        { "TWILIO_REGION=\"", "TWILIO_REGION has a quote at one end only, or another inside" },
        { "DIALPAD_DND_ACTIVITIES=, ,",
          "DIALPAD_DND_ACTIVITIES must be names separated by commas" },
        { "DIALPAD_DND_ACTIVITIES=5ecret\xff",
          "DIALPAD_DND_ACTIVITIES must be names separated by commas" },
        { "DIALPAD_LIST_FIELDS=5ecret!",
          "DIALPAD_LIST_FIELDS must be up to five attributes such as team_name, routing.skills, "
          "each once" },
        { "TWILIO_REGION=5ecret!", "TWILIO_REGION must be a word such as ie1 or dublin" },
        { "TWILIO_AUTH_TOKEN_SECONDARY=5ecret 5ecret",
          "TWILIO_AUTH_TOKEN_SECONDARY must be printable, without spaces" },
        { "DIALPAD_RING_SECONDS=4", "DIALPAD_RING_SECONDS must be a whole number from 5 to 100" },
        { "DIALPAD_RING_SECONDS=101", "DIALPAD_RING_SECONDS must be a whole number from 5 to 100" },
        { "DIALPAD_RING_SECONDS=30s", "DIALPAD_RING_SECONDS must be a whole number from 5 to 100" },
        { "DIALPAD_RING_SECONDS=-30", "DIALPAD_RING_SECONDS must be a whole number from 5 to 100" },
        { "DIALPAD_RING_SECONDS=99999999999999999999",
          "DIALPAD_RING_SECONDS must be a whole number from 5 to 100" },
        { "DIALPAD_GRACE_SECONDS=121",
          "DIALPAD_GRACE_SECONDS must be a whole number from 0 to 120" },
        { "DIALPAD_THREADS=0", "DIALPAD_THREADS must be a whole number from 1 to 64" },
        { "DIALPAD_THREADS=65", "DIALPAD_THREADS must be a whole number from 1 to 64" },
        { "DIALPAD_SECRET=5ecret5ecret5ecret5ecret5ecret5",
          "DIALPAD_SECRET must be 32 printable characters or more, without spaces" },
        { "DIALPAD_SECRET_PREVIOUS=5",
          "DIALPAD_SECRET_PREVIOUS must be 32 printable characters or more, without spaces" },
        { "DIALPAD_IDENTITY=5ecret", "DIALPAD_IDENTITY must be friendly_name or contact_uri" },
        { "DIALPAD_ROUTING=queue", "DIALPAD_ROUTING must be direct or filter" },
        { "DIALPAD_PASS=off", "DIALPAD_PASS must be enforce or log" },
        { "DIALPAD_USERS=5ecret", "DIALPAD_USERS must be an absolute path" },
        { "DIALPAD_API_BASE_URL=http://5ecret.example.com",
          "DIALPAD_API_BASE_URL must begin with https:// (http:// only to this machine), without "
          "user, query and fragment" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config config = { .threads = 77 };
        char expected[CONFIG_ERROR_SIZE];
        assert_row(i, load_with(rows[i].line, &config) == ERR_INPUT);
        snprintf(expected, sizeof expected, "%s:%d: %s", path, COMPLETE_LINES + 1, rows[i].problem);
        assert_string_equal(error, expected);
        assert_row(i, strstr(error, "5ecret") == NULL);
        assert_row(i, config.threads == 77);
    }
}

static void a_wrong_variable_is_named_without_its_value(void **state)
{
    (void)state;
    static const char *const env[] = { "TWILIO_API_KEY", "5ecret", NULL };
    struct config config;
    environment = env;
    assert_int_equal(load_with("", &config), ERR_INPUT);
    assert_string_equal(error, "environment: TWILIO_API_KEY must be SK and 32 hexadecimal digits");
}

/* A users' file is a part of the configuration, and says for itself what is wrong with it. */
static void the_file_of_users_is_read_and_named(void **state)
{
    (void)state;
    struct config config = { .threads = 0 };
    char users[80];
    char more[120];
    char expected[CONFIG_ERROR_SIZE];
    snprintf(users, sizeof users, "%s.users", path);
    snprintf(more, sizeof more, "DIALPAD_USERS=%s\n", users);
    unlink(users);
    assert_int_equal(load_with(more, &config), ERR_INPUT);
    snprintf(expected, sizeof expected, "%s: is not there", users);
    assert_string_equal(error, expected);

    FILE *file = fopen(users, "w");
    assert_non_null(file);
    fputs("alice WK" DIGITS " client:alice\n", file);
    assert_int_equal(fflush(file), 0);
    assert_int_equal(chmod(users, 0640), 0);
    assert_int_equal(load_with(more, &config), ERR_OK);
    assert_string_equal(users_find(config.users, "alice")->address, "client:alice");
    config_free(&config);

    fputs("bob\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(load_with(more, &config), ERR_INPUT);
    snprintf(expected, sizeof expected,
             "%s:2: after the user's name must come WK and 32 hexadecimal digits", users);
    assert_string_equal(error, expected);
    unlink(users);
}

/* The same values, from a line of the file and from the environment. */
static void quotes_are_stripped_alike_wherever_they_stand(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        const char *value; /* NULL: refused */
    } rows[] = {
        { "ie1", "ie1" },  { "\"ie1\"", "ie1" },  { "'ie1'", "ie1" },   { "\"\"", "" },
        { "''", "" },      { "\"ie1'", NULL },    { "'ie1\"", NULL },   { "\"ie1", NULL },
        { "ie1\"", NULL }, { "'ie1", NULL },      { "ie1'", NULL },     { "'", NULL },
        { "\"", NULL },    { "\"'ie1'\"", NULL }, { "\" ie1\"", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[64];
        const char *const env[] = { "TWILIO_REGION", rows[i].written, NULL };
        snprintf(line, sizeof line, "TWILIO_REGION=%s\n", rows[i].written);
        for (int from_file = 0; from_file <= 1; from_file++) {
            struct config config = { .threads = 0 };
            environment = from_file ? NULL : env;
            enum err rc = load_with(from_file ? line : "TWILIO_REGION=us2\n", &config);
            assert_row(i, rc == (rows[i].value != NULL ? ERR_OK : ERR_INPUT));
            if (rows[i].value == NULL) {
                assert_row(i, strstr(error, "TWILIO_REGION ") != NULL);
            } else if (*rows[i].value == '\0') {
                assert_row(i, config.region == NULL);
            } else {
                assert_string_equal(config.region, rows[i].value);
            }
            config_free(&config);
        }
    }
}

static void all_that_is_missing_is_named_whole(void **state)
{
    (void)state;
    char long_path[PATH_MAX];
    struct config config;
    memset(long_path, 'x', sizeof long_path);
    memcpy(long_path, "/nonexistent/", 13);
    long_path[250] = '\0';
    assert_int_equal(config_load_from(long_path, test_env, &config, error), ERR_INPUT);
    assert_non_null(strstr(error, long_path));
    assert_non_null(strstr(error, "no such file, and TWILIO_ACCOUNT_SID, "));
    assert_non_null(strstr(error, ", DIALPAD_PUBLIC_URL are not in the environment"));
}

static void every_required_key_is_required(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN",         "TWILIO_API_KEY",
        "TWILIO_API_SECRET",  "TWILIO_FLEX_WORKSPACE_SID", "TWILIO_FLEX_INTERNAL_CALL_WORKFLOW_SID",
        "DIALPAD_PUBLIC_URL",
    };
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *const env[] = { keys[i], "", NULL };
        char expected[CONFIG_ERROR_SIZE];
        struct config config;
        environment = env;
        assert_row(i, load_with("", &config) == ERR_INPUT);
        snprintf(expected, sizeof expected, "%s: %s is missing", path, keys[i]);
        assert_string_equal(error, expected);
    }

    const char *const two[] = { keys[1], "", keys[6], "", NULL };
    struct config config;
    environment = two;
    assert_int_equal(load_with("", &config), ERR_INPUT);
    assert_non_null(strstr(error, ": TWILIO_AUTH_TOKEN, DIALPAD_PUBLIC_URL are missing"));
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        enum err rc;
    } rows[] = { { 0600, ERR_OK },    { 0640, ERR_OK },    { 0440, ERR_OK },
                 { 0644, ERR_INPUT }, { 0604, ERR_INPUT }, { 0642, ERR_INPUT } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config config = { .threads = 0 };
        write_file(complete, sizeof complete - 1, rows[i].mode);
        assert_row(i, config_load_from(path, test_env, &config, error) == rows[i].rc);
        assert_row(i, rows[i].rc == ERR_OK || strstr(error, path) == error);
        config_free(&config);
        chmod(path, 0600);
    }
}

static void what_is_no_text_file_is_refused(void **state)
{
    (void)state;
    struct config config;
    static char huge[70000];
    memset(huge, '\n', sizeof huge);

    assert_int_equal(config_load_from("/", test_env, &config, error), ERR_INPUT);
    assert_string_equal(error, "/: the file is not a regular one");
    assert_int_equal(config_load_from("/dev/null", test_env, &config, error), ERR_INPUT);

    char fifo[80];
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(config_load_from(fifo, test_env, &config, error), ERR_INPUT);
    unlink(fifo);

    write_file(huge, sizeof huge, 0600);
    assert_int_equal(config_load_from(path, test_env, &config, error), ERR_INPUT);
    assert_non_null(strstr(error, "is longer than"));
    write_file("\n\nA\0=\n", 6, 0600);
    assert_int_equal(config_load_from(path, test_env, &config, error), ERR_INPUT);
    assert_non_null(strstr(error, ":3: the line is not text"));
}

#define TEST(function) cmocka_unit_test_setup(function, no_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_fill_what_is_optional),
        TEST(every_optional_key_is_read),
        TEST(the_environment_wins_and_can_take_away),
        TEST(the_environment_alone_is_enough),
        TEST(a_wrong_line_is_named_without_its_value),
        TEST(a_wrong_variable_is_named_without_its_value),
        TEST(the_file_of_users_is_read_and_named),
        TEST(quotes_are_stripped_alike_wherever_they_stand),
        TEST(all_that_is_missing_is_named_whole),
        TEST(every_required_key_is_required),
        TEST(a_file_that_others_can_read_is_refused),
        TEST(what_is_no_text_file_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
