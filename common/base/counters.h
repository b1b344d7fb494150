/*
 * Numbers that all programs and processes of a host count together: one small mapped file in the
 * state folder, whose cells are changed by single atomic instructions. Nobody waits for a lock, and
 * a process that dies leaves nothing behind.
 *
 * The file may be deleted at any time: within COUNTERS_LOOK_MS each process notices and goes on in
 * a new one. One that is short, foreign or of another layout is replaced before it is mapped; one
 * that is cut while it is mapped costs what was counted. Without a state folder each process counts
 * for itself.
 */
#ifndef DIALPAD_COUNTERS_H
#define DIALPAD_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

enum { COUNTERS_CELLS = 1024, COUNTERS_LOOK_MS = 10 * 1000 };

/*
 * From now on this process counts in the file for this workspace and this layout, a number that
 * changes with the meaning of any cell: programs of two versions that run side by side keep two
 * files. Once per process, before there are threads.
 */
void counters_open(const char *state_dir, const char *workspace_sid, uint32_t layout);

/* Back to counting for itself, and forgets what was counted so. */
void counters_close(void);

/* For the way of every request, at `now_ms` (clock_ms): looks whether the file is still there. */
void counters_look(int64_t now_ms);

/* Any thread, at any time; a cell beyond the last one is nobody's. */
void counters_add(size_t cell, int64_t amount);
void counters_set(size_t cell, int64_t value);
int64_t counters_read(size_t cell);

#endif
