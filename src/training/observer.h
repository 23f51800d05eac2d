/* src/training/observer.h — an observer is told how a training goes on: its beginning, its batches, its lines and its
 * end.  Observers live on rank 0, and may not call what is collective.  What they do decides no result: one that fails
 * is not asked again, which is a warning, and training goes on. */
#ifndef FCNN_TRAINING_OBSERVER_H
#define FCNN_TRAINING_OBSERVER_H

#include "config/config.h"
#include "model/model.h"
#include "training/report.h"

/* A training that begins.  All of it is borrowed, and stays until the end. */
typedef struct fcnn_observed_run {
    fcnn_report *report;
    const fcnn_config *config;
    const char *metric;   /* what validation rows are scored by, "accuracy" or "R2"; NULL: there are none */
    int64_t steps;        /* done before; 0: training starts with them */
    int64_t batches;      /* of an epoch */
    double start_seconds; /* when the run was started, by fcnn_comm_seconds() */
} fcnn_observed_run;

/* A batch of an epoch is done. */
typedef struct fcnn_observed_batch {
    int64_t epoch, batch; /* both from 1 on */
    double seconds;       /* since the run was started */
} fcnn_observed_batch;

/* A line of the history: of the start weights, or of an epoch that output.log_every asks for.  Where training was
 * rolled back (train.nonfinite) epochs come again. */
typedef struct fcnn_observed_line {
    fcnn_history_line history;
    double rows_per_second; /* since the line before; NaN: none were trained */
    double seconds;         /* since the run was started */
} fcnn_observed_line;

/* A kind of observer.  Each function may be NULL but begin, and fails with a text that names what failed. */
typedef struct fcnn_observer {
    /* Sets *own to what the others are given, to be released by end; NULL: it has nothing to do in this run, and is not
     * called again. */
    fcnn_status (*begin)(const fcnn_observed_run *run, void **own);
    fcnn_status (*batch)(void *own, const fcnn_observed_batch *batch); /* between two steps: has to be quick */
    fcnn_status (*line)(void *own, const fcnn_observed_line *line);
    /* status: how training ended.  Called in any case after begin has set *own, and releases it. */
    fcnn_status (*end)(void *own, fcnn_status status);
} fcnn_observer;

#define FCNN_OBSERVER(name) extern const fcnn_observer name;
#include "training/observers.def"
#undef FCNN_OBSERVER

#endif
