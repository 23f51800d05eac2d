/* src/data/sampler.c — which rows a rank's part of a batch is. */
#include "data/sampler.h"

#include "core/memory.h"
#include "core/random.h"
#include "data/shard.h"

#include <stdlib.h>

fcnn_status fcnn_sampler_create(int64_t rows, int64_t batch, int64_t blocks, uint64_t seed, bool shuffle, int rank,
                                int ranks, fcnn_sampler **out)
{
    fcnn_sampler *sampler;
    FCNN_TRY(fcnn_memory_create("the sampler", 1, sizeof *sampler, &sampler));
    *sampler = (fcnn_sampler){
        .rows = rows,
        .batch = batch,
        .blocks = blocks,
        .seed = seed,
        .shuffle = shuffle,
        .first_shard = rank * blocks / ranks,
        .last_shard = (rank + 1) * blocks / ranks,
        .epoch = -1,
    };
    sampler->first_row = fcnn_shard_first(rows, blocks, sampler->first_shard);
    const int64_t count = fcnn_shard_first(rows, blocks, sampler->last_shard) - sampler->first_row;
    const fcnn_status status = fcnn_memory_create("the order of the rows", count, sizeof(int64_t), &sampler->order);
    if (status != FCNN_OK) {
        free(sampler);
        return status;
    }
    *out = sampler;
    return FCNN_OK;
}

void fcnn_sampler_destroy(fcnn_sampler *sampler)
{
    if (sampler != NULL) {
        free(sampler->order);
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

static int64_t block_rows_at_most(const fcnn_sampler *sampler)
{
    return (sampler->batch + sampler->blocks - 1) / sampler->blocks;
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

void fcnn_sampler_start_epoch(fcnn_sampler *sampler, int64_t epoch)
{
    int64_t *order = sampler->order;
    for (int64_t shard = sampler->first_shard; shard < sampler->last_shard; shard++) {
        const int64_t first = fcnn_shard_first(sampler->rows, sampler->blocks, shard) - sampler->first_row;
        const int64_t rows = fcnn_shard_rows(sampler->rows, sampler->blocks, shard);
        for (int64_t i = 0; i < rows; i++) {
            order[i] = first + i;
        }
        fcnn_random_stream stream =
            fcnn_random_stream_start(sampler->seed, FCNN_RANDOM_SHUFFLE, (uint32_t)shard, (uint32_t)epoch);
        for (int64_t i = rows - 1; sampler->shuffle && i > 0; i--) {
            const int64_t other = (int64_t)fcnn_random_stream_below(&stream, (uint64_t)i + 1);
            const int64_t moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        order += rows;
    }
    sampler->epoch = epoch;
}

/* How many of the positions 0 … end−1 belong to a shard. */
static int64_t positions_before(const fcnn_sampler *sampler, int64_t end, int64_t shard)
{
    return (end + sampler->blocks - 1 - shard) / sampler->blocks;
}

int64_t fcnn_sampler_take(const fcnn_sampler *sampler, int64_t batch, int64_t *index, int64_t *leaves,
                          int64_t *leaf_count)
{
    const int64_t begin = batch * sampler->batch;
    const int64_t end = begin + fcnn_sampler_batch_rows(sampler, batch);
    const int64_t *order = sampler->order;
    int64_t taken = 0;
    *leaf_count = 0;
    for (int64_t shard = sampler->first_shard; shard < sampler->last_shard; shard++) {
        const int64_t from = positions_before(sampler, begin, shard);
        const int64_t rows = positions_before(sampler, end, shard) - from;
        for (int64_t i = 0; i < rows; i++) {
            index[taken + i] = order[from + i];
        }
        const int64_t parts = leaves_of(rows);
        for (int64_t part = 0; part < parts; part++) {
            leaves[(*leaf_count)++] = taken + part * rows / parts;
        }
        taken += rows;
        order += fcnn_shard_rows(sampler->rows, sampler->blocks, shard);
    }
    leaves[*leaf_count] = taken;
    return taken;
}
