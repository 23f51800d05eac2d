/* src/data/sampler.c — which rows of a batch belong to this rank. */
#include "data/sampler.h"

#include "core/memory.h"
#include "core/random.h"
#include "data/shard.h"

#include <stdlib.h>

#define WHOLE_MOST ((int64_t)64 << 20)    /* bytes of a dataset that is shuffled as a whole */
#define WINDOWS_LEAST ((int64_t)32 << 20) /* bytes of the windows of all shards together */
#define WINDOWS_MOST ((int64_t)1 << 30)
#define WINDOWS_PART 16

int64_t fcnn_sampler_default_window(int64_t rows, int64_t blocks, int64_t row_bytes)
{
    const int64_t total = rows * row_bytes;
    if (total <= WHOLE_MOST) {
        return 0;
    }
    const int64_t part = total / WINDOWS_PART;
    const int64_t bytes = part < WINDOWS_LEAST ? WINDOWS_LEAST : part > WINDOWS_MOST ? WINDOWS_MOST : part;
    const int64_t window = bytes / blocks / row_bytes;
    return window > 0 ? window : 1;
}

static int64_t block_rows_at_most(const fcnn_sampler *sampler)
{
    return (sampler->batch + sampler->blocks - 1) / sampler->blocks;
}

int64_t fcnn_sampler_least_window(const fcnn_sampler *sampler)
{
    return 2 * block_rows_at_most(sampler) + 1;
}

/* Chooses W such that a batch never needs more than two windows of a shard. */
static int64_t choose_window(const fcnn_sampler *sampler, int64_t wanted)
{
    const int64_t shard = (sampler->rows + sampler->blocks - 1) / sampler->blocks;
    const int64_t least = fcnn_sampler_least_window(sampler);
    const int64_t window = wanted < least ? least : wanted;
    return wanted == 0 || window > shard ? shard : window;
}

fcnn_status fcnn_sampler_create(const fcnn_sampler_plan *plan, bool keeps_order, int rank, int ranks,
                                fcnn_sampler **out)
{
    fcnn_sampler *sampler;
    FCNN_TRY(fcnn_memory_create("the sampler", 1, sizeof *sampler, &sampler));
    *sampler = (fcnn_sampler){
        .rows = plan->rows,
        .batch = plan->batch,
        .blocks = plan->blocks,
        .seed = plan->seed,
        .shuffle = plan->shuffle,
        .first_shard = rank * plan->blocks / ranks,
        .last_shard = (rank + 1) * plan->blocks / ranks,
        .epoch = -1,
    };
    sampler->window = choose_window(sampler, plan->window);
    sampler->first_row = fcnn_shard_first(plan->rows, plan->blocks, sampler->first_shard);
    const int64_t count = fcnn_shard_first(plan->rows, plan->blocks, sampler->last_shard) - sampler->first_row;
    fcnn_status status = FCNN_OK;
    if (keeps_order) {
        status = fcnn_memory_create("the order of the rows", count, sizeof(int64_t), &sampler->order);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the order of the windows", fcnn_sampler_windows(sampler, 0), sizeof(int64_t),
                                    &sampler->windows);
    }
    if (status != FCNN_OK) {
        fcnn_sampler_destroy(sampler);
        return status;
    }
    *out = sampler;
    return FCNN_OK;
}

void fcnn_sampler_destroy(fcnn_sampler *sampler)
{
    if (sampler != NULL) {
        free(sampler->order);
        free(sampler->windows);
        free(sampler);
    }
}

int64_t fcnn_sampler_batches(const fcnn_sampler *sampler)
{
    return (sampler->rows + sampler->batch - 1) / sampler->batch;
}

int64_t fcnn_sampler_batch_rows(const fcnn_sampler *sampler, int64_t batch)
{
    const int64_t left = sampler->rows - batch * sampler->batch;
    return left < sampler->batch ? left : sampler->batch;
}

static int64_t leaves_of(int64_t rows)
{
    return (rows + FCNN_LEAF_ROWS - 1) / FCNN_LEAF_ROWS;
}

int64_t fcnn_sampler_capacity(const fcnn_sampler *sampler)
{
    return block_rows_at_most(sampler) * (sampler->last_shard - sampler->first_shard);
}

int64_t fcnn_sampler_leaf_capacity(const fcnn_sampler *sampler)
{
    return leaves_of(block_rows_at_most(sampler)) * (sampler->last_shard - sampler->first_shard);
}

int64_t fcnn_sampler_leaves(const fcnn_sampler *sampler)
{
    return leaves_of(block_rows_at_most(sampler)) * sampler->blocks;
}

/* ---- order ---- */

static void shuffle(int64_t count, fcnn_random_stream *stream, int64_t *items)
{
    for (int64_t i = count - 1; i > 0; i--) {
        const int64_t other = (int64_t)fcnn_random_stream_below(stream, (uint64_t)i + 1);
        const int64_t moved = items[i];
        items[i] = items[other];
        items[other] = moved;
    }
}

int64_t fcnn_sampler_windows(const fcnn_sampler *sampler, int64_t shard)
{
    const int64_t rows = fcnn_shard_rows(sampler->rows, sampler->blocks, shard);
    return rows <= sampler->window ? 1 : (rows + sampler->window - 1) / sampler->window;
}

int64_t fcnn_sampler_window_rows(const fcnn_sampler *sampler)
{
    return sampler->window;
}

int64_t fcnn_sampler_window_first(const fcnn_sampler *sampler, int64_t shard, int64_t window)
{
    return fcnn_shard_first(fcnn_shard_rows(sampler->rows, sampler->blocks, shard),
                            fcnn_sampler_windows(sampler, shard), window);
}

void fcnn_sampler_order_windows(const fcnn_sampler *sampler, int64_t shard, int64_t epoch, int64_t *windows)
{
    const int64_t count = fcnn_sampler_windows(sampler, shard);
    for (int64_t i = 0; i < count; i++) {
        windows[i] = i;
    }
    if (sampler->shuffle && count > 1) {
        fcnn_random_stream stream =
            fcnn_random_stream_start(sampler->seed, FCNN_RANDOM_WINDOWS, (uint32_t)shard, (uint32_t)epoch);
        shuffle(count, &stream, windows);
    }
}

void fcnn_sampler_order_rows(const fcnn_sampler *sampler, int64_t shard, int64_t epoch, int64_t window, int64_t base,
                             int64_t *order)
{
    const int64_t first = fcnn_sampler_window_first(sampler, shard, window);
    const int64_t rows = fcnn_sampler_window_first(sampler, shard, window + 1) - first;
    for (int64_t i = 0; i < rows; i++) {
        order[i] = base + i;
    }
    if (!sampler->shuffle) {
        return;
    }
    const bool is_shard = fcnn_sampler_windows(sampler, shard) == 1;
    fcnn_random_stream stream = fcnn_random_stream_start(
        sampler->seed, is_shard ? FCNN_RANDOM_SHUFFLE : FCNN_RANDOM_WINDOW, (uint32_t)shard, (uint32_t)epoch);
    stream.next = (uint32_t)first; /* each draw uses half a pair of numbers, so no two windows share a number */
    shuffle(rows, &stream, order);
}

void fcnn_sampler_start_epoch(fcnn_sampler *sampler, int64_t epoch)
{
    int64_t *order = sampler->order;
    sampler->epoch = epoch;
    for (int64_t shard = sampler->first_shard; order != NULL && shard < sampler->last_shard; shard++) {
        const int64_t base = fcnn_shard_first(sampler->rows, sampler->blocks, shard) - sampler->first_row;
        fcnn_sampler_order_windows(sampler, shard, epoch, sampler->windows);
        for (int64_t i = 0; i < fcnn_sampler_windows(sampler, shard); i++) {
            const int64_t window = sampler->windows[i];
            const int64_t first = fcnn_sampler_window_first(sampler, shard, window);
            fcnn_sampler_order_rows(sampler, shard, epoch, window, base + first, order);
            order += fcnn_sampler_window_first(sampler, shard, window + 1) - first;
        }
    }
}

/* ---- batches ---- */

/* Returns how many of the positions 0 … end−1 belong to a shard. */
static int64_t positions_before(const fcnn_sampler *sampler, int64_t end, int64_t shard)
{
    return (end + sampler->blocks - 1 - shard) / sampler->blocks;
}

int64_t fcnn_sampler_positions(const fcnn_sampler *sampler, int64_t batch, int64_t shard, int64_t *first)
{
    const int64_t begin = batch * sampler->batch;
    *first = positions_before(sampler, begin, shard);
    return positions_before(sampler, begin + fcnn_sampler_batch_rows(sampler, batch), shard) - *first;
}

void fcnn_sampler_add_leaves(int64_t first, int64_t rows, int64_t *leaves, int64_t *leaf_count)
{
    const int64_t parts = leaves_of(rows);
    for (int64_t part = 0; part < parts; part++) {
        leaves[(*leaf_count)++] = first + part * rows / parts;
    }
    leaves[*leaf_count] = first + rows;
}

int64_t fcnn_sampler_take(const fcnn_sampler *sampler, int64_t batch, int64_t *index, int64_t *leaves,
                          int64_t *leaf_count)
{
    const int64_t *order = sampler->order;
    int64_t taken = 0;
    *leaf_count = 0;
    leaves[0] = 0;
    for (int64_t shard = sampler->first_shard; shard < sampler->last_shard; shard++) {
        int64_t from;
        const int64_t rows = fcnn_sampler_positions(sampler, batch, shard, &from);
        for (int64_t i = 0; i < rows; i++) {
            index[taken + i] = order[from + i];
        }
        fcnn_sampler_add_leaves(taken, rows, leaves, leaf_count);
        taken += rows;
        order += fcnn_shard_rows(sampler->rows, sampler->blocks, shard);
    }
    return taken;
}
