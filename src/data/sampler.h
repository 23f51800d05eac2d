/* src/data/sampler.h — which rows of a batch belong to this rank.
 *
 * Position p of an epoch is row perm_j(p div B) of shard j = p mod B. Batch s consists of the positions sG …
 * min((s+1)G, N)−1. Every row is therefore used once per epoch, and every batch except the last has G rows.
 *
 * A shard is divided into ⌈rows/W⌉ windows of nearly equal length, which are contiguous in the file. perm_j shuffles
 * the windows, and the rows of each window, by the Fisher–Yates method with Philox numbers of (seed, epoch, j). Rows
 * can therefore be read window by window, and the order is the same if they are in memory.
 *
 * No function is collective. Functions that take a const sampler may run in several threads at the same time. */
#ifndef FCNN_DATA_SAMPLER_H
#define FCNN_DATA_SAMPLER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_sampler {
    int64_t rows, batch, blocks; /* N, G, B */
    int64_t window;              /* W in rows, at least twice the rows of a block; the whole shard if that is shorter */
    uint64_t seed;
    bool shuffle;
    int64_t first_shard, last_shard; /* first … last−1 belong to this rank */
    int64_t first_row;               /* first row of this rank's shards */
    int64_t epoch;                   /* epoch of `order`; −1: none */
    int64_t *order;   /* [rows of these shards]: for each shard, its rows in the order of the epoch; NULL: not stored */
    int64_t *windows; /* work array for the order of a shard's windows */
} fcnn_sampler;

/* The values that determine the order of the rows. */
typedef struct fcnn_sampler_plan {
    int64_t rows, batch, blocks;
    int64_t window; /* 0: the whole shard */
    uint64_t seed;
    bool shuffle;
} fcnn_sampler_plan;

/* Returns the default window in rows, for rows of this many bytes; 0: the whole shard. Datasets of up to 64 MiB are
 * shuffled as a whole. For larger ones, the windows of all shards together are a sixteenth of the dataset, but at least
 * 32 MiB and at most 1 GiB. */
int64_t fcnn_sampler_default_window(int64_t rows, int64_t blocks, int64_t row_bytes);

/* Makes a sampler, to be released with fcnn_sampler_destroy().
 *   keeps_order  fcnn_sampler_start_epoch() and fcnn_sampler_take() will be called
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_sampler_create(const fcnn_sampler_plan *plan, bool keeps_order, int rank, int ranks,
                                fcnn_sampler **out);
void fcnn_sampler_destroy(fcnn_sampler *sampler);

/* Returns the number of batches of an epoch. */
int64_t fcnn_sampler_batches(const fcnn_sampler *sampler);

/* Returns the number of rows of a batch, over all ranks. */
int64_t fcnn_sampler_batch_rows(const fcnn_sampler *sampler, int64_t batch);

/* Return the largest number of rows of this rank in any batch, and the largest number of its leaves (see
 * fcnn_sampler_take). */
int64_t fcnn_sampler_capacity(const fcnn_sampler *sampler);
int64_t fcnn_sampler_leaf_capacity(const fcnn_sampler *sampler);

/* Returns the largest number of leaves of a batch over all ranks. */
int64_t fcnn_sampler_leaves(const fcnn_sampler *sampler);

/* Computes the order of an epoch; epochs are numbered from 0. */
void fcnn_sampler_start_epoch(fcnn_sampler *sampler, int64_t epoch);

/* Finds this rank's rows of a batch of the epoch, and returns their number.
 *   index       [capacity] is set to the rows, as offsets from first_row, block by block
 *   leaves      [leaf capacity + 1] is set to the start of each leaf in index, and the end; a block is divided into
 *               equal leaves of at most FCNN_LEAF_ROWS rows, and empty blocks have none
 *   leaf_count  is set to the number of leaves */
#define FCNN_LEAF_ROWS 256
int64_t fcnn_sampler_take(const fcnn_sampler *sampler, int64_t batch, int64_t *index, int64_t *leaves,
                          int64_t *leaf_count);

/* ---- window by window ---- */

/* Sets *first to the first position in a shard that a batch uses, and returns the number of positions. */
int64_t fcnn_sampler_positions(const fcnn_sampler *sampler, int64_t batch, int64_t shard, int64_t *first);

/* Divides a block of `rows` rows, which begins at row `first` of the rank's rows, into leaves and appends them. */
void fcnn_sampler_add_leaves(int64_t first, int64_t rows, int64_t *leaves, int64_t *leaf_count);

/* Return the number of windows of a shard, and the largest number of rows of a window. */
int64_t fcnn_sampler_windows(const fcnn_sampler *sampler, int64_t shard);
int64_t fcnn_sampler_window_rows(const fcnn_sampler *sampler);

/* Returns the smallest permitted window in rows; with a smaller one, a batch could need three windows of a shard. */
int64_t fcnn_sampler_least_window(const fcnn_sampler *sampler);

/* Returns the first row of a window, relative to the first row of the shard. For window = number of windows, returns
 * the number of rows of the shard. */
int64_t fcnn_sampler_window_first(const fcnn_sampler *sampler, int64_t shard, int64_t window);

/* Sets windows [windows of the shard] to the order in which an epoch uses them. */
void fcnn_sampler_order_windows(const fcnn_sampler *sampler, int64_t shard, int64_t epoch, int64_t *windows);

/* Sets order [rows of the window] to base, base + 1, … in the order in which an epoch uses the rows of a window. */
void fcnn_sampler_order_rows(const fcnn_sampler *sampler, int64_t shard, int64_t epoch, int64_t window, int64_t base,
                             int64_t *order);

#endif
