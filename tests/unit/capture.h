/* What the code under test writes to standard error. */
#ifndef DIALPAD_UNIT_CAPTURE_H
#define DIALPAD_UNIT_CAPTURE_H

#include <stddef.h>

/* Runs `write_line`, which writes at least once, and gives what came of it, with a NUL. */
void capture(void (*write_line)(void), char *text, size_t size);

#endif
