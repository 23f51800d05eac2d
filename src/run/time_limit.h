/* src/run/time_limit.h — how long a run may take. */
#ifndef FCNN_RUN_TIME_LIMIT_H
#define FCNN_RUN_TIME_LIMIT_H

#include "config/config.h"

/* Seconds from now until output.time_limit is reached; INFINITY: no limit.  auto asks SLURM once, in a job of SLURM's,
 * and warns if it gives no answer.  Not collective: rank 0 calls, at the start. */
double fcnn_time_limit_left(const fcnn_config *config);

#endif
