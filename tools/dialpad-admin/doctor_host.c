/*
 * Checks of this host: its configuration, its state folder, its programs, its sweep.
 */
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "web/webhook_record.h"

enum {
    STATE_FREE_MIN = 4 * 1024 * 1024, /* a directory of many agents, written beside the old one */
    SWEEP_AGE_MAX_S = 5 * 60
};

/* Readable by others it isn't even loaded; here is what a program may not have noticed. */
void doctor_host_configuration(struct doctor *doctor)
{
    struct stat status;
    const char *path = doctor->conf_path;
    if (path == NULL || stat(path, &status) != 0) {
        doctor_note(doctor, DOCTOR_OK, "configuration", "", "complete, from the environment");
        return;
    }
    if ((status.st_mode & S_IWGRP) != 0 || (geteuid() == 0 && status.st_uid != 0)) {
        char repair[DOCTOR_TEXT_SIZE];
        snprintf(repair, sizeof repair, "chown root:dialpad %.300s && chmod 640 %.300s", path,
                 path);
        doctor_note(doctor, DOCTOR_WARN, "configuration", repair,
                    "%s could be changed by others than root", path);
        return;
    }
    doctor_note(doctor, DOCTOR_OK, "configuration", "", "%s is complete", path);
}

static void note_state(struct doctor *doctor, const char *command, const char *why)
{
    char repair[DOCTOR_TEXT_SIZE];
    const char *path = doctor->config.state_dir;
    snprintf(repair, sizeof repair, "%s %.300s", command, path);
    doctor_note(doctor, DOCTOR_WARN, "state", repair,
                "%s %s: each process reads all agents for itself, and calls aren't counted", path,
                why);
}

/* As the programs' user: root may write everywhere. */
static bool can_be_written(const struct doctor *doctor, const char *path)
{
    const struct passwd *user = geteuid() == 0 ? getpwnam(doctor->user) : NULL;
    if (user != NULL && (setegid(user->pw_gid) != 0 || seteuid(user->pw_uid) != 0)) return false;
    bool can = faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
    if (user != NULL && (seteuid(0) != 0 || setegid(0) != 0)) return false;
    return can;
}

static bool is_full(const char *path)
{
    struct statvfs space;
    return statvfs(path, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize < STATE_FREE_MIN;
}

void doctor_host_state(struct doctor *doctor)
{
    struct stat status;
    const char *path = doctor->config.state_dir;
    if (stat(path, &status) != 0) {
        note_state(doctor, "install -d -o dialpad -g dialpad -m 750",
                   errno == ENOENT ? "isn't there" : strerror(errno));
    } else if (!S_ISDIR(status.st_mode)) {
        note_state(doctor, "set DIALPAD_STATE_DIR to a folder, or: rm", "is no folder");
    } else if (!can_be_written(doctor, path)) {
        note_state(doctor, "chown dialpad:dialpad", "can't be written");
    } else if (is_full(path)) {
        note_state(doctor, "make room: df -h", "is on a disk that is full");
    } else {
        doctor_note(doctor, DOCTOR_OK, "state", "", "%s can be written", path);
    }
}

/* NULL when somebody accepts connections there. */
static const char *why_not_open(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path) return "has too long a path";
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return strerror(errno);
    int failed = connect(fd, (const struct sockaddr *)&address, sizeof address);
    const char *why = failed != 0 ? strerror(errno) : NULL;
    close(fd);
    return why;
}

static bool is_socket(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static void check_socket(struct doctor *doctor, const char *path, const char *program, size_t *good)
{
    char repair[DOCTOR_TEXT_SIZE];
    const char *why = why_not_open(path);
    if (why == NULL) {
        (*good)++;
        return;
    }
    snprintf(repair, sizeof repair,
             "systemctl restart dialpad@%.100s.socket (without systemd: dialpad-spawn start); "
             "journalctl -u 'dialpad@%.100s*'",
             program, program);
    doctor_note(doctor, DOCTOR_FAIL, "sockets", repair, "%s: %s", path, why);
}

/* Programs that the web server starts by itself have no sockets. */
void doctor_host_sockets(struct doctor *doctor)
{
    size_t good = 0;
    const size_t before = doctor->count;
    const struct dirent *entry;
    DIR *folder = opendir(doctor->sockets);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[PATH_MAX];
        char program[NAME_MAX + 1];
        snprintf(program, sizeof program, "%s", entry->d_name);
        char *ending = strstr(program, ".sock");
        snprintf(path, sizeof path, "%s/%s", doctor->sockets, entry->d_name);
        if (ending == NULL || !is_socket(path)) continue;
        *ending = '\0';
        check_socket(doctor, path, program, &good);
    }
    if (folder != NULL) closedir(folder);
    if (doctor->count > before) return;
    if (good > 0) {
        doctor_note(doctor, DOCTOR_OK, "sockets", "", "%zu in %s, each answers", good,
                    doctor->sockets);
    } else {
        doctor_note(doctor, DOCTOR_WARN, "sockets",
                    "systemctl enable --now dialpad.target (without systemd: dialpad-spawn start)",
                    "there is none in %s: right only where the web server starts the programs",
                    doctor->sockets);
    }
}

static bool may_connect(const struct stat *socket, const struct group *group, const char *user)
{
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) return false;
    if (entry->pw_uid == socket->st_uid || entry->pw_gid == group->gr_gid) return true;
    for (char **member = group->gr_mem; *member != NULL; member++)
        if (strcmp(*member, user) == 0) return true;
    return false;
}

/* NULL where there is no socket; else one of them. */
static const struct group *group_of_sockets(const struct doctor *doctor, struct stat *socket)
{
    const struct dirent *entry;
    const struct group *group = NULL;
    DIR *folder = opendir(doctor->sockets);
    while (folder != NULL && group == NULL && (entry = readdir(folder)) != NULL) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", doctor->sockets, entry->d_name);
        if (stat(path, socket) == 0 && S_ISSOCK(socket->st_mode)) group = getgrgid(socket->st_gid);
    }
    if (folder != NULL) closedir(folder);
    return group;
}

/* Only their owner and their group may connect: the web server must be among them. */
void doctor_host_group(struct doctor *doctor)
{
    static const char *const users[] = { "www-data", "nginx", "apache", "http" };
    struct stat socket;
    const struct group *group = group_of_sockets(doctor, &socket);
    const char *outside = NULL;
    for (size_t i = 0; group != NULL && i < sizeof users / sizeof users[0]; i++) {
        if (getpwnam(users[i]) == NULL) continue;
        if (may_connect(&socket, group, users[i])) {
            doctor_note(doctor, DOCTOR_OK, "group", "", "%s may use the sockets, whose group is %s",
                        users[i], group->gr_name);
            return;
        }
        if (outside == NULL) outside = users[i];
    }
    if (outside == NULL) return;
    char repair[DOCTOR_TEXT_SIZE];
    snprintf(repair, sizeof repair, "usermod -aG %.100s %s, then restart the web server",
             group->gr_name, outside);
    doctor_note(doctor, DOCTOR_WARN, "group", repair,
                "%s isn't in the group %s, for which the programs' sockets are", outside,
                group->gr_name);
}

void doctor_host_sweep(struct doctor *doctor)
{
    static const char repair[] =
        "systemctl enable --now dialpad-sweep.timer (or cron: * * * * * dialpad-admin sweep)";
    char path[PATH_MAX];
    struct stat status;
    const struct config *config = &doctor->config;
    snprintf(path, sizeof path, "%s/sweep-%s", config->state_dir, config->workflow_sid);
    if (stat(path, &status) != 0) {
        doctor_note(doctor, DOCTOR_WARN, "sweep", repair,
                    "none has run here: calls that nobody ends properly stay open");
        return;
    }
    int64_t age_s = (int64_t)time(NULL) - status.st_mtime;
    if (age_s > SWEEP_AGE_MAX_S) {
        doctor_note(doctor, DOCTOR_WARN, "sweep", repair,
                    "the last one was %" PRId64 " minutes ago", age_s / 60);
    } else {
        doctor_note(doctor, DOCTOR_OK, "sweep", "", "%" PRId64 " s ago", age_s);
    }
}

/* What Twilio has sent, before the doctor sends something that looks like it. */
void doctor_host_webhooks(struct doctor *doctor)
{
    struct webhook_record record;
    webhook_record_read(&doctor->config, &record);
    const int64_t now_s = (int64_t)time(NULL);
    if (record.refused > 0) {
        doctor_note(doctor, DOCTOR_WARN, "webhooks",
                    "compare TWILIO_AUTH_TOKEN and DIALPAD_PUBLIC_URL with Twilio's console, then "
                    "systemctl reload dialpad.target",
                    "%" PRId64 " requests with a wrong signature in the last %" PRId64
                    " minutes, and none that was genuine",
                    record.refused, (now_s - record.refused_since_s) / 60);
    } else if (record.genuine_s == 0) {
        doctor_note(doctor, DOCTOR_WARN, "webhooks", "make a call, then look again",
                    "Twilio has never been here");
    } else {
        doctor_note(doctor, DOCTOR_OK, "webhooks", "",
                    "the last genuine one %" PRId64 " minutes ago",
                    (now_s - record.genuine_s) / 60);
    }
}
