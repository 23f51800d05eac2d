/* src/training/progress.h — the table of a training run: whole lines, and on a terminal one that moves. */
#ifndef FCNN_TRAINING_PROGRESS_H
#define FCNN_TRAINING_PROGRESS_H

#include "model/model.h"

#include <stdio.h>

typedef struct fcnn_progress {
    FILE *out; /* NULL: this rank prints nothing */
    bool terminal;
    bool failed;      /* a line could not be written, which was said */
    double next_time; /* when it moves next */
} fcnn_progress;

/* out is borrowed. */
fcnn_progress fcnn_progress_start(FILE *out);

/* The head of the table; metric names the last loss column's companion ("accuracy", "R2"), NULL: no validation. */
void fcnn_progress_head(fcnn_progress *progress, const char *metric);

/* A line: rates and times of NaN are left blank. */
void fcnn_progress_line(fcnn_progress *progress, const fcnn_history_line *line, double rows_per_second, double seconds);

/* On a terminal, now and then: how far the epoch is.  seconds is the time since the start. */
void fcnn_progress_move(fcnn_progress *progress, int64_t epoch, int64_t batch, int64_t batches, double seconds);

/* Says, the first time, that the report cannot be written: what follows does not depend on it. */
void fcnn_progress_flush(fcnn_progress *progress);

#endif
