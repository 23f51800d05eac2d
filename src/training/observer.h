/* src/training/observer.h — the interface of observers, which are informed of the progress of training: its start, its
 * batches, the lines of its history, and its end.
 *
 * Observers exist only on rank 0 and must not call collective functions.  They do not influence results: if one fails,
 * a warning is printed, it is not called again except for its end, and training continues. */
#ifndef FCNN_TRAINING_OBSERVER_H
#define FCNN_TRAINING_OBSERVER_H

#include "config/config.h"
#include "model/model.h"
#include "predict/scores.h"
#include "training/report.h"

/* A training at its start, or at that of a stage, in which the number of batches may be another: each stage begins and
 * ends its observers.  All pointers are borrowed and remain valid until the end. */
typedef struct fcnn_observed_run {
    fcnn_report *report;
    const fcnn_config *config;
    char shown[FCNN_SCORES_SHOWN][FCNN_METRIC_NAME_BYTES]; /* the metrics of the table; empty: no validation rows */
    int64_t steps;        /* steps completed before; 0: training starts from the beginning */
    int64_t batches;      /* per epoch */
    double start_seconds; /* time at which the run was started, by fcnn_comm_seconds() */
} fcnn_observed_run;

/* A completed batch. */
typedef struct fcnn_observed_batch {
    int64_t epoch, batch; /* both counted from 1 */
    double seconds;       /* since the start of the run */
} fcnn_observed_batch;

/* A line of the history: for the initial weights, or for an epoch that output.log_every selects.  After a rollback
 * (train.nonfinite) epochs are repeated. */
typedef struct fcnn_observed_line {
    fcnn_history_line history;
    double shown[FCNN_SCORES_SHOWN]; /* the metrics of the table; NaN: none */
    double rows_per_second;          /* since the previous line; NaN: no rows were trained */
    double seconds;                  /* since the start of the run */
} fcnn_observed_line;

/* A kind of observer.  All functions except begin may be NULL.  A function that fails sets an error text that names
 * what failed. */
typedef struct fcnn_observer {
    /* Sets *own to the object that the other functions receive; end releases it.  If *own stays NULL, the observer has
     * nothing to do in this run and is not called again. */
    fcnn_status (*begin)(const fcnn_observed_run *run, void **own);
    /* Called after each batch, between two steps, so it must be fast. */
    fcnn_status (*batch)(void *own, const fcnn_observed_batch *batch);
    /* Called for each new line of the history. */
    fcnn_status (*line)(void *own, const fcnn_observed_line *line);
    /* Releases own.  Always called if begin has set *own.  status is that with which training ended. */
    fcnn_status (*end)(void *own, fcnn_status status);
} fcnn_observer;

#define FCNN_OBSERVER(name) extern const fcnn_observer name;
#include "training/observers.def"
#undef FCNN_OBSERVER

#endif
