#include "unit.h"

#include "base/counters.h"
#include "base/metrics.h"

static const struct metrics_now now = { .now_s = 1000, .stale = true, .version = "1.2" };

static int forget(void **state)
{
    (void)state;
    counters_close();
    return 0;
}

static void expect(const char *line)
{
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_REPLY);
    metrics_print(&text, &now);
    assert_false(strbuf_failed(&text));
    if (strstr(text.buf, line) == NULL) fail_msg("%s is missing in\n%s", line, text.buf);
    strbuf_free(&text);
}

static void expect_not(const char *line)
{
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_REPLY);
    metrics_print(&text, &now);
    if (strstr(text.buf, line) != NULL) fail_msg("%s is in\n%s", line, text.buf);
    strbuf_free(&text);
}

static void all_cells_fit(void **state)
{
    (void)state;
    assert_true(metrics_cells() <= COUNTERS_CELLS);
    assert_int_not_equal(metrics_layout(), 0);
}

static void counters_have_labels(void **state)
{
    (void)state;
    expect("# TYPE dialpad_requests_total counter\n# HELP dialpad_request_seconds");
    metrics_count_status(METRIC_REQUESTS, metrics_word(METRIC_REQUESTS, "session"), 200);
    metrics_count_status(METRIC_REQUESTS, metrics_word(METRIC_REQUESTS, "unheard-of"), 418);
    metrics_count_status(METRIC_TWILIO_REQUESTS, metrics_word(METRIC_TWILIO_REQUESTS, "api"), 0);
    metrics_count_word(METRIC_CALLS, "no-answer", 1);
    metrics_count_word(METRIC_CALLS, NULL, 2);
    metrics_count(METRIC_STRANGERS);
    expect("\ndialpad_requests_total{program=\"session\",status=\"200\"} 1\n");
    expect("\ndialpad_requests_total{program=\"other\",status=\"other\"} 1\n");
    expect("\ndialpad_twilio_requests_total{product=\"api\",status=\"none\"} 1\n");
    expect("\ndialpad_calls_total{outcome=\"no-answer\"} 1\n");
    expect("\ndialpad_calls_total{outcome=\"other\"} 2\n");
    expect("\ndialpad_calls_total{outcome=\"busy\"} 0\n");
    expect("\ndialpad_strangers_total 1\n");
}

static void buckets_add_up(void **state)
{
    (void)state;
    const size_t health = metrics_word(METRIC_REQUEST_SECONDS, "health");
    metrics_observe(METRIC_REQUEST_SECONDS, health, 1);
    metrics_observe(METRIC_REQUEST_SECONDS, health, 3);
    metrics_observe(METRIC_REQUEST_SECONDS, health, 60 * 1000);
    expect("dialpad_request_seconds_bucket{program=\"health\",le=\"0.001\"} 1\n"
           "dialpad_request_seconds_bucket{program=\"health\",le=\"0.002\"} 1\n"
           "dialpad_request_seconds_bucket{program=\"health\",le=\"0.005\"} 2\n");
    expect("dialpad_request_seconds_bucket{program=\"health\",le=\"5\"} 2\n"
           "dialpad_request_seconds_bucket{program=\"health\",le=\"+Inf\"} 3\n"
           "dialpad_request_seconds_sum{program=\"health\"} 60.004\n"
           "dialpad_request_seconds_count{program=\"health\"} 3\n");
    expect_not("program=\"session\"");
    expect("dialpad_ring_seconds_bucket{le=\"1\"} 0\n");
    expect("dialpad_ring_seconds_sum 0.000\ndialpad_ring_seconds_count 0\n");
}

static void gauges_are_shown_once_set(void **state)
{
    (void)state;
    expect_not("\ndialpad_clock_skew_seconds ");
    metrics_set(METRIC_CLOCK_SKEW, 0);
    expect("\ndialpad_clock_skew_seconds 0\n");
    metrics_set(METRIC_CLOCK_SKEW, -75);
    expect("\ndialpad_clock_skew_seconds -75\n");
    metrics_set(METRIC_RATE_REMAINING, 985);
    expect("\ndialpad_twilio_rate_remaining_ratio 0.985\n");
    metrics_set(METRIC_DIRECTORY, 988);
    expect("\ndialpad_directory_age_seconds 12\n");
    metrics_set(METRIC_DIRECTORY, 1001);
    expect("\ndialpad_directory_age_seconds 0\n");
    expect("\ndialpad_configuration_stale 1\n");
    expect("\ndialpad_build_info{version=\"1.2\"} 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(all_cells_fit, forget),
        cmocka_unit_test_teardown(counters_have_labels, forget),
        cmocka_unit_test_teardown(buckets_add_up, forget),
        cmocka_unit_test_teardown(gauges_are_shown_once_set, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
