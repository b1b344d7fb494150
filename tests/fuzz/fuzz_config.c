/* A configuration file; its first line may be a value of the environment. */
#include "fuzz.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config_load.h"
#include "base/sid.h"

/* The environment that the first line of the input makes: "KEY=value". */
static char *variable;

static const char *environment(const char *name)
{
    size_t len = strlen(name);
    return strncmp(variable, name, len) == 0 && variable[len] == '=' ? variable + len + 1 : NULL;
}

static void check(const struct config *config)
{
    MUST(sid_is_account(config->account_sid) && sid_is_api_key(config->api_key));
    MUST(sid_is_workspace(config->workspace_sid) && sid_is_workflow(config->workflow_sid));
    MUST(config->auth_token[0] != '\0' && config->api_secret[0] != '\0');
    MUST(strncmp(config->public_url, "http", 4) == 0 &&
         strpbrk(config->public_url, "?#@ ") == NULL);
    MUST(config->ring_seconds >= 5 && config->ring_seconds <= 100);
    MUST(config->threads >= 1 && config->threads <= CONFIG_MAX_THREADS);
    MUST(config->state_dir[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    char error[CONFIG_ERROR_SIZE] = "";
    struct config config = { 0 };
    variable = fuzz_line(&data, &size);
    int fd = memfd_create("dialpad.conf", MFD_CLOEXEC);
    MUST(fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum err rc = config_load_from(path, environment, &config, error);
    if (rc == ERR_OK)
        check(&config);
    else
        MUST(error[0] != '\0' && memchr(error, '\0', sizeof error) != NULL);
    config_free(&config);
    close(fd);
    free(variable);
    return 0;
}
