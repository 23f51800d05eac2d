/* src/training/work_split.h — how the threads of a rank share a step.
 *
 * By tiles: each thread takes its rows forward and backward, and after that its share of the gradient, from the rows
 * of all.  By rows: each thread also sums the gradient of its own rows, group after group while they are in its cache,
 * in memory of its own, and the threads' sums are added up at the end.  The first moves rows between the threads'
 * caches, the second sums; whichever is less. */
#ifndef FCNN_TRAINING_WORK_SPLIT_H
#define FCNN_TRAINING_WORK_SPLIT_H

#include "data/sampler.h"
#include "model/model.h"

typedef struct fcnn_work_split {
    bool by_rows;
    int64_t rows;  /* of the network's matrices */
    int64_t group; /* rows that are in memory at once: of a thread, or by tiles of all; a leaf at least */
    bool streams;  /* by tiles: no cache holds a thread's sums until the update */
} fcnn_work_split;

/* sum_bytes: of a rank's gradient.  The bits of exact sums are the same either way. */
fcnn_work_split fcnn_work_split_choose(const fcnn_architecture *shape, const fcnn_sampler *sampler, int64_t sum_bytes,
                                       int threads);

/* The same, told how; sums go by the cache. */
fcnn_work_split fcnn_work_split_make(const fcnn_architecture *shape, const fcnn_sampler *sampler, bool by_rows,
                                     int threads);

#endif
