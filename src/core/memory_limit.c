/* src/core/memory_limit.c — the memory that this process may use, as reported by Linux. */
#include "core/memory_limit.h"

#include "core/control_groups.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

static int64_t limit; /* set once, by look_up() */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void lower(uint64_t bytes)
{
    if (bytes > 0 && bytes < (uint64_t)limit) {
        limit = (int64_t)bytes;
    }
}

/* Applies the limit of a control group; "max" means that it has none. */
static void lower_by_group(void *data, const char *folder, bool is_version_2)
{
    char text[64];
    uint64_t bytes;
    (void)data;
    if (fcnn_control_group_read(folder, is_version_2 ? "memory.max" : "memory.limit_in_bytes", text, sizeof text) &&
        sscanf(text, "%" SCNu64, &bytes) == 1) {
        lower(bytes);
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
    fcnn_control_groups_visit("/proc/self", "memory", lower_by_group, NULL);
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
