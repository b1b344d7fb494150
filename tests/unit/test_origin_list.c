#include "unit.h"

#include "base/config_check.h"
#include "base/origin_list.h"

static void origins_are_kept_as_browsers_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        const char *kept;
    } rows[] = {
        { "https://flex.twilio.com", "https://flex.twilio.com" },
        { "https://FLEX.Twilio.com", "https://flex.twilio.com" },
        { "https://flex.twilio.com:443", "https://flex.twilio.com" },
        { "https://flex.twilio.com:00443", "https://flex.twilio.com" },
        { "https://flex.twilio.com:08443", "https://flex.twilio.com:8443" },
        { "https://flex.twilio.com:80", "https://flex.twilio.com:80" },
        { "http://LOCALHOST:80", "http://localhost" },
        { "http://localhost:443", "http://localhost:443" },
        { "http://localhost:3000", "http://localhost:3000" },
        { "https://[2001:DB8::1]", "https://[2001:db8::1]" },
        { "https://[2001:DB8::1]:443", "https://[2001:db8::1]" },
        { "https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443" },
        { " , https://A.example:443, http://b.example:80 https://c.example:1,",
          " , https://a.example, http://b.example https://c.example:1," },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char list[128];
        snprintf(list, sizeof list, "%s", rows[i].written);
        assert_row(i, config_check_origin_list(list));
        origin_list_normalize(list);
        assert_string_equal(list, rows[i].kept);
        origin_list_normalize(list);
        assert_string_equal(list, rows[i].kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_kept_as_browsers_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
