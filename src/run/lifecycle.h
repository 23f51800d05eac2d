/* src/run/lifecycle.h — decides when a run stops early and when it writes a checkpoint on request.
 *
 * No function is collective; the flags of all ranks are combined by the exchange of each step.  Not thread-safe. */
#ifndef FCNN_RUN_LIFECYCLE_H
#define FCNN_RUN_LIFECYCLE_H

#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

/* Requests of a rank to all ranks, as bits.  They are exchanged together with the sum of a step. */
enum {
    FCNN_LIFECYCLE_STOP = 1 << 0,
    FCNN_LIFECYCLE_CHECKPOINT = 1 << 1,
    FCNN_LIFECYCLE_FLAGS = 2 /* number of flags */
};

typedef struct fcnn_lifecycle {
    const fcnn_config *config; /* borrowed */
    bool watches;              /* whether this rank observes the clock and the folder; true on rank 0 */
    double deadline;           /* times are seconds of core/clock.h; INFINITY: no deadline */
    double last_checkpoint;    /* time at which it was packed; −INFINITY: none yet */
    double next_checkpoint;    /* time of the next one by output.checkpoint_minutes; INFINITY: none */
    double next_poll;          /* time of the next check for the file STOP */
    double last_step;          /* time at which the previous step ended; 0: none yet */
    double longest_step;       /* longest time between the ends of two steps, in seconds */
    double longest_write;      /* longest time to write a checkpoint, in seconds; set by the trainer */
    bool stop_file, out_of_time, wants_checkpoint;
} fcnn_lifecycle;

/* Initializes the lifecycle at the start of a run.  config is borrowed; watches is true on rank 0. */
void fcnn_lifecycle_start(fcnn_lifecycle *lifecycle, const fcnn_config *config, bool watches);

/* Returns the flags that this rank requests at this time. */
uint32_t fcnn_lifecycle_flags(fcnn_lifecycle *lifecycle);

/* Records that a checkpoint was packed: it satisfies all earlier requests, and the interval to the next one starts. */
void fcnn_lifecycle_saved(fcnn_lifecycle *lifecycle);

/* Returns why this rank requested the stop: "SIGTERM", "the file STOP", "the time limit"; NULL if it did not.  The text
 * is static. */
const char *fcnn_lifecycle_reason(const fcnn_lifecycle *lifecycle);

/* Removes the file STOP at the end of a run if it was seen; otherwise the next run would stop at once. */
void fcnn_lifecycle_stopped(const fcnn_lifecycle *lifecycle);

#endif
