/*
 * dialpad-admin check: reads the configuration as the programs will, and says what is wrong with
 * it.
 *
 * root may read everything, so what root can read says nothing: then the user that the programs run
 * as looks (--user, else "dialpad" where there is one).
 */
#include "admin.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For good: nothing after it may need root. */
static bool become(const char *name)
{
    errno = 0;
    const struct passwd *user = getpwnam(name);
    if (user == NULL) {
        fprintf(stderr, "dialpad-admin: there is no user %s\n", name);
        return false;
    }
    if (initgroups(name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 &&
        setuid(user->pw_uid) == 0) {
        return true;
    }
    fprintf(stderr, "dialpad-admin: can't become %s: %s\n", name, strerror(errno));
    return false;
}

/* It needn't be there yet: systemd makes it when it first starts a program. */
static bool state_is_usable(const struct config *config)
{
    struct stat status;
    if (stat(config->state_dir, &status) != 0 && errno == ENOENT) {
        printf("%s doesn't exist yet; without systemd: install -d -m 750 -o USER\n",
               config->state_dir);
        return true;
    }
    if (access(config->state_dir, W_OK | X_OK) == 0 && S_ISDIR(status.st_mode)) return true;
    fprintf(stderr, "dialpad-admin: the state folder %s can't be used: %s\n", config->state_dir,
            strerror(errno != 0 ? errno : ENOTDIR));
    return false;
}

int admin_check(int argc, char **argv)
{
    struct config config = { 0 };
    const char *user = NULL;
    if (argc == 2 && strcmp(argv[0], "--user") == 0)
        user = argv[1];
    else if (argc > 0)
        return EXIT_USAGE;
    if (user == NULL && geteuid() == 0 && getpwnam("dialpad") != NULL) user = "dialpad";
    if (user != NULL && !become(user)) return EXIT_FAILURE;
    if (!admin_load(&config)) return EXIT_FAILURE;
    bool usable = state_is_usable(&config);
    config_free(&config);
    if (user != NULL) printf("as %s: ", user);
    puts("the configuration is complete");
    if (geteuid() == 0)
        puts("read as root, who may read everything: --user NAME looks as the programs' user");
    return usable ? EXIT_SUCCESS : EXIT_FAILURE;
}
