#include "unit.h"

#include "twilio/identity.h"

#define TEN     "0123456789"
#define LONGEST TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "_"

static void an_identity_stands_behind_client(void **state)
{
    (void)state;
    assert_string_equal(identity_of("client:alice"), "alice");
    assert_string_equal(identity_of("client:"), "");
    assert_null(identity_of("Client:alice"));
    assert_null(identity_of("sip:alice@example.com"));
    assert_null(identity_of("+15551234567"));
    assert_null(identity_of(""));
}

static void twilio_allows_letters_digits_and_underscores(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        { "a", true },
        { "Alice_42", true },
        { "_", true },
        { LONGEST, true },
        { LONGEST "0", false },
        { "", false },
        { "alice.archer", false },
        { "alice@example.com", false },
        { "alice-archer", false },
        { "alice archer", false },
        { "alice?x=1", false },
        { "ren\xC3\xA9", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(i, identity_is_valid(rows[i].text) == rows[i].valid);
}

static void a_name_has_three_spellings_and_none_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *identity;
        const char *friendly_name;
        bool fits;
    } rows[] = {
        { "alice", "alice", true },
        { "Alice42", "Alice42", true },
        { "alice_archer", "alice_archer", true },   /* as it is, or with '_' left alone */
        { "alice_5Farcher", "alice_archer", true }, /* all escaped */
        { "alice_40example_2Ecom", "alice@example.com", true },
        { "a_5Fb_40example_2Ecom", "a_b@example.com", true },
        { "a_b_40example_2Ecom", "a_b@example.com", true },
        { "Ren_C3_A9_20L", "Ren\xC3\xA9 L", true },
        { "a_2Db", "a-b", true },
        { "alice", "Alice", false },
        { "alice", "bob", false },
        { "alice", "alice2", false },
        { "alice2", "alice", false },
        { "alice", "", false },
        { "", "", false },
        { "alice_40example_2ecom", "alice@example.com", false }, /* capitals only */
        { "alice_40example", "alice@example.com", false },
        { "alice_40example_2Ecom_", "alice@example.com", false },
        { "alice_40example_2Eco_6D", "alice@example.com", false }, /* letters stay */
        { "alice@example.com", "alice@example.com", false },       /* no identity at all */
        { "alice@example_2Ecom", "alice_40example_2Ecom", false },
        { "alice_40example_2Ecom", "alice_40example_2Ecom", true }, /* this name, not that one */
        { "alice_5F40example_5F2Ecom", "alice_40example_2Ecom", true },
        { "a_5F_b", "a__b", false }, /* one way or the other, not both at once */
        { "a_", "a@", false },
        { "a_4", "a@", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(i, identity_is_spelling_of(rows[i].identity, rows[i].friendly_name) ==
                          rows[i].fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identity_stands_behind_client),
        cmocka_unit_test(twilio_allows_letters_digits_and_underscores),
        cmocka_unit_test(a_name_has_three_spellings_and_none_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
