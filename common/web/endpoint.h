/*
 * One program, as a declaration: what it is called, which methods it answers to, who may ask, what
 * may come in, what it does. endpoint_run does the rest, the same for all:
 *
 *   configuration 503 → method 405 → length 411/413 → content type 415 → credential 401/403 →
 *   parameters 400 → handle → reply → one log line
 *
 * A program runs as FastCGI when descriptor 0 is a listening socket, with DIALPAD_THREADS requests
 * at once, and otherwise answers one request as a plain CGI program.
 */
#ifndef DIALPAD_ENDPOINT_H
#define DIALPAD_ENDPOINT_H

#include "web/program.h"

/*
 * The value of `main`. Returns the process's exit status. From a shell, --version and --help are
 * answered; from a web server no argument is looked at, because a client's query can be one.
 */
int endpoint_run(const struct endpoint *self, int argc, char **argv);

#endif
