/* src/compute/peak.c — measures the peak of the multiply-add units. */
#include "compute/peak.h"

#include "core/memory.h"
#include "parallel/comm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#endif

/* ---- processor cycles of the calling thread ---- */

#ifdef __linux__
/* Opens a stopped counter of cycles; returns −1 if there is none. */
static int open_counter(void)
{
    struct perf_event_attr what;
    memset(&what, 0, sizeof what);
    what.size = sizeof what;
    what.type = PERF_TYPE_HARDWARE;
    what.config = PERF_COUNT_HW_CPU_CYCLES;
    what.disabled = 1;
    what.exclude_kernel = 1;
    what.exclude_hv = 1;
    return (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
}

static void start_counter(int counter)
{
    if (counter >= 0) {
        ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
    }
}

/* Closes the counter and returns the number of cycles; 0 if it did not count. */
static double end_counter(int counter)
{
    uint64_t cycles = 0;
    if (counter < 0) {
        return 0;
    }
    ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
    const bool whole = read(counter, &cycles, sizeof cycles) == (ssize_t)sizeof cycles;
    close(counter);
    return whole ? (double)cycles : 0;
}
#else
static int open_counter(void)
{
    return -1;
}

static void start_counter(int counter)
{
    (void)counter;
}

static double end_counter(int counter)
{
    (void)counter;
    return 0;
}
#endif

/* ---- the measurement ---- */

typedef struct burst {
    double flops, seconds, cycles, result;
    char padding[32]; /* the size is a cache line, so that threads do not write to the same one */
} burst;

typedef struct peak_work {
    double (*multiply_adds)(int64_t repetitions, int64_t *count);
    double seconds;
    burst *bursts; /* [threads] */
    int threads;   /* number of threads that took part */
} peak_work;

static void run_burst(void *data, int thread, int threads)
{
    enum { TRIAL = 10000 }; /* repetitions of a first measurement, which determines the number of the second */
    peak_work *work = data;
    burst own = {0};
    int64_t count;
    double begin = fcnn_comm_seconds();
    own.result = work->multiply_adds(TRIAL, &count);
    const double trial = fcnn_comm_seconds() - begin;
    const double fitting = (double)TRIAL * work->seconds / (trial > 1e-9 ? trial : 1e-9);
    const int counter = open_counter();
    fcnn_team_wait();
    start_counter(counter);
    begin = fcnn_comm_seconds();
    own.result += work->multiply_adds((int64_t)fitting + 1, &count);
    own.seconds = fcnn_comm_seconds() - begin;
    own.cycles = end_counter(counter);
    own.flops = 2 * (double)count;
    work->bursts[thread] = own;
    if (thread == 0) {
        work->threads = threads;
    }
}

fcnn_status fcnn_peak_measure(fcnn_team *team, const fcnn_kernels *kernels, bool mixed, double seconds, fcnn_peak *out)
{
    peak_work work = {.multiply_adds = mixed ? kernels->pair_multiply_adds : kernels->multiply_adds,
                      .seconds = seconds};
    FCNN_TRY(fcnn_memory_create("the peak", fcnn_team_threads(team), sizeof *work.bursts, &work.bursts));
    fcnn_team_run(team, run_burst, &work);
    *out = (fcnn_peak){0};
    for (int thread = 0; thread < work.threads; thread++) {
        const burst *own = &work.bursts[thread];
        out->flops_per_second += own->flops / own->seconds;
        out->flops_per_cycle += own->cycles > 0 ? own->flops / own->cycles / work.threads : NAN;
    }
    free(work.bursts);
    return FCNN_OK;
}

double fcnn_peak_nearest(double flops_per_cycle, int bits)
{
    double nearest = bits == 32 ? 16 : 8;
    for (int doubling = 0; doubling < 2 && flops_per_cycle > nearest * 1.5; doubling++) {
        nearest *= 2;
    }
    return nearest;
}
