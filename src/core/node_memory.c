/* src/core/node_memory.c — the memory that this node has left, for all of its processes. */
#include "core/node_memory.h"

#include <stdio.h>
#include <string.h>

/* "MemAvailable:  123 kB" */
static int64_t available(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    if (file == NULL) {
        return -1;
    }
    char line[256];
    long long kilobytes = -1;
    while (kilobytes < 0 && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "MemAvailable: %lld", &kilobytes) != 1) {
            kilobytes = -1;
        }
    }
    fclose(file);
    return kilobytes < 0 ? -1 : (int64_t)kilobytes * 1024;
}

/* A number alone in a file; −1 if it is something else ("max"). */
static int64_t read_number(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return -1;
    }
    long long number;
    const int found = fscanf(file, "%lld", &number);
    fclose(file);
    return found == 1 ? (int64_t)number : -1;
}

/* The folder of this process's control group, version 2; 0 if there is none. */
static int find_group(char *out, size_t size)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) {
        return 0;
    }
    char line[1024];
    int found = 0;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, "0::/", 4) == 0 && snprintf(out, size, "/sys/fs/cgroup%s", line + 3) < (int)size;
    }
    fclose(file);
    return found;
}

static int64_t group_number(const char *folder, const char *name)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return read_number(path);
}

/* The least that the group and those above it leave; −1 where nothing is limited. */
static int64_t group_left(void)
{
    char folder[1024];
    int64_t least = -1;
    if (!find_group(folder, sizeof folder)) {
        return -1;
    }
    while (strlen(folder) > strlen("/sys/fs/cgroup")) {
        const int64_t most = group_number(folder, "memory.max"), used = group_number(folder, "memory.current");
        if (most >= 0 && used >= 0) {
            const int64_t left = most > used ? most - used : 0;
            least = least < 0 || left < least ? left : least;
        }
        *strrchr(folder, '/') = '\0';
    }
    return least;
}

int64_t fcnn_node_memory(void)
{
    const int64_t whole = available(), group = group_left();
    return group >= 0 && (whole < 0 || group < whole) ? group : whole;
}
