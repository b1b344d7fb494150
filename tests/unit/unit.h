/*
 * What every unit test begins with: cmocka wants these headers before its own.
 */
#ifndef DIALPAD_TEST_UNIT_H
#define DIALPAD_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Says which row of a table failed. */
#define assert_row(row, condition)                                            \
    do {                                                                      \
        if (!(condition)) fail_msg("row %zu: %s", (size_t)(row), #condition); \
    } while (0)

#endif
