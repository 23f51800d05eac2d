/* src/run/lifecycle.h — when a run stops before its end, and when it writes a checkpoint between. */
#ifndef FCNN_RUN_LIFECYCLE_H
#define FCNN_RUN_LIFECYCLE_H

#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

/* What a rank may ask all ranks for: flags that ride along with a step's sum, as bits. */
enum {
    FCNN_LIFECYCLE_STOP = 1 << 0,
    FCNN_LIFECYCLE_CHECKPOINT = 1 << 1,
    FCNN_LIFECYCLE_FLAGS = 2 /* how many there are */
};

typedef struct fcnn_lifecycle {
    const fcnn_config *config; /* borrowed */
    bool watches;              /* the clock and the folder: rank 0 does */
    double deadline;           /* on the clock of core/clock.h; INFINITY: none */
    double last_checkpoint;    /* when it was packed; −INFINITY: there was none */
    double next_checkpoint;    /* of output.checkpoint_minutes; INFINITY: none */
    double next_poll;          /* for the file STOP */
    double last_step;          /* when the step before was done; 0: there was none */
    double longest_step;       /* seconds from one to the next, with all that lies between */
    double longest_write;      /* seconds that a checkpoint took; kept by the trainer */
    bool stop_file, out_of_time, wants_checkpoint;
} fcnn_lifecycle;

/* At the start of the run.  watches: on rank 0. */
void fcnn_lifecycle_start(fcnn_lifecycle *lifecycle, const fcnn_config *config, bool watches);

/* The flags of what this rank has been asked for by now. */
uint32_t fcnn_lifecycle_flags(fcnn_lifecycle *lifecycle);

/* A checkpoint is packed: the time to the next one begins, and it is the answer to all that was asked before. */
void fcnn_lifecycle_saved(fcnn_lifecycle *lifecycle);

/* Why this rank wanted a stop: "SIGTERM", "the file STOP", "the time limit"; NULL: another rank did. */
const char *fcnn_lifecycle_reason(const fcnn_lifecycle *lifecycle);

/* The run is over: the file STOP, if it was seen, goes, or the next start would stop at once. */
void fcnn_lifecycle_stopped(const fcnn_lifecycle *lifecycle);

#endif
