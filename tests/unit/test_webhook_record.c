#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "web/webhook_record.h"

static void refused_requests_count_until_a_genuine_one(void **state)
{
    (void)state;
    char folder[] = "/tmp/dialpad-test-webhooks-XXXXXX";
    char account_sid[] = "AC";
    assert_non_null(mkdtemp(folder));
    const struct config config = { .state_dir = folder, .account_sid = account_sid };
    struct webhook_record record;

    webhook_record_read(&config, &record);
    assert_int_equal(record.genuine_s, 0);
    webhook_record_note(&config, false, 100);
    webhook_record_note(&config, false, 200);
    webhook_record_read(&config, &record);
    assert_int_equal(record.genuine_s, 0);
    assert_int_equal(record.refused_since_s, 100);
    assert_int_equal(record.refused, 2);

    webhook_record_note(&config, true, 300);
    webhook_record_note(&config, true, 301);
    webhook_record_read(&config, &record);
    assert_int_equal(record.genuine_s, 300);
    assert_int_equal(record.refused_since_s, 0);
    assert_int_equal(record.refused, 0);

    webhook_record_note(&config, false, 302);
    webhook_record_read(&config, &record);
    assert_int_equal(record.genuine_s, 300);
    assert_int_equal(record.refused_since_s, 302);

    char path[sizeof folder + 16];
    snprintf(path, sizeof path, "%s/webhooks-AC", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    webhook_record_note(&config, false, 400); /* no folder: nothing happens */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_requests_count_until_a_genuine_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
