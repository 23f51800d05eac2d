/* src/data/sampler.h — which rows a rank's part of a batch is.
 *
 * Position p of an epoch is row perm_j(p div B) of shard j = p mod B, and batch s is the positions
 * sG … min((s+1)G, N)−1: every row is used once an epoch, and every batch but the last is full.  perm_j is a
 * Fisher–Yates shuffle by Philox numbers at (seed, epoch, j). */
#ifndef FCNN_DATA_SAMPLER_H
#define FCNN_DATA_SAMPLER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_sampler {
    int64_t rows, batch, blocks; /* N, G, B */
    uint64_t seed;
    bool shuffle;
    int64_t first_shard, last_shard; /* this rank's: first … last−1 */
    int64_t first_row;               /* of this rank's shards */
    int64_t epoch;                   /* whose order is in `order`; −1: none yet */
    int64_t *order;                  /* [rows of these shards], each shard's rows in the epoch's order */
} fcnn_sampler;

/* Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_sampler_create(int64_t rows, int64_t batch, int64_t blocks, uint64_t seed, bool shuffle, int rank,
                                int ranks, fcnn_sampler **out);
void fcnn_sampler_destroy(fcnn_sampler *sampler);

/* Batches of an epoch. */
int64_t fcnn_sampler_batches(const fcnn_sampler *sampler);

/* Rows of a batch, over all ranks. */
int64_t fcnn_sampler_batch_rows(const fcnn_sampler *sampler, int64_t batch);

/* The most rows that this rank has in any batch, and the most leaves (see fcnn_sampler_take). */
int64_t fcnn_sampler_capacity(const fcnn_sampler *sampler);
int64_t fcnn_sampler_leaf_capacity(const fcnn_sampler *sampler);

/* The most leaves of a batch over all ranks. */
int64_t fcnn_sampler_leaves(const fcnn_sampler *sampler);

/* Makes the order of an epoch; epochs count from 0. */
void fcnn_sampler_start_epoch(fcnn_sampler *sampler, int64_t epoch);

/* This rank's rows of a batch of the epoch: index [capacity] gets them as offsets from first_row, block after
 * block; leaves [leaf capacity + 1] gets where the leaves begin: blocks cut into equal parts of at most
 * FCNN_LEAF_ROWS rows, empty blocks left out.  *leaf_count is set; returns the number of rows. */
#define FCNN_LEAF_ROWS 256
int64_t fcnn_sampler_take(const fcnn_sampler *sampler, int64_t batch, int64_t *index, int64_t *leaves,
                          int64_t *leaf_count);

#endif
