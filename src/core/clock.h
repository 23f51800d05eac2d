/* src/core/clock.h — elapsed time on this host.  Not collective; any thread may call any function. */
#ifndef FCNN_CORE_CLOCK_H
#define FCNN_CORE_CLOCK_H

#include <time.h>

/* Seconds since an unspecified moment; the value never decreases. */
static inline double fcnn_clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Adds the seconds since *since to a sum, and sets *since to now. */
static inline void fcnn_clock_count(double *seconds, double *since)
{
    const double now = fcnn_clock_seconds();
    *seconds += now - *since;
    *since = now;
}

#endif
