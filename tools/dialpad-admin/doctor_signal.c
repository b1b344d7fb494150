#include "doctor_signal.h"

#include <signal.h>
#include <stddef.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

enum { COUNT = sizeof numbers / sizeof numbers[0] };

static struct sigaction as_it_was[COUNT];
static volatile sig_atomic_t came;

static void on_signal(int number)
{
    (void)number;
    came = 1;
}

void doctor_signal_note(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT; i++) {
        sigaction(numbers[i], NULL, &as_it_was[i]);
        if (as_it_was[i].sa_handler != SIG_IGN) sigaction(numbers[i], &action, NULL);
    }
}

void doctor_signal_restore(void)
{
    for (size_t i = 0; i < COUNT; i++)
        sigaction(numbers[i], &as_it_was[i], NULL);
}

bool doctor_signal_came(void)
{
    return came != 0;
}
