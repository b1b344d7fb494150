#include "unit.h"

#include "auth/digest.h"

/* The example of https://www.w3.org/TR/SRI/, and what `openssl dgst` says of nothing. */
static void a_file_is_known_by_its_integrity(void **state)
{
    (void)state;
    static const char script[] = "alert('Hello, world.');";
    char text[DIGEST_INTEGRITY_SIZE];
    assert_int_equal(digest_integrity(script, sizeof script - 1, text), ERR_OK);
    assert_string_equal(text,
                        "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO");
    assert_int_equal(digest_integrity("", 0, text), ERR_OK);
    assert_string_equal(text,
                        "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_known_by_its_integrity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
