/* src/run/time_limit.h — the time limit of a run. */
#ifndef FCNN_RUN_TIME_LIMIT_H
#define FCNN_RUN_TIME_LIMIT_H

#include "config/config.h"

/* Returns the seconds from now until output.time_limit is reached; INFINITY if there is no limit.  For the value auto
 * it calls squeue in a SLURM job, and prints a warning if squeue does not report the end of the job.  Not collective:
 * rank 0 calls it once, at the start. */
double fcnn_time_limit_left(const fcnn_config *config);

#endif
