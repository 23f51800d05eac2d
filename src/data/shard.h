/* src/data/shard.h — which rows belong together: the virtual shards of a training set.
 *
 * N rows are cut into B shards that are contiguous in the file; a batch takes its block j from shard j.
 * Nothing here depends on the number of ranks: rank r of R holds the shards from ⌊rB/R⌋ up to ⌊(r+1)B/R⌋. */
#ifndef FCNN_DATA_SHARD_H
#define FCNN_DATA_SHARD_H

#include <stdint.h>

/* Rows of shard j. */
static inline int64_t fcnn_shard_rows(int64_t rows, int64_t blocks, int64_t shard)
{
    return (rows + blocks - 1 - shard) / blocks;
}

/* The first row of shard j; of j = B: the number of rows. */
static inline int64_t fcnn_shard_first(int64_t rows, int64_t blocks, int64_t shard)
{
    const int64_t longer = rows % blocks; /* shards with a row more, the first ones */
    return shard * (rows / blocks) + (shard < longer ? shard : longer);
}

/* train.blocks = auto for batches of `batch` rows: the largest of 8, 24, 48, 240, 480, 960 that leaves a
 * block 32 rows, else 8, and never more than a batch has rows. */
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
