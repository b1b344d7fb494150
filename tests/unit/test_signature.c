#include "unit.h"

#include <pthread.h>

#include "auth/signature.h"

/*
 * The vectors are those of Twilio's documentation and of the tests of its libraries
 * (https://www.twilio.com/docs/usage/security, twilio-node, twilio-python, twilio-go); a few more
 * (the raw apostrophe, the body "{}", the empty value) were computed for the same token.
 */
#define TOKEN "12345"
#define PATH  "/myapp.php?foo=1&bar=2"
#define URL   "https://mycompany.com" PATH
#define HASH  "bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
#define EMPTY "bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

#define FORM(array)                           \
    {                                         \
        (struct param *)(array), COUNT(array) \
    }

static const struct param usual[] = {
    { "CallSid", "CA1234567890ABCDE", PARAM_TEXT },
    { "Caller", "+14158675309", PARAM_TEXT },
    { "Digits", "1234", PARAM_TEXT },
    { "From", "+14158675309", PARAM_TEXT },
    { "To", "+18005551212", PARAM_TEXT },
};
static const struct param documented[] = {
    { "CallSid", "CA1234567890ABCDE", PARAM_TEXT },
    { "Caller", "+12349013030", PARAM_TEXT },
    { "Digits", "1234", PARAM_TEXT },
    { "From", "+12349013030", PARAM_TEXT },
    { "To", "+18005551212", PARAM_TEXT },
};
static const struct param documented_later[] = {
    { "CallSid", "CA1234567890ABCDE", PARAM_TEXT },
    { "Caller", "+14158675310", PARAM_TEXT },
    { "Digits", "1234", PARAM_TEXT },
    { "From", "+14158675310", PARAM_TEXT },
    { "To", "+18005551212", PARAM_TEXT },
};
/* The same name twice, in neither order. */
static const struct param bindings[] = {
    { "MessagingBinding.Address", "+1415xxxxxxx", PARAM_TEXT },
    { "MessagingBinding.Address", "+1325xxxxxxx", PARAM_TEXT },
};
static const struct param repeated[] = {
    { "Sid", "CA123", PARAM_TEXT },   { "SidAccount", "AC123", PARAM_TEXT },
    { "Digits", "5678", PARAM_TEXT }, { "Digits", "1234", PARAM_TEXT },
    { "Digits", "1234", PARAM_TEXT },
};
/* One name begins with the other: sorted by name and value together they would change places. */
static const struct param prefixed[] = {
    { "CallSid", "CA1234567890ABCDE", PARAM_TEXT },
    { "Caller", "+14158675309", PARAM_TEXT },
    { "Digits", "1234", PARAM_TEXT },
    { "From", "+14158675309", PARAM_TEXT },
    { "To", "+18005551212", PARAM_TEXT },
    { "ReasonConferenceEnded", "test", PARAM_TEXT },
    { "Reason", "Participant", PARAM_TEXT },
};
static const struct param plain[] = {
    { "property", "value", PARAM_TEXT },
    { "boolean", "true", PARAM_TEXT },
};
static const struct param with_empty[] = {
    { "To", "+18005551212", PARAM_TEXT }, { "From", "+14158675309", PARAM_TEXT },
    { "Digits", "1234", PARAM_TEXT },     { "Caller", "+14158675309", PARAM_TEXT },
    { "CalledVia", "", PARAM_TEXT },      { "CallSid", "CA1234567890ABCDE", PARAM_TEXT },
};

static const struct vector {
    const char *url;
    struct params form;
    const char *signature;
} vectors[] = {
    { URL, FORM(usual), "RSOYDt4T1cUTdK1PDd93/VVr8B8=" },
    { URL, FORM(documented), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=" },
    { "https://mycompany.com:443" PATH, FORM(usual), "kvajT1Ptam85bY51eRf/AJRuM3w=" },
    { "http://mycompany.com:80" PATH, FORM(usual), "0ZXoZLH/DfblKGATFgpif+LLRf4=" },
    { "http://mycompany.com:1234" PATH, FORM(usual), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=" },
    { "https://mycompany.com:1234" PATH, FORM(usual), "CYn1h0gLBdNxDGkKJg6hYohgeD8=" },
    { "https://user:pass@mycompany.com" PATH, FORM(usual), "CukzLTc1tT5dXEDIHm/tKBanW10=" },
    { "https://user@mycompany.com" PATH, FORM(usual), "2YRLlVAflCqxaNicjMpJcSTgzSs=" },
    { "https://user:pass@mycompany.com:443" PATH, FORM(usual), "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=" },
    { URL "&Body=It%27s+amazing", FORM(usual), "TfZzewPq8wqrGlMfyAud8+/IvJ0=" },
    { URL "&Body=It's+amazing", FORM(usual), "dsq4Ehbj6cs+KdTkpF5sSSplOWw=" },
    { URL, FORM(bindings), "83O6e2vORAoJHUNzJjDWN1jz+BA=" },
    { URL, FORM(repeated), "IK+Dwps556ElfBT0I3Rgjkr1wJU=" },
    { URL, FORM(prefixed), "vOEb5UThFn24KEfnOFLQY2AE5FY=" },
    { "http://mycompany.com" PATH, FORM(prefixed), "n2xBNyzSW7rfYStDtOFiFMv7qNo=" },
    { URL "&" HASH, { NULL, 0 }, "a9nBmqA0ju/hNViExpshrM61xv4=" },
    { "https://mycompany.com/myapp.php?" HASH, { NULL, 0 }, "y77kIzt2vzLz71DgmJGsen2scGs=" },
    { URL "&" EMPTY, { NULL, 0 }, "rw/jVviOgicj2+kHZULvebnA4ag=" },
    { "https://mycompany.com:443" PATH "&" EMPTY, { NULL, 0 }, "Ldidvp12m26NI7eqEvxnEpkd9Hc=" },
    { URL, FORM(plain), "NBdBDr/T/lgjI+tlgpXjKZQZs/k=" },
    { "https://MyCompany.com" PATH, FORM(usual), "g9IN/x4Cft2g517EjYvEvM/W7LU=" },
    { "https://MyCompany.com:1234" PATH, FORM(usual), "PCqOZm8cnu/L6+u5i5fuEd+Iac4=" },
    { "http://MyCompany.com" PATH, FORM(usual), "XY7AlKOKL6im4yWyX84gldUrtis=" },
    { URL, FORM(with_empty), "cQrrycFiUr27I1bD/kdTA5t3wFI=" },
    { "https://example.com" PATH, FORM(documented_later), "L/OH5YylLD5NRKLltdqwSvS0BnU=" },
};

static struct signature *signature;

static int set_up(void **state)
{
    (void)state;
    return signature_new(TOKEN, NULL, &signature) == ERR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    signature_free(signature);
    return 0;
}

static void every_vector_computes_and_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *vector = &vectors[i];
        char text[SIGNATURE_TEXT_SIZE];
        assert_row(i, signature_compute(signature, vector->url, &vector->form, text) == ERR_OK);
        assert_string_equal(text, vector->signature);
        assert_row(i, signature_valid(signature, vector->url, &vector->form, text));
    }
}

static void every_vector_breaks_when_anything_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *vector = &vectors[i];
        for (size_t at = 0; at < SIGNATURE_TEXT_SIZE - 1; at++) {
            char header[SIGNATURE_TEXT_SIZE];
            memcpy(header, vector->signature, sizeof header);
            header[at] = header[at] == 'A' ? 'B' : 'A';
            assert_row(i, !signature_valid(signature, vector->url, &vector->form, header));
        }
        char url[300];
        snprintf(url, sizeof url, "%s&x", vector->url);
        assert_row(i, !signature_valid(signature, url, &vector->form, vector->signature));
        /* Pairs of the query aren't signed again, and those of the form aren't left out. */
        assert_row(i, vector->form.count == 0 ||
                          !signature_valid(signature, vector->url, NULL, vector->signature));
    }
}

static void wrong_ways_of_sorting_are_refused(void **state)
{
    (void)state;
    static const struct params twice = FORM(repeated);
    static const struct params reasons = FORM(prefixed);
    static const struct params form = FORM(usual);
    assert_false(signature_valid(signature, URL, &twice, "TM//N+MVWOh7+ol2z8YCNxSY0Eg="));
    assert_false(signature_valid(signature, URL, &reasons, "95+Bu0JVPi0r/SsESZCVf0dWAjw="));
    /* A raw apostrophe and an escaped one are different URLs. */
    assert_false(signature_valid(signature, URL "&Body=It's+amazing", &form,
                                 "TfZzewPq8wqrGlMfyAud8+/IvJ0="));
    assert_false(signature_valid(signature, URL "&Body=It%27s+amazing", &form,
                                 "dsq4Ehbj6cs+KdTkpF5sSSplOWw="));
}

static void a_port_may_be_written_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *configured;
        const char *signed_as;
        bool valid;
    } rows[] = {
        { "https://h/p?q", "https://h/p?q", true },
        { "https://h/p?q", "https://h:443/p?q", true },
        { "https://h/p?q", "https://h:80/p?q", false },
        { "https://h/p?q", "https://h:8443/p?q", false },
        { "https://h:443/p", "https://h/p", true },
        { "https://h:443/p", "https://h:443/p", true },
        { "https://h:8443/p", "https://h:8443/p", true },
        { "https://h:8443/p", "https://h/p", true },
        { "https://h:8443/p", "https://h:443/p", true },
        { "https://h:8443/p", "https://h:8444/p", false },
        { "http://h/p", "http://h:80/p", true },
        { "http://h/p", "http://h:443/p", false },
        { "http://h/p", "https://h/p", false },
        { "http://[::1]:8080/p", "http://[::1]/p", true },
        { "http://[::1]:8080/p", "http://[::1]:80/p", true },
        { "http://[::1]/p", "http://[:/p", false },
        { "https://u:1@h/p", "https://u:1@h:443/p", true },
        { "https://u:1@h/p", "https://u@h/p", false },
        { "https://h", "https://h:443", true },
        { "https://h?q=a:1", "https://h:443?q=a:1", true },
        { "https://h/a:1", "https://h/a", false },
        { "https://h/p?x=1#rc=4&rp=ct", "https://h/p?x=1", true }, /* a fragment isn't sent */
        { "https://h/p", "https://h/p/", false },
        { "https://h/p", "https://H/p", false },
        /* Without a scheme, and with something like one where none belongs. */
        { "h:1/p?to=http://x:2/", "h/p?to=http://x:2/", true },
        { "h/p?to=http://x:2/", "h/p?to=http://x/", false },
        { "h/p#http://x:2/", "h/p", true },
    };
    static const struct params form = FORM(usual);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[SIGNATURE_TEXT_SIZE];
        assert_row(i, signature_compute(signature, rows[i].signed_as, &form, text) == ERR_OK);
        assert_row(i, signature_valid(signature, rows[i].configured, &form, text) == rows[i].valid);
    }
}

static void only_a_whole_header_counts(void **state)
{
    (void)state;
    static const struct params form = FORM(usual);
    static const char *const headers[] = {
        NULL,
        "",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8==",
        " RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "rsoydt4t1cutdk1pdd93/vvr8b8=",
        "RSOYDt4T1cUTdK1PDd93/VVr8B9=", /* the same bytes to a decoder that isn't strict */
    };
    for (size_t i = 0; i < COUNT(headers); i++)
        assert_row(i, !signature_valid(signature, URL, &form, headers[i]));
}

static void two_tokens_while_they_are_rotated(void **state)
{
    (void)state;
    static const struct params form = FORM(usual);
    struct signature *rotating = NULL;
    assert_int_equal(signature_new("new", TOKEN, &rotating), ERR_OK);
    assert_true(signature_valid(rotating, URL, &form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    char text[SIGNATURE_TEXT_SIZE];
    assert_int_equal(signature_compute(rotating, URL, &form, text), ERR_OK);
    assert_true(signature_valid(rotating, URL, &form, text));
    assert_false(signature_valid(signature, URL, &form, text));
    signature_free(rotating);
}

static void an_empty_token_signs_nothing(void **state)
{
    (void)state;
    struct signature *made = NULL;
    assert_int_equal(signature_new("", NULL, &made), ERR_INTERNAL);
    assert_int_equal(signature_new(TOKEN, "", &made), ERR_INTERNAL);
    assert_null(made);
    signature_free(NULL);
}

static void the_most_pairs_are_sorted_and_more_refused(void **state)
{
    (void)state;
    struct param list[PARAMS_MAX + 1];
    char names[PARAMS_MAX + 1][8];
    char forward[SIGNATURE_TEXT_SIZE];
    char backward[SIGNATURE_TEXT_SIZE];
    for (size_t i = 0; i <= PARAMS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "p%zu", i);
        list[i] = (struct param){ names[i], "v", PARAM_TEXT };
    }
    struct params form = { list, PARAMS_MAX };
    assert_int_equal(signature_compute(signature, URL, &form, forward), ERR_OK);
    for (size_t i = 0; i < PARAMS_MAX / 2; i++) {
        struct param swapped = list[i];
        list[i] = list[PARAMS_MAX - 1 - i];
        list[PARAMS_MAX - 1 - i] = swapped;
    }
    assert_int_equal(signature_compute(signature, URL, &form, backward), ERR_OK);
    assert_string_equal(forward, backward);
    form.count = PARAMS_MAX + 1;
    assert_int_equal(signature_compute(signature, URL, &form, forward), ERR_TOO_LARGE);
    assert_false(signature_valid(signature, URL, &form, backward));
}

/* A thread has a signature of its own; making and using them at once disturbs no other. */
static void *check_all(void *arg)
{
    struct signature *own = NULL;
    bool ok = signature_new(TOKEN, "another", &own) == ERR_OK;
    for (size_t i = 0; ok && i < COUNT(vectors) * 20; i++) {
        const struct vector *vector = &vectors[i % COUNT(vectors)];
        ok = signature_valid(own, vector->url, &vector->form, vector->signature);
    }
    signature_free(own);
    *(bool *)arg = ok;
    return NULL;
}

static void threads_do_not_meet(void **state)
{
    (void)state;
    pthread_t threads[4];
    bool ok[COUNT(threads)] = { false };
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, check_all, &ok[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_row(i, ok[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_computes_and_holds),
        cmocka_unit_test(every_vector_breaks_when_anything_changes),
        cmocka_unit_test(wrong_ways_of_sorting_are_refused),
        cmocka_unit_test(a_port_may_be_written_or_not),
        cmocka_unit_test(only_a_whole_header_counts),
        cmocka_unit_test(two_tokens_while_they_are_rotated),
        cmocka_unit_test(an_empty_token_signs_nothing),
        cmocka_unit_test(the_most_pairs_are_sorted_and_more_refused),
        cmocka_unit_test(threads_do_not_meet),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
