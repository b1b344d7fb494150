#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static const struct command {
    const char *name;
    int arguments_max;
    const char *summary; /* with the arguments, if it takes any */
    int (*run)(int argc, char **argv);
} commands[] = {
    { "check", 0, "reads the configuration and says what is wrong with it", admin_check },
    { "sweep", 1, "[SECONDS]  looks after calls of which nobody has reported anything",
      admin_sweep },
};

bool admin_load(struct config *config)
{
    char problem[CONFIG_ERROR_SIZE];
    if (config_load(config, problem) == ERR_OK) return true;
    fprintf(stderr, "dialpad-admin: %s\n", problem);
    return false;
}

static int usage(void)
{
    fputs("usage: dialpad-admin COMMAND\n", stderr);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(stderr, "  %-8s %s\n", commands[i].name, commands[i].summary);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    log_open("dialpad-admin");
    for (size_t i = 0; argc >= 2 && i < sizeof commands / sizeof *commands; i++) {
        const struct command *command = &commands[i];
        if (strcmp(argv[1], command->name) != 0) continue;
        return argc - 2 <= command->arguments_max ? command->run(argc - 2, argv + 2) : usage();
    }
    return usage();
}
