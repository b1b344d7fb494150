/*
 * Reads the configuration: a file of KEY=value lines, once at start, strictly. base/config has the
 * table of keys; design rule: an unknown or repeated key, a malformed value or a file that others
 * can read is an error that names the file and the line, never a guess.
 *
 * A key in the program's environment wins over the file. Blank lines and lines that begin with
 * '#' are skipped; spaces around key and value are not part of them. A value may stand in quotes,
 * double or single, in the file as in the environment (where docker's --env-file leaves them). An
 * empty value is as good as none, so the environment can also take a value away.
 */
#ifndef DIALPAD_CONFIG_LOAD_H
#define DIALPAD_CONFIG_LOAD_H

#include "base/config.h"
#include "base/err.h"

enum { CONFIG_ERROR_SIZE = 1024 };

/*
 * Reads the file named by DIALPAD_CONFIG, else the path compiled in, and the environment. A
 * missing file is no error while the environment supplies all required keys. On failure `error`
 * (CONFIG_ERROR_SIZE bytes) holds a sentence for the admin, which never quotes a value. From then
 * on the process writes no core dump.
 */
enum err config_load(struct config *config, char *error) MUST_CHECK;

/* As config_load, where keys may be missing still: for the command that is about to write them. */
enum err config_load_draft(struct config *config, char *error) MUST_CHECK;

/* As config_load, from an explicit path and with an explicit environment; for tests. */
enum err config_load_from(const char *path, const char *(*env)(const char *name),
                          struct config *config, char *error) MUST_CHECK;

/* Does standard error lead to systemd's journal (JOURNAL_STREAM, systemd.exec(5))? */
bool config_load_has_journal(void);

/* The path of the file that config_load reads; the caller's (free). NULL without memory. */
char *config_load_path(void);

#endif
