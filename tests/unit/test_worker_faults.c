#include "unit.h"

#include <unistd.h>

#include "base/json_lenient.h"
#include "twilio/worker_faults.h"

#define WORKER "WK0000000000000000000000000000000"

/* What the log says of a Worker with this record, in a file because there may be nothing. */
static void say(const char *sid, const char *record, const char *attributes, char text[512])
{
    cJSON *json = NULL;
    cJSON *read = NULL;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(json_lenient_read(record, strlen(record), &json), ERR_OK);
    assert_int_equal(json_lenient_read(attributes, strlen(attributes), &read), ERR_OK);
    int saved = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    worker_faults_log(sid, json, read);
    worker_faults_log(sid, json, read);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, 511, file)] = '\0';
    fclose(file);
    cJSON_Delete(json);
    cJSON_Delete(read);
}

/* A sound record, up to its last brace. */
#define SOUND \
    "{\"friendly_name\":\"a\",\"activity_name\":\"b\",\"available\":true,\"attributes\":\"{}\""

static void an_odd_worker_is_named_once_with_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *sid;
        const char *record;
        const char *attributes;
        const char *said; /* NULL: nothing */
    } rows[] = {
        { WORKER "1", SOUND "}", "{}", NULL },
        { WORKER "1", SOUND "}", "{\"full_name\":\"x\",\"contact_uri\":\"y\"}", NULL },
        { WORKER "2", SOUND "}", "{\"full_name\":5}", "full_name is no text" },
        { WORKER "3", SOUND ",\"x\":\"\\ud83d\"}", "{}", "broken text" },
        { WORKER "4", SOUND "}", "{\"a\":1,\"a\":2}", "a doubled key" },
        { WORKER "5", "{\"friendly_name\":7,\"available\":1,\"attributes\":\"5\"}", "{}",
          "friendly_name is no text, activity_name is missing, available is neither true nor "
          "false, attributes are no JSON object" },
        { WORKER "6", SOUND ",\"attributes\":null}", "{}", "a doubled key" },
        { WORKER "5", SOUND ",\"x\":tru}", "{}", NULL }, /* said already */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        say(rows[i].sid, rows[i].record, rows[i].attributes, text);
        if (rows[i].said == NULL) {
            assert_string_equal(text, "");
            continue;
        }
        const char *line_end = strchr(text, '\n');
        assert_row(i, strstr(text, rows[i].sid) != NULL && strstr(text, rows[i].said) != NULL);
        assert_row(i, line_end != NULL && line_end[1] == '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_odd_worker_is_named_once_with_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
