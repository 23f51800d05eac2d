/* src/data/shard.h — the virtual shards of the training rows.
 *
 * N rows are divided into B shards that are contiguous in the file; block j of a batch comes from shard j. Nothing here
 * depends on the number of ranks: rank r of R has the shards from ⌊rB/R⌋ up to, but not including, ⌊(r+1)B/R⌋.
 * Thread-safe. */
#ifndef FCNN_DATA_SHARD_H
#define FCNN_DATA_SHARD_H

#include <stdint.h>

/* Returns the number of rows of shard j. */
static inline int64_t fcnn_shard_rows(int64_t rows, int64_t blocks, int64_t shard)
{
    return (rows + blocks - 1 - shard) / blocks;
}

/* Returns the first row of shard j; for j = B, the number of rows. */
static inline int64_t fcnn_shard_first(int64_t rows, int64_t blocks, int64_t shard)
{
    const int64_t longer = rows % blocks; /* the first shards have one more row */
    return shard * (rows / blocks) + (shard < longer ? shard : longer);
}

/* Returns train.blocks = auto for batches of `batch` rows: the largest of 8, 24, 48, 240, 480, 960 for which a block
 * has at least 32 rows, otherwise 8; at most the number of rows of a batch. */
static inline int64_t fcnn_shard_default_blocks(int64_t batch)
{
    static const int64_t candidates[] = {8, 24, 48, 240, 480, 960};
    int64_t blocks = candidates[0];
    for (int i = 0; i < 6; i++) {
        blocks = batch / candidates[i] >= 32 ? candidates[i] : blocks;
    }
    return blocks < batch ? blocks : batch;
}

#endif
