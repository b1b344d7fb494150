/*
 * The account's SID and auth token, from whoever sits at the terminal. Never from arguments: those
 * stand in the process list and in the shell's history.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

enum { ANSWER_SIZE = 256 };

static bool read_line(FILE *terminal, char line[ANSWER_SIZE])
{
    if (fgets(line, ANSWER_SIZE, terminal) == NULL) return false;
    line[strcspn(line, "\r\n")] = '\0';
    return line[0] != '\0';
}

/* What is typed isn't seen where `secret`. */
static bool ask(FILE *terminal, const char *question, bool secret, char line[ANSWER_SIZE])
{
    struct termios as_it_was;
    bool hidden = secret && tcgetattr(fileno(terminal), &as_it_was) == 0;
    if (hidden) {
        struct termios silent = as_it_was;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        hidden = tcsetattr(fileno(terminal), TCSAFLUSH, &silent) == 0;
    }
    fprintf(terminal, "%s: ", question);
    fflush(terminal);
    bool answered = read_line(terminal, line);
    if (hidden) {
        (void)tcsetattr(fileno(terminal), TCSAFLUSH, &as_it_was);
        fputc('\n', terminal);
    }
    return answered;
}

/* A terminal is read and written; one buffer for both would need a seek between. */
static FILE *open_terminal(void)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal != NULL) setvbuf(terminal, NULL, _IONBF, 0);
    return terminal;
}

static bool fill(FILE *terminal, const char *question, bool secret, char **value)
{
    char line[ANSWER_SIZE];
    if (*value != NULL) return true;
    if (!ask(terminal, question, secret, line)) return false;
    *value = strdup(line);
    explicit_bzero(line, sizeof line);
    return *value != NULL;
}

int setup_ask(struct config *draft)
{
    if (draft->account_sid != NULL && draft->auth_token != NULL) return EXIT_SUCCESS;
    FILE *terminal = open_terminal();
    if (terminal == NULL) {
        fputs("dialpad-admin: there is no terminal to ask for the account: set TWILIO_ACCOUNT_SID "
              "and TWILIO_AUTH_TOKEN in the environment\n",
              stderr);
        return EXIT_FAILURE;
    }
    bool filled = fill(terminal, "Account SID (AC…)", false, &draft->account_sid) &&
                  fill(terminal, "Auth token (not shown)", true, &draft->auth_token);
    fclose(terminal);
    if (filled && sid_is_account(draft->account_sid)) return EXIT_SUCCESS;
    fputs("dialpad-admin: the account SID must be AC and 32 hexadecimal digits, and the auth token "
          "not empty\n",
          stderr);
    return EXIT_FAILURE;
}
