#include "base/users.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/private_file.h"

/* TaskRouter's 15,000 Workers need a third of this. */
enum { FILE_MAX = 4 * 1024 * 1024, FIELDS = 3 };

static const char blanks[] = " \t\r";

struct users {
    struct user *list; /* by name */
    size_t count;
    struct user **by_worker;
    struct user **by_address; /* those who have one come first */
    size_t address_count;
};

struct reading {
    struct users *users;
    int line;
    char *problem;
};

static enum err fail(const struct reading *reading, const char *what)
{
    snprintf(reading->problem, USERS_PROBLEM_SIZE, "%s", what);
    return ERR_INPUT;
}

static enum err add_user(const struct reading *reading, char *const fields[FIELDS])
{
    struct users *users = reading->users;
    struct user *user = &users->list[users->count++];
    user->line = reading->line;
    sid_copy(user->worker_sid, fields[1]);
    user->name = strdup(fields[0]);
    user->address = fields[2] != NULL ? strdup(fields[2]) : NULL;
    bool complete = user->name != NULL && (fields[2] == NULL || user->address != NULL);
    return complete ? ERR_OK : fail(reading, "out of memory");
}

static enum err read_line(const struct reading *reading, char *line)
{
    char *fields[FIELDS] = { NULL };
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, blanks, &rest); word != NULL;
         word = strtok_r(NULL, blanks, &rest)) {
        if (count == 0 && *word == '#') return ERR_OK;
        if (count == FIELDS) return fail(reading, "more than a user, a Worker and an address");
        fields[count++] = word;
    }
    if (count == 0) return ERR_OK;
    if (!sid_is_worker(fields[1]))
        return fail(reading, "after the user's name must come WK and 32 hexadecimal digits");
    if (fields[2] != NULL && (strncmp(fields[2], "client:", 7) != 0 || fields[2][7] == '\0'))
        return fail(reading, "an address must begin with client:");
    return add_user(reading, fields);
}

/* `text` has a byte to spare after its `len`. */
static enum err read_lines(struct reading *reading, char *text, size_t len)
{
    enum err rc = ERR_OK;
    char *const text_end = text + len;
    for (char *line = text; rc == ERR_OK && line < text_end;) {
        char *end = memchr(line, '\n', (size_t)(text_end - line));
        if (end == NULL) end = text_end;
        *end = '\0';
        reading->line++;
        rc = strlen(line) == (size_t)(end - line) ? read_line(reading, line)
                                                  : fail(reading, "not a text file");
        line = end + 1;
    }
    return rc;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}

static int compare_workers(const void *a, const void *b)
{
    const struct user *left = *(struct user *const *)a;
    const struct user *right = *(struct user *const *)b;
    return strcmp(left->worker_sid, right->worker_sid);
}

static int compare_addresses(const void *a, const void *b)
{
    const struct user *left = *(struct user *const *)a;
    const struct user *right = *(struct user *const *)b;
    if (left->address == NULL || right->address == NULL)
        return (left->address == NULL) - (right->address == NULL);
    return strcmp(left->address, right->address);
}

static bool same_address(const struct user *a, const struct user *b)
{
    if (a->address == NULL || b->address == NULL) return a->address == b->address;
    return strcmp(a->address, b->address) == 0;
}

static enum err clash(struct reading *reading, const struct user *a, const struct user *b,
                      const char *what)
{
    int first = a->line < b->line ? a->line : b->line;
    reading->line = a->line + b->line - first;
    snprintf(reading->problem, USERS_PROBLEM_SIZE, "%s, as line %d has", what, first);
    return ERR_INPUT;
}

/* Neighbours in the sorted lists are where two lines can contradict each other. */
static enum err check(struct reading *reading)
{
    const struct users *users = reading->users;
    for (size_t i = 1; i < users->count; i++) {
        const struct user *names = &users->list[i - 1];
        if (strcmp(names[0].name, names[1].name) == 0)
            return clash(reading, &names[0], &names[1], "this user has a line already");
        struct user *const *workers = &users->by_worker[i - 1];
        if (strcmp(workers[0]->worker_sid, workers[1]->worker_sid) == 0 &&
            !same_address(workers[0], workers[1])) {
            return clash(reading, workers[0], workers[1], "this Worker has another address");
        }
        struct user *const *addresses = &users->by_address[i - 1];
        if (addresses[1]->address != NULL && same_address(addresses[0], addresses[1]) &&
            strcmp(addresses[0]->worker_sid, addresses[1]->worker_sid) != 0) {
            return clash(reading, addresses[0], addresses[1], "another Worker has this address");
        }
    }
    return ERR_OK;
}

static enum err sort(struct reading *reading)
{
    struct users *users = reading->users;
    users->by_worker = calloc(users->count + 1, sizeof *users->by_worker);
    users->by_address = calloc(users->count + 1, sizeof *users->by_address);
    if (users->by_worker == NULL || users->by_address == NULL)
        return fail(reading, "out of memory");
    qsort(users->list, users->count, sizeof *users->list, compare_names);
    for (size_t i = 0; i < users->count; i++) {
        users->by_worker[i] = users->by_address[i] = &users->list[i];
        if (users->list[i].address != NULL) users->address_count++;
    }
    qsort(users->by_worker, users->count, sizeof *users->by_worker, compare_workers);
    qsort(users->by_address, users->count, sizeof *users->by_address, compare_addresses);
    return check(reading);
}

static size_t count_lines(const char *text, size_t len)
{
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n') lines++;
    return lines;
}

enum err users_load(const char *path, struct users **users, int *line,
                    char problem[USERS_PROBLEM_SIZE])
{
    char why[PRIVATE_FILE_PROBLEM_SIZE] = "is not there";
    char *text = NULL;
    size_t len = 0;
    struct reading reading = { .users = calloc(1, sizeof *reading.users), .problem = problem };

    enum err rc = reading.users != NULL ? ERR_OK : fail(&reading, "out of memory");
    if (rc == ERR_OK && private_file_read(path, FILE_MAX, &text, &len, why) != ERR_OK)
        rc = fail(&reading, why);
    if (rc != ERR_OK) goto out;
    reading.users->list = calloc(count_lines(text, len), sizeof *reading.users->list);
    if (reading.users->list == NULL) rc = fail(&reading, "out of memory");
    if (rc == ERR_OK) rc = read_lines(&reading, text, len);
    if (rc == ERR_OK) rc = sort(&reading);
    if (rc != ERR_OK) goto out;
    *users = reading.users;
    reading.users = NULL;
out:
    *line = reading.line;
    users_free(reading.users);
    private_file_free(text, len);
    return rc;
}

void users_free(struct users *users)
{
    if (users == NULL) return;
    for (size_t i = 0; i < users->count; i++) {
        free(users->list[i].name);
        free(users->list[i].address);
    }
    free(users->list);
    free(users->by_worker);
    free(users->by_address);
    free(users);
}

const struct user *users_find(const struct users *users, const char *name)
{
    if (users == NULL) return NULL;
    const struct user key = { .name = (char *)name };
    return bsearch(&key, users->list, users->count, sizeof *users->list, compare_names);
}

const char *users_address(const struct users *users, const char *worker_sid)
{
    if (users == NULL) return NULL;
    struct user key = { .name = NULL };
    struct user *wanted = &key;
    sid_copy(key.worker_sid, worker_sid);
    struct user **found =
        bsearch(&wanted, users->by_worker, users->count, sizeof *users->by_worker, compare_workers);
    return found != NULL ? (*found)->address : NULL;
}

const char *users_owner(const struct users *users, const char *address)
{
    if (users == NULL) return NULL;
    struct user key = { .address = (char *)address };
    struct user *wanted = &key;
    struct user **found = bsearch(&wanted, users->by_address, users->address_count,
                                  sizeof *users->by_address, compare_addresses);
    return found != NULL ? (*found)->worker_sid : NULL;
}
