/*
 * dialpad-admin check: reads the configuration and says what is wrong with it.
 */
#include "admin.h"

#include <stdio.h>
#include <stdlib.h>

int admin_check(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct config config = { 0 };
    if (!admin_load(&config)) return EXIT_FAILURE;
    puts("the configuration is complete");
    config_free(&config);
    return EXIT_SUCCESS;
}
