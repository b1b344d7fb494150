#include "unit.h"

#include <string.h>

#include "twilio/identity.h"
#include "twilio/worker_survey.h"

static void one_address(void **state)
{
    (void)state;
    static const struct row {
        const char *friendly_name;
        const char *contact_uri;
        enum worker_flaw flaw;
    } rows[] = {
        { "alice", "client:alice", WORKER_FLAW_NONE },
        { "alice@example.com", "client:alice_40example_2Ecom", WORKER_FLAW_NONE },
        { "alice", NULL, WORKER_FLAW_MISSING },
        { "alice", "", WORKER_FLAW_MISSING },
        { "alice", "sip:alice@example.com", WORKER_FLAW_FOREIGN },
        { "alice", "+15551234567", WORKER_FLAW_FOREIGN },
        { "alice", "client:al ice", WORKER_FLAW_CHARACTERS },
        { "alice", "client:al-ice", WORKER_FLAW_CHARACTERS },
        { "alice", "client:bob", WORKER_FLAW_NOT_THEIRS },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (worker_survey_judge(rows[i].friendly_name, rows[i].contact_uri) != rows[i].flaw)
            fail_msg("row %zu", i);
    }
}

static void an_address_that_is_too_long(void **state)
{
    (void)state;
    char contact_uri[sizeof "client:" + IDENTITY_MAX + 1] = "client:";
    char *identity = contact_uri + strlen(contact_uri);
    memset(identity, 'a', IDENTITY_MAX);
    assert_int_equal(worker_survey_judge(identity, contact_uri), WORKER_FLAW_NONE);
    identity[IDENTITY_MAX] = 'a';
    assert_int_equal(worker_survey_judge(identity, contact_uri), WORKER_FLAW_LONG);
}

static void every_flaw_has_words(void **state)
{
    (void)state;
    for (int flaw = 0; flaw < WORKER_FLAW__MAX; flaw++)
        assert_non_null(worker_survey_words((enum worker_flaw)flaw));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address),
        cmocka_unit_test(an_address_that_is_too_long),
        cmocka_unit_test(every_flaw_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
