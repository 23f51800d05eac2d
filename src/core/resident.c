/* src/core/resident.c — the resident memory of this process, as reported by Linux. */
#include "core/resident.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* The value in bytes of a line such as "VmHWM:    1234 kB" of /proc/self/status; −1 if there is no such line. */
static int64_t read_status(const char *name)
{
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL) {
        return -1;
    }
    char line[256];
    long long kilobytes = -1;
    const size_t length = strlen(name);
    while (kilobytes < 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            sscanf(line + length + 1, "%lld", &kilobytes);
        }
    }
    fclose(file);
    return kilobytes < 0 ? -1 : (int64_t)kilobytes * 1024;
}

int64_t fcnn_resident_bytes(void)
{
    return read_status("VmRSS");
}

int64_t fcnn_resident_peak(void)
{
    const int64_t peak = read_status("VmHWM");
    struct rusage usage;
    if (peak >= 0 || getrusage(RUSAGE_SELF, &usage) != 0 || usage.ru_maxrss <= 0) {
        return peak;
    }
    return (int64_t)usage.ru_maxrss * 1024;
}

bool fcnn_resident_reset(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    FILE *file = fopen("/proc/self/clear_refs", "we");
    if (file == NULL) {
        return false;
    }
    const bool written = fputs("5", file) >= 0; /* 5 resets only the peak */
    return fclose(file) == 0 && written;
}
