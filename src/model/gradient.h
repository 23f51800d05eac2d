/* src/model/gradient.h — the sums of a step over rows, exact or fast, and the exponents they need.
 *
 * Exact sums: each layer has an exponent E with 2·G·max|x|·max|δ| ≤ 2^E, where x are the layer's inputs (1
 * for the bias), δ the derivatives and G the rows of a batch.  A leaf's sum is rounded once to a multiple of
 * u = 2^(E−51); sums of such multiples are exact in double, in any order (docs/exactness.md).  Double
 * precision keeps what the rounding cuts off in a second word with a quantum of its own. */
#ifndef FCNN_MODEL_GRADIENT_H
#define FCNN_MODEL_GRADIENT_H

#include "model/network.h"

/* A piece of work of one thread: the weights from a panel of inputs to a panel of outputs. */
typedef struct fcnn_tile {
    int64_t layer, out_panel, in_panel;
} fcnn_tile;

typedef struct fcnn_gradient {
    bool exact;
    int64_t batch_rows, leaves; /* G, and the leaves of a batch, over all ranks */
    int64_t elements;           /* sums of all layers, one word each */
    int64_t words;              /* words a sum: 2 for exact double precision, else 1 */
    int64_t *offsets;           /* [layers]: where a layer's sums begin; the last layer comes first */
    int64_t tile_count;
    fcnn_tile *tiles;
    int64_t *input_exponents, *delta_exponents; /* [layers]: max|x| < 2^e and max|δ| < 2^e are promised */
    bool ready;                                 /* the exponents have been set */
} fcnn_gradient;

/* Lays out the sums of a network's gradient.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves,
                                 fcnn_gradient **out);
void fcnn_gradient_destroy(fcnn_gradient *gradient);

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

/* A thread's part of the sums over a group of rows: leaf k is the rows leaves[k] … leaves[k+1]−1. */
void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, void *sums,
                              const int64_t *leaves, int64_t leaf_count, bool first_group, bool last_group, int thread,
                              int threads);

#endif
