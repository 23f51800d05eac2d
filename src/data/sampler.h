/* src/data/sampler.h — which rows a rank's part of a batch is.
 *
 * Position p of an epoch is row perm_j(p div B) of shard j = p mod B, and batch s is the positions sG … min((s+1)G,
 * N)−1: every row is used once an epoch, and every batch but the last is full.
 *
 * A shard is cut into ⌈rows/W⌉ windows of nearly equal length, contiguous in the file.  perm_j shuffles the windows,
 * and the rows of each: Fisher–Yates by Philox numbers at (seed, epoch, j).  So rows can be read window by window,
 * and the order is the same whether they are or not. */
#ifndef FCNN_DATA_SAMPLER_H
#define FCNN_DATA_SAMPLER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_sampler {
    int64_t rows, batch, blocks; /* N, G, B */
    int64_t window;              /* W, at least twice the rows of a block; of a whole shard where that is shorter */
    uint64_t seed;
    bool shuffle;
    int64_t first_shard, last_shard; /* this rank's: first … last−1 */
    int64_t first_row;               /* of this rank's shards */
    int64_t epoch;                   /* whose order is in `order`; −1: none yet */
    int64_t *order;   /* [rows of these shards], each shard's rows in the epoch's order; NULL: not kept */
    int64_t *windows; /* room for the order of a shard's windows */
} fcnn_sampler;

/* What decides the order of the rows. */
typedef struct fcnn_sampler_plan {
    int64_t rows, batch, blocks;
    int64_t window; /* 0: all rows of a shard */
    uint64_t seed;
    bool shuffle;
} fcnn_sampler_plan;

/* The window for rows of so many bytes where none is given, 0 for whole shards: up to 64 MiB are shuffled as a whole;
 * of others one window of every shard, together, is a sixteenth, but at least 32 MiB and at most 1 GiB. */
int64_t fcnn_sampler_default_window(int64_t rows, int64_t blocks, int64_t row_bytes);

/* keeps_order: fcnn_sampler_start_epoch() and fcnn_sampler_take() will be called.
 * Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_sampler_create(const fcnn_sampler_plan *plan, bool keeps_order, int rank, int ranks,
                                fcnn_sampler **out);
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

/* ---- window by window ---- */

/* The positions of a shard's rows that a batch takes: sets *first, returns how many. */
int64_t fcnn_sampler_positions(const fcnn_sampler *sampler, int64_t batch, int64_t shard, int64_t *first);

/* Cuts a block of `rows` rows, which begins at row `first` of the rank's part, into leaves, behind those that are
 * there. */
void fcnn_sampler_add_leaves(int64_t first, int64_t rows, int64_t *leaves, int64_t *leaf_count);

/* Windows of a shard; the most rows of one. */
int64_t fcnn_sampler_windows(const fcnn_sampler *sampler, int64_t shard);
int64_t fcnn_sampler_window_rows(const fcnn_sampler *sampler);

/* The fewest rows that a window may be asked to have: with fewer a batch would need a third one. */
int64_t fcnn_sampler_least_window(const fcnn_sampler *sampler);

/* The first row of a window, counted from the shard's first; of the window behind the last: the rows of the shard. */
int64_t fcnn_sampler_window_first(const fcnn_sampler *sampler, int64_t shard, int64_t window);

/* The order in which an epoch takes a shard's windows [windows of the shard]. */
void fcnn_sampler_order_windows(const fcnn_sampler *sampler, int64_t shard, int64_t epoch, int64_t *windows);

/* The order in which an epoch takes a window's rows: order [rows of the window] gets base, base + 1, … shuffled. */
void fcnn_sampler_order_rows(const fcnn_sampler *sampler, int64_t shard, int64_t epoch, int64_t window, int64_t base,
                             int64_t *order);

#endif
