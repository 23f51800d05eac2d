/* src/model/gradient.h — the sums of a step over rows, exact or fast, and the exponents they need.
 *
 * Exact sums: each layer has an exponent E with 2·G·max|x|·max|δ| ≤ 2^E, where x are the layer's inputs (1
 * for the bias), δ the derivatives and G the rows of a batch.  A leaf's sum is rounded once to a multiple of
 * u = 2^(E−51); sums of such multiples are exact in double, in any order (docs/exactness.md).  Double
 * precision keeps what the rounding cuts off in a second word with a quantum of its own. */
#ifndef FCNN_MODEL_GRADIENT_H
#define FCNN_MODEL_GRADIENT_H

#include "model/network.h"

/* Inputs of a tile: few enough for threads to share the work evenly, and whole cache lines of a transposed matrix. */
#define FCNN_TILE_INPUTS 64

/* A piece of work: the weights from some inputs of a panel to a panel of outputs. */
typedef struct fcnn_tile {
    int64_t layer, out_panel, first_input, inputs;
    int64_t before; /* sums of all tiles before this one */
} fcnn_tile;

typedef struct fcnn_gradient {
    bool exact;
    int64_t batch_rows, leaves; /* G, and the leaves of a batch, over all ranks */
    int64_t elements;           /* sums of all layers, one word each */
    int64_t words;              /* words a sum: 2 for exact double precision, else 1 */
    int64_t *offsets;           /* [layers]: where a layer's sums begin; the last layer comes first */
    int64_t tile_count, tiled;  /* tiles, and sums in them: all but those of biases */
    fcnn_tile *tiles;
    int64_t *input_exponents, *delta_exponents; /* [layers]: max|x| < 2^e and max|δ| < 2^e are promised */
    bool ready;                                 /* the exponents have been set */
} fcnn_gradient;

/* Lays out the sums of a network's gradient.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves,
                                 fcnn_gradient **out);
void fcnn_gradient_destroy(fcnn_gradient *gradient);

/* A thread's tiles, first … last−1: a run of nearly its share of the sums. */
void fcnn_gradient_tiles(const fcnn_gradient *gradient, int thread, int threads, int64_t *first, int64_t *last);

/* Bytes of the sums of a network's gradient. */
int64_t fcnn_gradient_sum_bytes(const fcnn_architecture *shape, bool exact);

/* Elements of the buffer of sums. */
int64_t fcnn_gradient_buffer_elements(const fcnn_gradient *gradient);

/* This rank's exponents [2·layers] for the magnitudes [layers] that it saw: inputs, then derivatives. */
void fcnn_gradient_measure(const fcnn_network *network, const uint64_t *input_magnitudes,
                           const uint64_t *delta_magnitudes, int64_t *exponents);

/* Reserves exponents: the largest over ranks, with a factor of 2 each to grow. */
void fcnn_gradient_reserve(fcnn_gradient *gradient, const fcnn_network *network, const int64_t *exponents);

/* False if measured exponents break the promise. */
bool fcnn_gradient_fits(const fcnn_gradient *gradient, const fcnn_network *network, const int64_t *exponents);

/* The first layer (from 0) whose magnitudes are not finite, or too large to be summed; −1 if none. */
int64_t fcnn_gradient_find_nonfinite(const fcnn_network *network, const int64_t *exponents);

/* The first layer whose sums on this rank are not finite though its factors, of the measured exponents, are; −1 if
 * none.  A leaf's chain in single precision can overflow; whether one does depends on no partition. */
int64_t fcnn_gradient_find_overflow(const fcnn_gradient *gradient, const fcnn_network *network,
                                    const int64_t *exponents, const void *sums);

/* The leaves of a group of rows that are in memory at once: leaf k is the rows starts[k] … starts[k+1]−1 of the batch,
 * and row starts[0] lies in row `at` of the network's matrices. */
typedef struct fcnn_leaves {
    const int64_t *starts; /* [count + 1] */
    int64_t count, at;
    bool first, last; /* group of those that are summed up */
    bool streams;     /* no cache holds the sums until they are read */
} fcnn_leaves;

/* A thread's part of adding up what `threads` threads have summed, for other threads or ranks to read. */
void fcnn_gradient_join(const fcnn_gradient *gradient, const fcnn_network *network, const void *const *sums, void *out,
                        int thread, int threads);

/* A thread's part, by tiles, of the sums over a group of rows. */
void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, void *sums,
                              const fcnn_leaves *leaves, int thread, int threads);

#endif
