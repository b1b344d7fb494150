/*
 * dialpad-admin doctor: a signal that ended it amid the call that it makes would leave two people
 * in that call. While it lasts such signals are only noted; whatever waits looks here, and then the
 * call is ended as ever.
 */
#ifndef DIALPAD_DOCTOR_SIGNAL_H
#define DIALPAD_DOCTOR_SIGNAL_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM and SIGHUP are noted, but for those that are ignored already. */
void doctor_signal_note(void);

/* They do again what they did before. */
void doctor_signal_restore(void);

/* One has come. */
bool doctor_signal_came(void);

#endif
