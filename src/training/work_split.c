/* src/training/work_split.c — how the threads of a rank share a step. */
#include "training/work_split.h"

#include "core/sizes.h"
#include "model/network.h"

/* Largest sums in bytes that fit into the cache of a thread together with its rows. */
#define CACHED_SUMS (256 * 1024)

static int64_t largest_leaf(const fcnn_sampler *sampler)
{
    const int64_t block = (sampler->batch + sampler->blocks - 1) / sampler->blocks;
    return block < FCNN_LEAF_ROWS ? block : FCNN_LEAF_ROWS;
}

fcnn_work_split fcnn_work_split_make(const fcnn_architecture *shape, const fcnn_sampler *sampler, bool by_rows,
                                     int threads)
{
    const int64_t batch = fcnn_sampler_capacity(sampler), leaf = largest_leaf(sampler);
    const int64_t chunk = fcnn_network_chunk_rows(shape);
    const int64_t by_tiles = fcnn_size(FCNN_SIZE_TILES_ROWS); /* larger batches are processed in groups of leaves */
    const int64_t group = !by_rows ? by_tiles : chunk < leaf ? leaf : chunk;
    const int64_t most = by_rows ? threads * group : by_tiles;
    const int64_t least = FCNN_LEAF_ROWS; /* space for evaluation, also on a rank without training rows */
    const int64_t rows = batch < most ? batch : most;
    return (fcnn_work_split){.by_rows = by_rows, .rows = rows < least ? least : rows, .group = group};
}

fcnn_work_split fcnn_work_split_choose(const fcnn_architecture *shape, const fcnn_sampler *sampler, int64_t sum_bytes,
                                       int threads)
{
    const int64_t batch = fcnn_sampler_capacity(sampler), leaves = fcnn_sampler_leaf_capacity(sampler);
    const int64_t row_bytes = fcnn_network_row_bytes(shape);
    const bool even = leaves % threads == 0 || leaves >= 8 * threads;
    const bool moves_less = threads == 1 || sum_bytes * threads < batch * row_bytes;
    const bool by_rows = sum_bytes <= CACHED_SUMS && even && moves_less;
    fcnn_work_split split = fcnn_work_split_make(shape, sampler, by_rows, threads);
    split.streams = !by_rows && sum_bytes / threads > CACHED_SUMS;
    return split;
}
