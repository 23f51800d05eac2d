/* src/training/footprint.h — a formula for the memory that training uses on a rank. */
#ifndef FCNN_TRAINING_FOOTPRINT_H
#define FCNN_TRAINING_FOOTPRINT_H

#include "training/step.h"

/* Bytes on this rank, in addition to those of the process after the start of MPI and the threads.  This rank has n
 * rows, of which r are in the matrices of the network at the same time (training/work_split.h), and there are P
 * parameters of s bytes. */
typedef struct fcnn_footprint {
    int64_t data;    /* n·(bytes of a stored row + 8 for its position in the order of the epoch), 16 for each row of a
                        * batch, 8 for each of its leaves */
    int64_t network; /* the row-major model, P·s; the network in panels (fcnn_network_bytes(): P·s, transposed weights
                        * of all layers except the first, results and derivatives of r rows, and those of a chunk of
                        * rows per thread if threads share tiles, in mixed precision besides the pairs of the weights
                        * and of a layer's rows); P·s in panels for each array of the optimizer, and
                        * for the average of train.ema; the normalization, with its landmarks, of the model and of the
                        * network; the notes of the threads */
    int64_t gradients; /* one sum per parameter in panels: 8 bytes, 16 in double precision, s if sums are not exact; one
                        * more per thread if threads sum the gradients of their own rows; with several ranks, half as
                        * much for the receive buffers of MPI, or with shared memory (R − 1)/R of it, for the values
                        * of the other ranks in the part of this rank; in mixed precision the pairs of the factors of
                        * a tile for each thread */
    int64_t metrics;   /* of metrics.list (fcnn_metrics_bytes()); 0 unless fcnn_footprint_add_metrics() was called */
    int64_t start; /* the counts that find quantiles, before there is a network; 0 unless fcnn_footprint_add_start() was
                    * called */
} fcnn_footprint;

/* Computes the memory of this rank.  Not collective. */
void fcnn_footprint_find(const fcnn_training_data *data, const fcnn_step *step, fcnn_footprint *out);

/* Returns P·s, the memory of the row-major model, and on rank 0 also that of the best one if it is kept. */
int64_t fcnn_footprint_of_model(const fcnn_architecture *shape);

/* Adds the memory of the metrics of validation and test rows.  Not collective. */
void fcnn_footprint_add_metrics(const fcnn_config *config, const fcnn_comm *comm, const fcnn_training_data *data,
                                const fcnn_step *step, fcnn_footprint *out);

/* Adds the memory that is needed to find the normalization.  Not collective. */
void fcnn_footprint_add_start(const fcnn_config *config, const fcnn_training_data *data, const fcnn_step *step,
                              fcnn_footprint *out);

/* Returns the largest sum of parts that exist at the same time: data with all others, or with the start. */
int64_t fcnn_footprint_bytes(const fcnn_footprint *footprint);

#endif
