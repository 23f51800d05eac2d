/* src/compute/peak.h — measures the peak of the multiply-add units of all processors of a team at the same time. */
#ifndef FCNN_COMPUTE_PEAK_H
#define FCNN_COMPUTE_PEAK_H

#include "compute/kernels.h"
#include "compute/team.h"

typedef struct fcnn_peak {
    double flops_per_second; /* sum over threads; a multiply-add is 2 operations */
    double flops_per_cycle;  /* of the core of a thread, mean over threads; NaN: there is no cycle counter */
} fcnn_peak;

/* Runs multiply-adds on all threads of a team for about the given number of seconds; mixed: those of pairs.  Not
 * collective.  Errors: FCNN_ENOMEM. */
fcnn_status fcnn_peak_measure(fcnn_team *team, const fcnn_kernels *kernels, bool mixed, double seconds, fcnn_peak *out);

/* Returns the theoretical peak per cycle and core that is closest to a measured one: 16, 32 or 64 operations in single
 * precision, half as many in double precision. */
double fcnn_peak_nearest(double flops_per_cycle, int bits);

#endif
