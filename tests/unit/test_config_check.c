#include "unit.h"

#include "base/config_check.h"

struct row {
    const char *text;
    bool valid;
};

static void check(bool (*valid)(const char *), const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (valid(rows[i].text) != rows[i].valid) fail_msg("row %zu: \"%s\"", i, rows[i].text);
}

static void base_urls(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "https://calls.example.com", true },
        { "https://calls.example.com/", true },
        { "https://calls.example.com:8443/a/cgi-bin", true },
        { "https://Calls.Example.com/~alice/cgi-bin/%C3%A9", true },
        { "https://192.0.2.1/x", true },
        { "https://[2001:db8::1]:8443/x", true },
        { "http://localhost/x", true },
        { "http://localhost:8080", true },
        { "http://127.0.0.1:8080/x", true },
        { "http://127.255.255.254", true },
        { "http://[::1]:8080/x", true },
        { "http://[0:0:0:0:0:0:0:1]", true },
        { "http://calls.example.com", false },
        { "http://localhost.example.com", false },
        { "http://127.0.0.1.example.com", false },
        { "http://127.evil.example", false },
        { "http://128.0.0.1", false },
        { "http://[::2]", false },
        { "http://0.0.0.0", false },
        { "https://user:password@calls.example.com", false },
        { "https://user@calls.example.com", false },
        { "http://localhost:80@example.com", false },
        { "https://calls.example.com/x?a=1", false },
        { "https://calls.example.com?a=1", false },
        { "https://calls.example.com/x#rc=4", false },
        { "https://calls.example.com/a b", false },
        { "https://calls.example.com/a\"b", false },
        { "https://calls.example.com/\xC3\xA9", false },
        { "https://calls.example.com/%C3%A", false },
        { "https://calls.example.com/100%", false },
        { "https://calls.example.com\\x", false },
        { "https://calls.example.com:", false },
        { "https://calls.example.com:0", false },
        { "https://calls.example.com:65536", false },
        { "https://calls.example.com:123456", false },
        { "https://calls.example.com:8443x", false },
        { "https://[::1", false },
        { "https://[::1]x", false },
        { "https://[]", false },
        { "https://[:::]", false },
        { "https://", false },
        { "https:///x", false },
        { "https://.example.com", false },
        { "HTTPS://calls.example.com", false },
        { "ftp://calls.example.com", false },
        { "calls.example.com", false },
        { "//calls.example.com", false },
        { "", false },
    };
    check(config_check_base_url, rows, COUNT(rows));
}

static void other_addresses(void **state)
{
    (void)state;
    static const struct row any_url[] = {
        { "http://bridge.example.com:8080/v1", true },
        { "https://localhost:8443/v1/wschannels", true },
        { "ws://localhost", false },
        { "http://a@b", false },
        { "http://h?x", false },
    };
    static const struct row proxy[] = {
        { "http://proxy.example.com:3128", true },
        { "http://proxy.example.com:3128/", true },
        { "https://user:p%40ss@proxy.example.com", true },
        { "http://user:p@ss@proxy.example.com", true },
        { "proxy.example.com:3128", false },
        { "socks5://proxy", false },
        { "http://proxy/path", false },
        { "http://user@", false },
        { "http://us er@proxy", false },
    };
    static const struct row host[] = {
        { "localhost:8443", true },       { "voice.example.com", true },
        { "localhost:8443/alice", true }, { "[::1]:8443", true },
        { "https://localhost", false },   { "localhost:port", false },
        { "host name", false },           { "", false },
    };
    check(config_check_any_http_url, any_url, COUNT(any_url));
    check(config_check_proxy, proxy, COUNT(proxy));
    check(config_check_host, host, COUNT(host));
}

static void origins(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "https://crm.example.com", true },
        { "https://a.example https://b.example:8443", true },
        { "https://a.example,https://b.example", true },
        { " https://a.example , http://localhost:3000 ,", true },
        { "", false },
        { " , ", false },
        { "*", false },
        { "null", false },
        { "crm.example.com", false },
        { "https://*.example.com", false },
        { "https://crm.example.com/", false },
        { "https://crm.example.com/path", false },
        { "https://u@crm.example.com", false },
        { "https://a.example;https://b.example", false },
        { "https://a.example bad", false },
    };
    check(config_check_origin_list, rows, COUNT(rows));
}

static void words_and_numbers(void **state)
{
    (void)state;
    static const struct row secret[] = {
        { "0123456789abcdef!#$~", true },
        { "", false },
        { "a b", false },
        { "a\tb", false },
        { "\xC3\xA9", false },
        { "a\x7F", false },
    };
    static const struct row place[] = {
        { "ie1", true },        { "sao-paulo", true },
        { "ashburn-ix", true }, { "", false },
        { "evil.com/", false }, { "IE1", false },
        { "a", false },         { "abcdefghijklmnopqrstuvwxyzabcdefg", false },
    };
    static const struct row number[] = {
        { "+15551234567", true }, { "+123456789012345", true },   { "15551234567", false },
        { "+0123456", false },    { "+1234567890123456", false }, { "+1 555 1234", false },
        { "+", false },           { "client:alice", false },      { "", false },
    };
    static const struct row attribute[] = {
        { "friendly_name", true }, { "email", true }, { "employee-id2", true }, { "", false },
        { "a.b", false },          { "a\"b", false }, { "a b", false },
    };
    static const struct row path[] = {
        { "/var/cache/dialpad", true },
        { "/", true },
        { "cache", false },
        { "", false },
    };
    check(config_check_secret, secret, COUNT(secret));
    check(config_check_place, place, COUNT(place));
    check(config_check_number, number, COUNT(number));
    check(config_check_attribute, attribute, COUNT(attribute));
    check(config_check_absolute_path, path, COUNT(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_urls),
        cmocka_unit_test(other_addresses),
        cmocka_unit_test(origins),
        cmocka_unit_test(words_and_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
