#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_load.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/version.h"

static const char call_options[] =
    "  SID                 of one of its Tasks, legs or its Conference: WT..., CA..., CF...\n"
    "  --agent NAME        instead of a SID, with --at: the call that this agent had then\n"
    "  --at TIME           10:03, 10:03:20 or 2026-11-28T10:03:20Z\n"
    "  --log FILE          where the programs' log is (the journal)\n"
    "  --numbers           prints phone numbers whole\n";

static const char doctor_options[] =
    "  --json              for programs: {version, ok, checks: [{id, result, text, repair}]}\n"
    "  --quiet             leaves out what is ok\n"
    "  --sign-in USER      also tries this user's password, which it asks for\n"
    "  --call NAME NAME    also makes a call of one Worker to another, whose softphones answer\n"
    "  --experiment        with --call: also prints what is documented nowhere, to be sent to us\n"
    "  --sockets FOLDER    where the programs' sockets are (/run/dialpad)\n"
    "  --user NAME         as whom the programs run (dialpad)\n";

static const char flex_options[] =
    "  install             registers the script at --url as --number, and has Flex load it\n"
    "  status              lists what Flex loads; 3 if the plugin isn't among it\n"
    "  remove              has Flex load the plugin no longer, and all others as before\n"
    "  --url URL           where browsers find the plugin's script\n"
    "  --number NUMBER     its version, such as 1.0.0: each script has its own\n"
    "  --dry-run           says what would be made, and makes nothing\n";

static const char setup_options[] =
    "  --public-url URL    where Twilio reaches the programs: https://calls.example.com/cgi-bin\n"
    "  --workspace WS...   where there is no Flex that would name one\n"
    "  --dry-run           says what would be made, and makes nothing\n"
    "  --adopt WW...       uses this Workflow, and doesn't change it\n"
    "  --into WW...        prints the filter that this Workflow needs\n"
    "  --identity WHOSE    whose address is believed: friendly_name or contact_uri\n"
    "  --flex-outbound     also sets Flex's outbound call configuration\n"
    "  --remove            removes what setup has made, and nothing else\n"
    "  rotate-key          makes a new API key; run again, deletes the old one\n";

static const struct command {
    const char *name;
    const char *arguments; /* "" if it takes none */
    int arguments_max;
    const char *summary;
    int (*run)(int argc, char **argv);
    const char *options; /* lines of them for --help, or NULL */
} commands[] = {
    { "call", "SID [OPTIONS]", 8, "the timeline of one call, and what it came to", admin_call,
      call_options },
    { "check", "[--user NAME]", 2, "reads the configuration as the programs' user", admin_check,
      "  --user NAME         as whom it is read (dialpad, if root asks)\n" },
    { "doctor", "[OPTIONS]", 12, "looks for what would keep calls from working", admin_doctor,
      doctor_options },
    { "flex", "WHAT [OPTIONS]", 6, "says which script of ours Twilio Flex loads", admin_flex,
      flex_options },
    { "setup", "[OPTIONS]", 16, "makes what is needed in Twilio's account, and the configuration",
      admin_setup, setup_options },
    { "metrics", "", 0, "prints what the programs of this host have counted", admin_metrics, NULL },
    { "sweep", "[SECONDS]", 1, "looks after calls of which nobody reports anything (45 s)",
      admin_sweep, NULL },
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) return &commands[i];
    return NULL;
}

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
    fputs("dialpad-admin COMMAND --help names a command's options.\n"
          "Exit status: 0 done, 1 failed, 2 usage, 3 something differs, or more to do (sweep).\n",
          to);
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

/* Of the first command that is named, else of all. */
static void write_help(int argc, char **argv)
{
    const struct command *command = NULL;
    for (int i = 1; i < argc && command == NULL; i++)
        command = find_command(argv[i]);
    if (command == NULL) {
        write_usage(stdout);
        return;
    }
    printf("usage: dialpad-admin %s %s\n%s\n%s", command->name, command->arguments,
           command->summary, command->options != NULL ? command->options : "");
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
        write_help(argc, argv);
        return EXIT_SUCCESS;
    }
    const struct command *command = argc >= 2 ? find_command(argv[1]) : NULL;
    return command != NULL ? run(command, argc - 2, argv + 2) : usage();
}
