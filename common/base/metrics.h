/*
 * What is counted, and how Prometheus reads it
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Labels are from lists that are
 * known beforehand: no name and no SID is ever one.
 *
 * Counting costs some ten nanoseconds and can't fail; what each metric means is in metrics.c's
 * table, beside its name.
 */
#ifndef DIALPAD_METRICS_H
#define DIALPAD_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum metric {
    METRIC_REQUESTS,        /* by program and status */
    METRIC_REQUEST_SECONDS, /* by program; observed in ms */
    METRIC_CALLS,           /* by outcome */
    METRIC_RING_SECONDS,    /* observed in ms */
    METRIC_ANSWER_SECONDS,  /* observed in ms */
    METRIC_CALLS_LIVE,
    METRIC_SIGNATURES_REFUSED,
    METRIC_LAST_WEBHOOK,    /* set to a time, seconds since 1970 */
    METRIC_TWILIO_REQUESTS, /* by product and status */
    METRIC_RATE_REMAINING,  /* set in thousandths */
    METRIC_CONCURRENT,      /* requests in Twilio's hands */
    METRIC_CLOCK_SKEW,      /* set in seconds, ours minus Twilio's */
    METRIC_SWEEP,           /* set to a time */
    METRIC_SWEEP_TASKS,     /* by result */
    METRIC_DIRECTORY,       /* set to the time of the snapshot; shown as its age */
    METRIC_CERTIFICATE,     /* set to a time */
    METRIC_STRANGERS,
    METRIC__MAX
};

/* The label of the first list: a program, an outcome, a product, a result; "other" if unknown. */
size_t metrics_word(enum metric metric, const char *word);

/* How many cells all of them take, and a number that changes with their meaning. */
size_t metrics_cells(void);
uint32_t metrics_layout(void);

/* Counts for this host from now on (counters.h). */
void metrics_open(const char *state_dir, const char *workspace_sid);

void metrics_count(enum metric metric);
void metrics_count_word(enum metric metric, const char *word, int64_t amount);

/* `word` as metrics_word says; `status` is HTTP's, 0 where there was no answer. */
void metrics_count_status(enum metric metric, size_t word, int status);

/* Of a histogram; `word` is 0 where it has no labels. */
void metrics_observe(enum metric metric, size_t word, int64_t ms);

/* Of a gauge. One that was never set isn't shown. */
void metrics_set(enum metric metric, int64_t value);

/* What is known only when somebody asks. */
struct metrics_now {
    int64_t now_s;
    bool stale; /* the configuration has changed since the asked process read it */
    const char *version;
};

/* Everything, as text/plain; version=0.0.4. */
void metrics_print(struct strbuf *out, const struct metrics_now *now);

#endif
