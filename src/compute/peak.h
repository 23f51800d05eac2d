/* src/compute/peak.h — what the multiply-add units of a team's processors can do, all at the same time. */
#ifndef FCNN_COMPUTE_PEAK_H
#define FCNN_COMPUTE_PEAK_H

#include "compute/kernels.h"
#include "compute/team.h"

typedef struct fcnn_peak {
    double flops_per_second; /* of all threads; a multiply-add is 2 */
    double flops_per_cycle;  /* of a thread's core, mean over threads; NaN: there is no cycle counter here */
} fcnn_peak;

/* Runs multiply-adds on all threads of a team for about so many seconds.  Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_peak_measure(fcnn_team *team, const fcnn_kernels *kernels, double seconds, fcnn_peak *out);

/* What a core does in a cycle if its units are whole: the nearest of 16, 32 and 64 for single precision, half of
 * it for double. */
double fcnn_peak_nearest(double flops_per_cycle, int bits);

#endif
