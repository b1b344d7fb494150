#include "base/metrics.h"

#include <string.h>

#include "base/counters.h"

/* A list of labels ends with "other", for what isn't in it. */
struct words {
    const char *name;
    size_t count;
    const char *const *list;
};

#define WORDS(name, list)                      \
    {                                          \
        name, sizeof list / sizeof *list, list \
    }

static const char *const program_names[] = {
    "session",      "list-agents",      "create-task",
    "call-state",   "hold-participant", "call-history",
    "presence",     "rejoin-call",      "cleanup-rejected-task",
    "end-call",     "health",           "metrics",
    "caller-twiml", "callee-twiml",     "status-callback",
    "ringback",     "flex-session",     "other",
};
static const char *const outcome_names[] = {
    "hangup", "cancel", "declined", "no-answer", "busy", "glare", "failed", "other",
};
static const char *const product_names[] = {
    "taskrouter", "api", "flex-api", "monitor", "iam", "other",
};
static const char *const result_names[] = {
    "alive", "closed", "wrapped-up", "unverified", "failed", "left", "other",
};

static const struct words programs = WORDS("program", program_names);
static const struct words outcomes = WORDS("outcome", outcome_names);
static const struct words products = WORDS("product", product_names);
static const struct words results = WORDS("result", result_names);

/* The second label: what our programs and Twilio answer with. The last stands for all others. */
enum { STATUS_NONE = 0, STATUS_OTHER = -1 };
static const int statuses[] = {
    STATUS_NONE, 200, 201, 204, 304, 400, 401, 403, 404, 405, 409,          411,
    412,         413, 414, 415, 422, 429, 500, 502, 503, 504, STATUS_OTHER,
};
enum { STATUSES = sizeof statuses / sizeof *statuses };

/* Upper bounds in milliseconds. */
enum { BUCKETS = 12 };
static const int request_bounds[BUCKETS] = { 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000 };
static const int ring_bounds[BUCKETS] = { 1000,  2000,  3000,  5000,  8000,  10000,
                                          15000, 20000, 30000, 45000, 60000, 100000 };

/* A histogram's cells: one a bucket, one for what is longer, and the sum. */
enum { HISTOGRAM_CELLS = BUCKETS + 2, HISTOGRAM_SUM = BUCKETS + 1 };

enum kind { COUNTER, GAUGE, AGE, HISTOGRAM };

static const struct family {
    const char *name;
    const char *help;
    enum kind kind;
    const struct words *words; /* NULL: no label */
    bool by_status;
    int scale;         /* a gauge is set in these parts of its unit */
    const int *bounds; /* a histogram's */
} families[METRIC__MAX] = {
    [METRIC_REQUESTS] = { .name = "dialpad_requests_total",
                          .help = "Requests answered.",
                          .words = &programs,
                          .by_status = true },
    [METRIC_REQUEST_SECONDS] = { .name = "dialpad_request_seconds",
                                 .help = "How long an answer took.",
                                 .kind = HISTOGRAM,
                                 .words = &programs,
                                 .bounds = request_bounds },
    [METRIC_CALLS] = { .name = "dialpad_calls_total",
                       .help = "Calls that are over, by how they ended.",
                       .words = &outcomes },
    [METRIC_RING_SECONDS] = { .name = "dialpad_ring_seconds",
                              .help =
                                  "From the call's beginning to its end, where nobody answered.",
                              .kind = HISTOGRAM,
                              .bounds = ring_bounds },
    [METRIC_ANSWER_SECONDS] = { .name = "dialpad_answer_seconds",
                                .help = "From the call's beginning until both agents were in.",
                                .kind = HISTOGRAM,
                                .bounds = ring_bounds },
    [METRIC_CALLS_LIVE] = { .name = "dialpad_calls_live",
                            .help =
                                "Calls by the Workflow's live Tasks, when they were last listed.",
                            .kind = GAUGE },
    [METRIC_SIGNATURES_REFUSED] = { .name = "dialpad_signatures_refused_total",
                                    .help = "Requests with a signature that isn't Twilio's." },
    [METRIC_LAST_WEBHOOK] = { .name = "dialpad_last_webhook_timestamp_seconds",
                              .help = "When Twilio's last genuine request came.",
                              .kind = GAUGE },
    [METRIC_TWILIO_REQUESTS] = { .name = "dialpad_twilio_requests_total",
                                 .help = "Requests to Twilio; status none: no answer.",
                                 .words = &products,
                                 .by_status = true },
    [METRIC_RATE_REMAINING] = { .name = "dialpad_twilio_rate_remaining_ratio",
                                .help = "What Twilio's last answer left of the rate limit.",
                                .kind = GAUGE,
                                .scale = 1000 },
    [METRIC_CONCURRENT] = { .name = "dialpad_twilio_concurrent_requests",
                            .help = "Requests in the account's hands at once, as Twilio last said.",
                            .kind = GAUGE },
    [METRIC_CLOCK_SKEW] = { .name = "dialpad_clock_skew_seconds",
                            .help = "This host's clock minus Twilio's.",
                            .kind = GAUGE },
    [METRIC_SWEEP] = { .name = "dialpad_sweep_timestamp_seconds",
                       .help = "When the last sweep ended.",
                       .kind = GAUGE },
    [METRIC_SWEEP_TASKS] = { .name = "dialpad_sweep_tasks_total",
                             .help = "Tasks that sweeps have looked at, by what became of them.",
                             .words = &results },
    [METRIC_DIRECTORY] = { .name = "dialpad_directory_age_seconds",
                           .help = "Age of the list of agents.",
                           .kind = AGE },
    [METRIC_CERTIFICATE] = { .name = "dialpad_certificate_expiry_timestamp_seconds",
                             .help = "When the certificate of DIALPAD_PUBLIC_URL ends.",
                             .kind = GAUGE },
    [METRIC_STRANGERS] = { .name = "dialpad_strangers_total",
                           .help = "Legs that were put out of a call that wasn't theirs." },
};

/* A gauge that was never set is 0, and one that was is odd. */
static int64_t as_set(int64_t value)
{
    return value * 2 + 1;
}

static bool is_set(int64_t cell, int64_t *value)
{
    *value = (cell - 1) / 2;
    return (cell & 1) != 0;
}

static size_t words_of(const struct family *family)
{
    return family->words != NULL ? family->words->count : 1;
}

/* The cells of one label. */
static size_t width_of(const struct family *family)
{
    if (family->kind == HISTOGRAM) return HISTOGRAM_CELLS;
    return family->by_status ? STATUSES : 1;
}

/* Where a metric's cells begin; METRIC__MAX: how many there are. */
static size_t first_cell(enum metric metric)
{
    size_t cells = 0;
    for (enum metric i = 0; i < metric; i++)
        cells += words_of(&families[i]) * width_of(&families[i]);
    return cells;
}

static size_t cell_of(enum metric metric, size_t word, size_t within)
{
    return first_cell(metric) + word * width_of(&families[metric]) + within;
}

size_t metrics_cells(void)
{
    return first_cell(METRIC__MAX);
}

static uint32_t sum_text(uint32_t sum, const char *text)
{
    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * 0x01000193U;
    return (sum ^ ' ') * 0x01000193U;
}

uint32_t metrics_layout(void)
{
    uint32_t sum = 0x811c9dc5U + STATUSES;
    for (enum metric i = 0; i < METRIC__MAX; i++) {
        sum = sum_text(sum, families[i].name);
        for (size_t word = 0; families[i].words != NULL && word < words_of(&families[i]); word++)
            sum = sum_text(sum, families[i].words->list[word]);
    }
    return sum;
}

void metrics_open(const char *state_dir, const char *workspace_sid)
{
    counters_open(state_dir, workspace_sid, metrics_layout());
}

size_t metrics_word(enum metric metric, const char *word)
{
    const struct words *words = families[metric].words;
    size_t i = 0;
    while (i < words->count - 1 && (word == NULL || strcmp(words->list[i], word) != 0))
        i++;
    return i;
}

void metrics_count(enum metric metric)
{
    counters_add(cell_of(metric, 0, 0), 1);
}

void metrics_count_word(enum metric metric, const char *word, int64_t amount)
{
    counters_add(cell_of(metric, metrics_word(metric, word), 0), amount);
}

void metrics_count_status(enum metric metric, size_t word, int status)
{
    size_t i = 0;
    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    counters_add(cell_of(metric, word, i), 1);
}

void metrics_observe(enum metric metric, size_t word, int64_t ms)
{
    size_t bucket = 0;
    while (bucket < BUCKETS && ms > families[metric].bounds[bucket])
        bucket++;
    counters_add(cell_of(metric, word, bucket), 1);
    counters_add(cell_of(metric, word, HISTOGRAM_SUM), ms);
}

void metrics_set(enum metric metric, int64_t value)
{
    counters_set(cell_of(metric, 0, 0), as_set(value));
}

static void print_head(struct strbuf *out, const char *name, const char *help, const char *type)
{
    strbuf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Whole thousandths, without a floating point's doubts. */
static void print_thousandths(struct strbuf *out, int64_t value)
{
    strbuf_addf(out, "%lld.%03lld\n", (long long)(value / 1000), (long long)(value % 1000));
}

static void print_statuses(struct strbuf *out, enum metric metric, size_t word)
{
    const struct family *family = &families[metric];
    for (size_t i = 0; i < STATUSES; i++) {
        int64_t count = counters_read(cell_of(metric, word, i));
        if (count == 0) continue;
        strbuf_addf(out, "%s{%s=\"%s\",status=\"", family->name, family->words->name,
                    family->words->list[word]);
        if (statuses[i] == STATUS_NONE || statuses[i] == STATUS_OTHER)
            strbuf_addstr(out, statuses[i] == STATUS_NONE ? "none" : "other");
        else
            strbuf_addf(out, "%d", statuses[i]);
        strbuf_addf(out, "\"} %lld\n", (long long)count);
    }
}

/*
 * Of what many programs could have answered only what some did; else zeros, too, to compare with.
 */
static void print_counter(struct strbuf *out, enum metric metric, size_t word)
{
    const struct family *family = &families[metric];
    if (family->by_status) {
        print_statuses(out, metric, word);
        return;
    }
    strbuf_addstr(out, family->name);
    if (family->words != NULL)
        strbuf_addf(out, "{%s=\"%s\"}", family->words->name, family->words->list[word]);
    strbuf_addf(out, " %lld\n", (long long)counters_read(cell_of(metric, word, 0)));
}

static void print_bucket(struct strbuf *out, const struct family *family, const char *labels,
                         int bound, int64_t count)
{
    strbuf_addf(out, "%s_bucket{%s%sle=\"", family->name, labels, *labels != '\0' ? "," : "");
    if (bound > 0)
        strbuf_addf(out, "%g", bound / 1000.0);
    else
        strbuf_addstr(out, "+Inf");
    strbuf_addf(out, "\"} %lld\n", (long long)count);
}

static void print_histogram(struct strbuf *out, enum metric metric, size_t word)
{
    const struct family *family = &families[metric];
    char labels[64] = "";
    int64_t count = 0;
    if (family->words != NULL) {
        snprintf(labels, sizeof labels, "%s=\"%s\"", family->words->name,
                 family->words->list[word]);
    }
    for (size_t i = 0; i <= BUCKETS; i++) {
        count += counters_read(cell_of(metric, word, i));
        print_bucket(out, family, labels, i < BUCKETS ? family->bounds[i] : 0, count);
    }
    const char *open = *labels != '\0' ? "{" : "";
    const char *close = *labels != '\0' ? "}" : "";
    strbuf_addf(out, "%s_sum%s%s%s ", family->name, open, labels, close);
    print_thousandths(out, counters_read(cell_of(metric, word, HISTOGRAM_SUM)));
    strbuf_addf(out, "%s_count%s%s%s %lld\n", family->name, open, labels, close, (long long)count);
}

static bool has_observed(enum metric metric, size_t word)
{
    for (size_t i = 0; i <= BUCKETS; i++)
        if (counters_read(cell_of(metric, word, i)) != 0) return true;
    return false;
}

static void print_gauge(struct strbuf *out, enum metric metric, int64_t now_s)
{
    const struct family *family = &families[metric];
    int64_t value;
    if (!is_set(counters_read(cell_of(metric, 0, 0)), &value)) return;
    if (family->kind == AGE) value = now_s > value ? now_s - value : 0;
    strbuf_addf(out, "%s ", family->name);
    if (family->scale == 1000)
        print_thousandths(out, value);
    else
        strbuf_addf(out, "%lld\n", (long long)value);
}

static void print_family(struct strbuf *out, enum metric metric, int64_t now_s)
{
    static const char *const types[] = {
        [COUNTER] = "counter", [GAUGE] = "gauge", [AGE] = "gauge", [HISTOGRAM] = "histogram"
    };
    const struct family *family = &families[metric];
    print_head(out, family->name, family->help, types[family->kind]);
    if (family->kind == GAUGE || family->kind == AGE) {
        print_gauge(out, metric, now_s);
        return;
    }
    for (size_t word = 0; word < words_of(family); word++) {
        if (family->kind == COUNTER)
            print_counter(out, metric, word);
        else if (family->words == NULL || has_observed(metric, word))
            print_histogram(out, metric, word);
    }
}

void metrics_print(struct strbuf *out, const struct metrics_now *now)
{
    for (enum metric i = 0; i < METRIC__MAX; i++)
        print_family(out, i, now->now_s);
    print_head(out, "dialpad_configuration_stale",
               "1: the configuration has changed since the asked process read it.", "gauge");
    strbuf_addf(out, "dialpad_configuration_stale %d\n", now->stale ? 1 : 0);
    print_head(out, "dialpad_build_info", "Which version runs.", "gauge");
    strbuf_addf(out, "dialpad_build_info{version=\"%s\"} 1\n", now->version);
}
