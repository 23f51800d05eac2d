/* src/training/work_split.h — how the threads of a rank share a step.
 *
 * By tiles: each thread computes the forward and backward pass of its rows, and then its tiles of the gradient from the
 * rows of all threads.  By rows: each thread also sums the gradient of its own rows, group by group while they are in
 * its cache, in its own memory; the sums of the threads are added at the end.  The first moves rows between the caches
 * of the threads, the second moves sums; the one that moves less is used.
 *
 * No function is collective; they are pure functions of their arguments. */
#ifndef FCNN_TRAINING_WORK_SPLIT_H
#define FCNN_TRAINING_WORK_SPLIT_H

#include "data/sampler.h"
#include "model/model.h"

typedef struct fcnn_work_split {
    bool by_rows;
    int64_t rows;  /* row capacity of the matrices of the network */
    int64_t group; /* rows of a group: of a thread, or by tiles of all threads; at least a leaf */
    bool streams;  /* by tiles: the sums of a thread do not fit into its cache */
} fcnn_work_split;

/* Chooses how threads share a step.  The bits of exact sums do not depend on the choice.
 *   sum_bytes  size of the gradient sums of a rank */
fcnn_work_split fcnn_work_split_choose(const fcnn_architecture *shape, const fcnn_sampler *sampler, int64_t sum_bytes,
                                       int threads);

/* Returns the split that by_rows selects, with streams = false. */
fcnn_work_split fcnn_work_split_make(const fcnn_architecture *shape, const fcnn_sampler *sampler, bool by_rows,
                                     int threads);

#endif
