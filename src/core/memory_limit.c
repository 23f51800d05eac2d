/* src/core/memory_limit.c — how much memory this process may have at all, as Linux tells it. */
#include "core/memory_limit.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

static int64_t limit; /* both under the once */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void lower(uint64_t bytes)
{
    if (bytes > 0 && bytes < (uint64_t)limit) {
        limit = (int64_t)bytes;
    }
}

/* A file with one number; what says "max" sets no limit. */
static void lower_by_file(const char *path)
{
    FILE *file = fopen(path, "re");
    uint64_t bytes;
    if (file == NULL) {
        return;
    }
    if (fscanf(file, "%" SCNu64, &bytes) == 1) {
        lower(bytes);
    }
    fclose(file);
}

/* The limits of a control group and of all above it.  group: such as "/slurm/job_7", cut on the way up. */
static void lower_by_groups(const char *root, char *group, const char *name)
{
    char path[2048];
    for (char *end = group + strlen(group); end != NULL; end = strrchr(group, '/')) {
        *end = '\0';
        if (snprintf(path, sizeof path, "%s%s/%s", root, group, name) < (int)sizeof path) {
            lower_by_file(path);
        }
    }
}

/* Lines of /proc/self/cgroup: "0::/group" (version 2), "4:memory:/group" (version 1). */
static void lower_by_control_groups(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[1024];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':');
        char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (group == NULL) {
            continue;
        }
        *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        if (controllers[1] == '\0') {
            lower_by_groups("/sys/fs/cgroup", group, "memory.max");
        } else if (strcmp(controllers + 1, "memory") == 0) {
            lower_by_groups("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void look_up(void)
{
    struct sysinfo machine;
    struct rlimit space;
    limit = INT64_MAX;
    if (sysinfo(&machine) == 0) {
        lower(((uint64_t)machine.totalram + machine.totalswap) * machine.mem_unit);
    }
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
        lower(space.rlim_cur);
    }
    lower_by_control_groups();
}

int64_t fcnn_memory_limit(void)
{
    pthread_once(&once, look_up);
    return limit;
}

int64_t fcnn_memory_available(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[256];
    int64_t available = fcnn_memory_limit(), kilobytes;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "MemAvailable: %" SCNd64, &kilobytes) == 1 && kilobytes < available / 1024) {
            available = kilobytes * 1024;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return available;
}
