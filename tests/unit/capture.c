#include "capture.h"

#include "unit.h"

#include <unistd.h>

void capture(void (*write_line)(void), char *text, size_t size)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    write_line();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    /* One read is enough because the line was one write. */
    ssize_t len = read(ends[0], text, size - 1);
    assert_true(len > 0);
    text[len] = '\0';
    assert_int_equal(read(ends[0], text + len, 1), 0);
    text[len] = '\0';
    close(ends[0]);
}
