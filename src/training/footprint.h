/* src/training/footprint.h — the memory that training takes on a rank, by a formula. */
#ifndef FCNN_TRAINING_FOOTPRINT_H
#define FCNN_TRAINING_FOOTPRINT_H

#include "training/step.h"

/* Bytes on this rank, beside those of the process with MPI and its threads started.  With n rows of this rank in
 * all, r of them in memory at once (training/work_split.h), P parameters of s bytes: */
typedef struct fcnn_footprint {
    int64_t data;      /* n·(the bytes of a row as stored + 8 for its place in the epoch's order), 16 for each
                        * row of a batch, 8 for each of its leaves */
    int64_t network;   /* the model row by row, P·s; the network in panels (fcnn_network_bytes: P·s, the weights
                        * but the first layer's transposed, results and derivatives of r rows, and of a chunk of
                        * rows for each thread where threads share tiles); P·s in panels for each array that the
                        * optimizer keeps; threads' notes */
    int64_t gradients; /* one sum for each parameter in panels: 8 bytes, 16 in double precision, s if sums are not
                        * exact; and one for each thread where threads or ranks add up those of their rows; between
                        * ranks half as much again, where MPI takes in what others send, or with shared memory
                        * (R − 1)/R of it, this rank's part in the values of the others */
} fcnn_footprint;

/* Not collective. */
void fcnn_footprint_find(const fcnn_training_data *data, const fcnn_step *step, fcnn_footprint *out);

/* All of it. */
int64_t fcnn_footprint_bytes(const fcnn_footprint *footprint);

#endif
