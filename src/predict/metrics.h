/* src/predict/metrics.h — the metrics of an evaluation: those of metrics.list.
 *
 * Functions must be called by the main thread, except fcnn_metrics_row(). */
#ifndef FCNN_PREDICT_METRICS_H
#define FCNN_PREDICT_METRICS_H

#include "data/table.h"
#include "model/network.h"
#include "predict/metric_choice.h"
#include "predict/scores.h"

typedef struct fcnn_metrics fcnn_metrics;

/* The rows of an evaluation. */
typedef struct fcnn_metric_rows {
    int64_t all, own; /* over all ranks, and of this rank */
    int64_t room;     /* largest number of rows of a block */
    bool weighs;      /* they have weights */
} fcnn_metric_rows;

/* Creates the metrics of rows which `threads` threads add.  comm is borrowed.  *out is NULL if nothing is chosen.  Not
 * collective.  Fails: FCNN_ECONFIG as fcnn_metrics_check(); FCNN_ENOMEM. */
fcnn_status fcnn_metrics_create(fcnn_comm *comm, int threads, const fcnn_architecture *shape,
                                const fcnn_metric_choice *choice, const fcnn_metric_rows *rows, fcnn_metrics **out);

/* Releases the metrics, which may be NULL. */
void fcnn_metrics_destroy(fcnn_metrics *metrics);

/* Bytes that fcnn_metrics_create() allocates on a rank. */
int64_t fcnn_metrics_bytes(const fcnn_comm *comm, int threads, const fcnn_architecture *shape,
                           const fcnn_metric_choice *choice, const fcnn_metric_rows *rows);

/* Prepares a network for the metrics before its first forward pass.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_metrics_prepare(const fcnn_metrics *metrics, fcnn_network *network);

/* Adds a row of the network after a forward pass: row `row` of targets, or of class label, which is −1 if the targets
 * are numbers.  Called by the threads of a team at the same time, each with its number. */
void fcnn_metrics_row(fcnn_metrics *metrics, int thread, const fcnn_network *network, const fcnn_table *targets,
                      int64_t row, int64_t label, double weight);

/* Adds the rows of a block of `rows` rows, which were all added before, to what is in the order of rows or is shared
 * by all threads: scores to be ranked, and the confusion matrix.
 *   weights  [rows]; NULL without weights */
void fcnn_metrics_block(fcnn_metrics *metrics, const fcnn_network *network, const fcnn_table *targets, int64_t rows,
                        const double *weights);

/* Computes the metrics of all rows that were added since the last call, and puts them into scores, which already
 * contains everything else.  The metrics own the arrays.  Collective. */
void fcnn_metrics_finish(fcnn_metrics *metrics, fcnn_scores *scores);

#endif
