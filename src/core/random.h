/* src/core/random.h — Philox4x32-10: random numbers by counter, without state.
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011). */
#ifndef FCNN_CORE_RANDOM_H
#define FCNN_CORE_RANDOM_H

#include <stdint.h>

/* What a number is drawn for: part of the counter, so that no two uses share a number.
 * The values are part of the definition of a trained model's bits. */
typedef enum fcnn_random_purpose {
    FCNN_RANDOM_INIT = 1,    /* start weights:  (in, out, layer) */
    FCNN_RANDOM_SHUFFLE = 2, /* order of rows:  (draw, shard, epoch) */
    FCNN_RANDOM_SPLIT = 3,   /* validation or test rows: (row, row's high word, 0) */
    FCNN_RANDOM_MADE_UP = 4, /* rows of a benchmark: (column / 4, row, what) */
    FCNN_RANDOM_WINDOWS = 5, /* order of a shard's windows: (draw, shard, epoch) */
    FCNN_RANDOM_WINDOW = 6   /* order of a window's rows: (draw from the window's first row on, shard, epoch) */
} fcnn_random_purpose;

/* Two independent 64-bit words. */
typedef struct fcnn_random_pair {
    uint64_t first;
    uint64_t second;
} fcnn_random_pair;

/* The four 32-bit words of the cipher for a counter and a key. */
void fcnn_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The pair at (a, b, c) of a purpose under a seed. */
fcnn_random_pair fcnn_random_draw(uint64_t seed, fcnn_random_purpose purpose, uint32_t a, uint32_t b, uint32_t c);

/* A word as a double in [0, 1): its upper 53 bits. */
double fcnn_random_unit(uint64_t word);

/* A sequence of words along the first counter. */
typedef struct fcnn_random_stream {
    uint64_t seed;
    uint32_t purpose, next, b, c;
    uint64_t spare;
    int has_spare;
} fcnn_random_stream;

fcnn_random_stream fcnn_random_stream_start(uint64_t seed, fcnn_random_purpose purpose, uint32_t b, uint32_t c);
uint64_t fcnn_random_stream_next(fcnn_random_stream *stream);

/* Uniform in 0 … bound−1, without bias; bound ≥ 1. */
uint64_t fcnn_random_stream_below(fcnn_random_stream *stream, uint64_t bound);

#endif
