/*
 * How long one search takes among 15,000 agents: the median of many, in microseconds. No web
 * server, no file.
 */
#include "directory/directory_search.h"

/* Benchmarks are linked with the product alone. */
#include "../unit/directory_fixture.c"

enum { AGENTS = 15000, ROUNDS = 301 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double median_us(const struct directory *directory, const struct directory_query *query,
                        size_t *total)
{
    static double times[ROUNDS];
    static struct directory_result result;
    for (size_t i = 0; i < ROUNDS; i++) {
        double began = now_us();
        must(directory_search(directory, query, &result));
        times[i] = now_us() - began;
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    *total = result.total;
    return times[ROUNDS / 2];
}

int main(void)
{
    static const char *const texts[] = { "",     "a",   "e",       "an",           "ana",
                                         "zzzz", "ber", "a garci", "lukasz kowal", "o'neil 7" };
    struct directory *directory = fixture_many(AGENTS);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t total;
        const struct directory_query query = {
            .text = texts[i],
            .without_sid = "WK00000000000000000000000000000007",
            .limit = 50,
            .include_offline = true,
        };
        double us = median_us(directory, &query, &total);
        printf("search among %d for \"%s\": %zu matches, %.1f us\n", AGENTS, texts[i], total, us);
    }
    directory_close(directory);
    return 0;
}
