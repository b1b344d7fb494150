/*
 * spawn-time COUNT INPUT PROGRAM: runs a program that often, one after the other, with INPUT on
 * descriptor 0 and nobody listening to what it says. Prints two medians in milliseconds: from the
 * start of the process to its end, and the processor time of it, which depends less on what else
 * the machine does. That is what plain CGI costs beyond the web server itself.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double to_ms(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static bool run_once(const char *input, char *const arguments[], double *took, double *processor)
{
    pid_t child;
    int status = -1;
    struct rusage usage = { 0 };
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    double began = now_ms();
    int failed = posix_spawn(&child, arguments[0], &files, NULL, arguments, environ);
    if (failed == 0 && wait4(child, &status, 0, &usage) != child) status = -1;
    *took = now_ms() - began;
    *processor = to_ms(usage.ru_utime) + to_ms(usage.ru_stime);
    posix_spawn_file_actions_destroy(&files);
    return failed == 0 && status == 0;
}

static double median(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, compare);
    return numbers[count / 2];
}

int main(int argc, char *argv[])
{
    enum { COUNT_MAX = 10000 };
    static double took[COUNT_MAX];
    static double processor[COUNT_MAX];
    size_t count = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
    if (count < 1 || count > COUNT_MAX) {
        fprintf(stderr, "usage: spawn-time COUNT INPUT PROGRAM\n");
        return 2;
    }
    for (size_t i = 0; i < count; i++) {
        if (!run_once(argv[2], &argv[3], &took[i], &processor[i])) {
            fprintf(stderr, "%s failed\n", argv[3]);
            return EXIT_FAILURE;
        }
    }
    printf("%.3f %.3f\n", median(took, count), median(processor, count));
    return EXIT_SUCCESS;
}
