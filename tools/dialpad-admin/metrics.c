/*
 * dialpad-admin metrics: what the programs of this host have counted, as `metrics` answers it; for
 * a textfile collector where nobody can ask a program.
 */
#include "admin.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/strbuf.h"
#include "base/version.h"

int admin_metrics(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct config config = { 0 };
    struct strbuf text;
    if (!admin_load(&config)) return EXIT_FAILURE;
    strbuf_init(&text, STRBUF_MAX_REPLY);
    const struct metrics_now now = { .now_s = clock_wall_s(), .version = version_text() };
    metrics_print(&text, &now);
    bool written = !strbuf_failed(&text) && fputs(text.buf, stdout) >= 0 && fflush(stdout) == 0;
    strbuf_free(&text);
    config_free(&config);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
