/* src/core/random.h — Philox4x32-10, a counter-based random number generator without state.
 * Not collective; any thread may call any function, but one stream is used by one thread at a time.
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011). */
#ifndef FCNN_CORE_RANDOM_H
#define FCNN_CORE_RANDOM_H

#include <stdint.h>

/* The purpose of a random number.  It is part of the counter, so that no two purposes share a number; the other three
 * words of the counter are in parentheses.  The values determine the bits of trained models and never change. */
typedef enum fcnn_random_purpose {
    FCNN_RANDOM_INIT = 1,    /* initial weights (in, out, layer) */
    FCNN_RANDOM_SHUFFLE = 2, /* order of the rows of a shard (draw, shard, epoch) */
    FCNN_RANDOM_SPLIT = 3,   /* validation or test rows (low word of the row, its high word, 0) */
    FCNN_RANDOM_MADE_UP = 4, /* synthetic rows of a benchmark (column / 4, row, inputs or targets) */
    FCNN_RANDOM_WINDOWS = 5, /* order of the windows of a shard (draw, shard, epoch) */
    FCNN_RANDOM_WINDOW = 6,  /* order of the rows of a window (draw, counted from its first row; shard, epoch) */
    FCNN_RANDOM_DROPOUT = 7, /* keys of dropout (low word of the step, its high word, layer) */
    FCNN_RANDOM_NOISE = 9    /* noise of inputs (column / 2 and 2^24·(row / 2^32), row, step) */
} fcnn_random_purpose;

/* Two independent 64-bit words. */
typedef struct fcnn_random_pair {
    uint64_t first;
    uint64_t second;
} fcnn_random_pair;

/* Computes the four 32-bit words of Philox4x32-10 for a counter and a key. */
void fcnn_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The two words of the counter (a, b, c, purpose) with the seed as the key. */
fcnn_random_pair fcnn_random_draw(uint64_t seed, fcnn_random_purpose purpose, uint32_t a, uint32_t b, uint32_t c);

/* Converts the upper 53 bits of a word to a double in [0, 1). */
double fcnn_random_unit(uint64_t word);

/* A sequence of words, two for each value of the first word of the counter.  It owns no memory. */
typedef struct fcnn_random_stream {
    uint64_t seed;
    uint32_t purpose, next, b, c;
    uint64_t spare;
    int has_spare;
} fcnn_random_stream;

fcnn_random_stream fcnn_random_stream_start(uint64_t seed, fcnn_random_purpose purpose, uint32_t b, uint32_t c);
uint64_t fcnn_random_stream_next(fcnn_random_stream *stream);

/* A uniformly distributed integer from 0 to bound − 1, by rejection and therefore without bias; bound ≥ 1. */
uint64_t fcnn_random_stream_below(fcnn_random_stream *stream, uint64_t bound);

#endif
