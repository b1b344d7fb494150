/*
 * A line that one agent sends to another: with the ring, or as the answer to it. It is shown as
 * text beside a name, so that it may neither break that line nor turn its direction.
 */
#ifndef DIALPAD_LINE_H
#define DIALPAD_LINE_H

#include <stdbool.h>

enum {
    LINE_POINTS_MAX = 140, /* code points */
    LINE_SIZE = 4 * LINE_POINTS_MAX + 1
};

/* UTF-8 of at most LINE_POINTS_MAX code points, without control or directional characters. */
bool line_is_valid(const char *text);

#endif
