/*
 * dialpad-admin: what an administrator runs, by hand, from cron or from a timer. Each command is a
 * file of its name and a row of the table in main.c.
 */
#ifndef DIALPAD_ADMIN_H
#define DIALPAD_ADMIN_H

#include <stdbool.h>

#include "base/config.h"

enum {
    EXIT_USAGE = 2,
    EXIT_DIFFERS = 3 /* something isn't as it should be; sweep: there is more to do */
};

/* Each gets the arguments that follow its name, and returns the exit status. */
int admin_call(int argc, char **argv);
int admin_check(int argc, char **argv);
int admin_doctor(int argc, char **argv);
int admin_flex(int argc, char **argv);
int admin_setup(int argc, char **argv);
int admin_metrics(int argc, char **argv);
int admin_sweep(int argc, char **argv);

/*
 * Reads the configuration, and counts on with the programs. False, and said on the standard error,
 * if it is unusable.
 */
bool admin_load(struct config *config) MUST_CHECK;

#endif
