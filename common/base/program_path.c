#include "base/program_path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char origin[] = "$ORIGIN/";

char *program_path(const char *path)
{
    if (strncmp(path, origin, sizeof origin - 1) != 0) return strdup(path);

    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len <= 0) return NULL;
    program[len] = '\0';
    char *slash = strrchr(program, '/');
    if (slash == NULL) return NULL;
    *slash = '\0';

    char *result = NULL;
    if (asprintf(&result, "%s/%s", program, path + sizeof origin - 1) < 0) return NULL;
    return result;
}
