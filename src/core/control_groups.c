/* src/core/control_groups.c — the limits that the control groups of a process set.
 *
 * /proc/self/cgroup has a line for each hierarchy, "0::/group" (version 2) or "4:cpu,cpuacct:/group" (version 1).
 * /proc/self/mountinfo says where the hierarchy is mounted, and which of its groups is the root of the mount.  In a
 * container this root is often the group of the container itself, while /proc/self/cgroup may name groups that are not
 * visible inside the container. */
#include "core/control_groups.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST_PATH = 4096, LONGEST_LINE = 3 * LONGEST_PATH };

typedef struct hierarchy {
    char group[LONGEST_PATH]; /* the group of the process */
    char root[LONGEST_PATH];  /* the group that is the root of the mount */
    char mount[LONGEST_PATH]; /* the folder where it is mounted */
    bool is_version_2;
} hierarchy;

/* Whether a list such as "cpu,cpuacct" contains a word. */
static bool is_in_list(const char *word, const char *list)
{
    const size_t length = strlen(word);
    for (const char *item = list; item != NULL; item = strchr(item, ',')) {
        item += *item == ',';
        if (strncmp(item, word, length) == 0 && (item[length] == ',' || item[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[LONGEST_PATH];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path ? fopen(path, "re") : NULL;
}

/* Finds the group of the process in the hierarchy of a controller. */
static bool find_group(const char *proc, const char *controller, bool is_version_2, hierarchy *out)
{
    FILE *file = open_in(proc, "cgroup");
    char line[LONGEST_LINE];
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':');
        char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (group == NULL) {
            continue;
        }
        *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        found = is_version_2 ? controllers[1] == '\0' : is_in_list(controller, controllers + 1);
        found = found && snprintf(out->group, sizeof out->group, "%s", group) < (int)sizeof out->group;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* Decodes the octal codes, such as \040, that mountinfo writes for blanks, tabs, line feeds and backslashes. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        unsigned code;
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3 && sscanf(from + 1, "%3o", &code) == 1) {
            *to = (char)code;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* Parses a line "36 35 0:30 ROOT MOUNT rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct". */
static bool take_mount(char *line, const char *controller, bool is_version_2, hierarchy *out)
{
    char type[16], options[1024] = "";
    const char *rest = strstr(line, " - ");
    if (rest == NULL || sscanf(rest, " - %15s %*s %1023s", type, options) < 1 ||
        strcmp(type, is_version_2 ? "cgroup2" : "cgroup") != 0 || (!is_version_2 && !is_in_list(controller, options))) {
        return false;
    }
    if (sscanf(line, "%*s %*s %*s %4095s %4095s", out->root, out->mount) != 2) {
        return false;
    }
    unescape(out->root);
    unescape(out->mount);
    return true;
}

/* The path of the process's group relative to the root of the mount; "" if it is the root; NULL if it is outside. */
static const char *below_root(const hierarchy *where)
{
    const size_t length = strcmp(where->root, "/") == 0 ? 0 : strlen(where->root);
    const char *below = where->group + length;
    if (strncmp(where->group, where->root, length) != 0 || strstr(where->group, "/..") != NULL) {
        return NULL;
    }
    return strcmp(below, "/") == 0 ? "" : *below == '/' || *below == '\0' ? below : NULL;
}

/* Finds the mount that contains the process's group, or any mount of the hierarchy if none does. */
static bool find_mount(const char *proc, const char *controller, bool is_version_2, hierarchy *out)
{
    FILE *file = open_in(proc, "mountinfo");
    char line[LONGEST_LINE];
    bool found = false, shows = false;
    hierarchy next = *out;
    while (file != NULL && !shows && fgets(line, sizeof line, file) != NULL) {
        if (take_mount(line, controller, is_version_2, &next)) {
            shows = below_root(&next) != NULL;
            *out = shows || !found ? next : *out;
            found = true;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

void fcnn_control_groups_visit(const char *proc, const char *controller,
                               void (*visit)(void *data, const char *folder, bool is_version_2), void *data)
{
    for (int version = 1; version <= 2; version++) {
        hierarchy where = {.is_version_2 = version == 2};
        char folder[2 * LONGEST_PATH];
        if (!find_group(proc, controller, version == 2, &where) ||
            !find_mount(proc, controller, version == 2, &where)) {
            continue;
        }
        const char *below = below_root(&where);
        snprintf(folder, sizeof folder, "%s%s", where.mount, below != NULL ? below : "");
        const size_t shortest = strlen(where.mount);
        while (strlen(folder) >= shortest) {
            visit(data, folder, version == 2);
            char *end = strrchr(folder, '/');
            if (end == NULL) {
                break;
            }
            *end = '\0';
        }
    }
}

bool fcnn_control_group_read(const char *folder, const char *name, char *out, int size)
{
    FILE *file = open_in(folder, name);
    if (file == NULL) {
        return false;
    }
    const size_t length = fread(out, 1, (size_t)size, file);
    fclose(file);
    if (length == (size_t)size) {
        return false;
    }
    out[length] = '\0';
    return true;
}

/* ---- quotas ---- */

double fcnn_quota_shown(const fcnn_quota *quota)
{
    const double hundredths = floor(quota->processors * 100);
    return (hundredths < 1 ? 1 : hundredths) / 100;
}

typedef struct quota_list {
    fcnn_quota *quotas;
    int count;
} quota_list;

/* Reads the processor time of a group per period, and the period, both in microseconds.  False if it has no limit. */
static bool read_quota(const char *folder, bool is_version_2, int64_t *quota, int64_t *period)
{
    char text[64];
    if (is_version_2) { /* "50000 100000", "max 100000" */
        return fcnn_control_group_read(folder, "cpu.max", text, sizeof text) &&
               sscanf(text, "%" SCNd64 " %" SCNd64, quota, period) == 2;
    }
    return fcnn_control_group_read(folder, "cpu.cfs_quota_us", text, sizeof text) &&
           sscanf(text, "%" SCNd64, quota) == 1 && /* −1: no limit */
           fcnn_control_group_read(folder, "cpu.cfs_period_us", text, sizeof text) &&
           sscanf(text, "%" SCNd64, period) == 1;
}

static void note_quota(void *data, const char *folder, bool is_version_2)
{
    quota_list *list = data;
    int64_t quota, period;
    struct stat status;
    if (list->count < FCNN_QUOTAS_MOST && read_quota(folder, is_version_2, &quota, &period) && quota > 0 &&
        period > 0 && stat(folder, &status) == 0) {
        list->quotas[list->count++] = (fcnn_quota){
            .group = (uint64_t)status.st_dev << 40 ^ (uint64_t)status.st_ino,
            .processors = (double)quota / (double)period,
        };
    }
}

int fcnn_control_groups_quotas(const char *proc, fcnn_quota quotas[FCNN_QUOTAS_MOST])
{
    quota_list list = {.quotas = quotas};
    fcnn_control_groups_visit(proc, "cpu", note_quota, &list);
    return list.count;
}
