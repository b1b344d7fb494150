#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_load.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/version.h"

static const struct command {
    const char *name;
    const char *arguments; /* "" if it takes none */
    int arguments_max;
    const char *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    { "call", "SID [OPTIONS]", 8, "the timeline of one call, and what it came to", admin_call },
    { "check", "[--user NAME]", 2, "reads the configuration as the programs' user", admin_check },
    { "doctor", "[OPTIONS]", 8, "looks for what would keep calls from working", admin_doctor },
    { "setup", "[OPTIONS]", 16, "makes what is needed in Twilio's account, and the configuration",
      admin_setup },
    { "metrics", "", 0, "prints what the programs of this host have counted", admin_metrics },
    { "sweep", "[SECONDS]", 1, "looks after calls of which nobody reports anything (45 s)",
      admin_sweep },
};

bool admin_load(struct config *config)
{
    char problem[CONFIG_ERROR_SIZE];
    if (config_load(config, problem) == ERR_OK) {
        const struct log_form form = {
            .json = config->log == CONFIG_LOG_JSON,
            .journal = config_load_has_journal(),
        };
        log_set_form(&form);
        metrics_open(config->state_dir, config->workspace_sid);
        return true;
    }
    fprintf(stderr, "dialpad-admin: %s\n", problem);
    return false;
}

static void write_usage(FILE *to)
{
    fputs("usage: dialpad-admin COMMAND\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(to, "  %-7s %-14s %s\n", commands[i].name, commands[i].arguments,
                commands[i].summary);
    }
    fputs("Exit status: 0 done, 1 failed, 2 usage, 3 more to do (sweep).\n", to);
}

static int usage(void)
{
    write_usage(stderr);
    return EXIT_USAGE;
}

/* Wherever it stands, and whatever the configuration is. */
static bool is_asked(int argc, char **argv, const char *option)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], option) == 0) return true;
    return false;
}

static int run(const struct command *command, int argc, char **argv)
{
    int status = argc <= command->arguments_max ? command->run(argc, argv) : EXIT_USAGE;
    if (status == EXIT_USAGE) write_usage(stderr);
    return status;
}

int main(int argc, char **argv)
{
    log_open("dialpad-admin");
    if (is_asked(argc, argv, "--version")) {
        printf("dialpad-admin %s\n", version_text());
        return EXIT_SUCCESS;
    }
    if (is_asked(argc, argv, "--help")) {
        write_usage(stdout);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; argc >= 2 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0) return run(&commands[i], argc - 2, argv + 2);
    return usage();
}
