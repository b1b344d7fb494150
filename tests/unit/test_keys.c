#include "unit.h"

#include "auth/keys.h"

#define WORKSPACE "WS0123456789abcdef0123456789abcdef"

static char api_secret[] = "ssssssssssssssssssssssssssssssss";
static char secret[] = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";

/* HMAC-SHA256(api_secret, "dialpad session " WORKSPACE), computed by Python. */
static const unsigned char key_of_api_secret[JWT_KEY_SIZE] = {
    0xe9, 0x1c, 0x1a, 0x34, 0x5b, 0xfd, 0x03, 0x86, 0xb0, 0xbd, 0x0e, 0x24, 0x39, 0xe6, 0x6b, 0x5c,
    0x73, 0xc3, 0x76, 0x79, 0xce, 0x69, 0x8d, 0xc7, 0xd1, 0x9e, 0x40, 0x98, 0xc5, 0x08, 0x60, 0x7a,
};

static void the_secret_signs_and_the_previous_one_verifies(void **state)
{
    (void)state;
    struct config config = { .api_secret = api_secret, .workspace_sid = (char[]){ WORKSPACE } };
    struct keys without = { .count = 0 };
    struct keys rotated = { .count = 0 };

    assert_int_equal(keys_derive(&config, &without), ERR_OK);
    assert_int_equal(without.count, 1);
    assert_memory_equal(without.list[0], key_of_api_secret, JWT_KEY_SIZE);

    config.secret = secret;
    config.secret_previous = api_secret;
    assert_int_equal(keys_derive(&config, &rotated), ERR_OK);
    assert_int_equal(rotated.count, 2);
    assert_memory_not_equal(rotated.list[0], key_of_api_secret, JWT_KEY_SIZE);
    assert_memory_equal(rotated.list[1], key_of_api_secret, JWT_KEY_SIZE);
}

static void a_fingerprint_tells_keys_apart(void **state)
{
    (void)state;
    char text[KEYS_FINGERPRINT_SIZE];
    unsigned char other[JWT_KEY_SIZE];
    memcpy(other, key_of_api_secret, sizeof other);
    other[JWT_KEY_SIZE - 1] ^= 1;
    assert_int_equal(keys_fingerprint(key_of_api_secret, text), ERR_OK);
    assert_string_equal(text, "a1dd0a48");
    assert_int_equal(keys_fingerprint(other, text), ERR_OK);
    assert_string_not_equal(text, "a1dd0a48");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_secret_signs_and_the_previous_one_verifies),
        cmocka_unit_test(a_fingerprint_tells_keys_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
