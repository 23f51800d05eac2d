/* src/model/gradient.h — the sums of a step over rows, exact or fast, and the exponents they need.
 *
 * Exact sums: each layer has an exponent E with 2·G·max|x|·max|δ| ≤ 2^E, where x are the layer's inputs (1
 * for the bias), δ the derivatives and G the rows of a batch.  A leaf's sum is rounded once to a multiple of
 * u = 2^(E−51); sums of such multiples are exact in double, in any order (docs/exactness.md).  Double
 * precision keeps what the rounding cuts off in a second word with a quantum of its own. */
#ifndef FCNN_MODEL_GRADIENT_H
#define FCNN_MODEL_GRADIENT_H

#include "model/exponents.h"
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
    size_t size;             /* bytes of a word: of a double, or of the precision where sums are not exact */
    void *values;            /* [elements·words]: the sums of this rank, then of all; borrowed */
    int threads;             /* that have sums of their own */
    void **own;              /* [threads]: [elements·words] each; NULL: all threads sum into the values */
    fcnn_exponents promised; /* which all ranks keep to */
    fcnn_exponents measured; /* of this step, on this rank */
} fcnn_gradient;

/* Lays out the sums of a network's gradient over batches of batch_rows rows in so many leaves.  threads: how many have
 * sums of their own, which nobody else reads but to join them; 0: none.  fcnn_gradient_place() comes next.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves,
                                 int threads, fcnn_gradient **out);
void fcnn_gradient_destroy(fcnn_gradient *gradient);

/* Says where the sums of the rank lie: fcnn_gradient_buffer_elements() words, borrowed. */
void fcnn_gradient_place(fcnn_gradient *gradient, void *values);

/* A thread's tiles, first … last−1: a run of nearly its share of the sums. */
void fcnn_gradient_tiles(const fcnn_gradient *gradient, int thread, int threads, int64_t *first, int64_t *last);

/* Bytes of the sums of a network's gradient, before there is one. */
int64_t fcnn_gradient_sum_bytes(const fcnn_architecture *shape, bool exact);

/* Words of the sums of a rank, and the bytes of these words. */
int64_t fcnn_gradient_buffer_elements(const fcnn_gradient *gradient);
int64_t fcnn_gradient_buffer_bytes(const fcnn_gradient *gradient);

/* The value of an element of a layer's parameters: its first word; those of the elements after it follow. */
const void *fcnn_gradient_value(const fcnn_gradient *gradient, int64_t layer, int64_t element);

/* The first layer (from 0) with factors or sums on this rank that are not finite, or factors that are too large to be
 * summed; −1 if there is none.  Sums may overflow though their factors are finite: a leaf's chain in single precision
 * can; whether one does depends on no partition. */
int64_t fcnn_gradient_find_nonfinite(const fcnn_gradient *gradient, const fcnn_network *network);

/* The leaves of a group of rows that are in memory at once: leaf k is the rows starts[k] … starts[k+1]−1 of the batch,
 * and row starts[0] lies in row `at` of the network's matrices. */
typedef struct fcnn_leaves {
    const int64_t *starts; /* [count + 1] */
    int64_t count, at;
    bool first, last; /* group of those that are summed up */
    bool streams;     /* no cache holds the sums until they are read */
} fcnn_leaves;

/* A thread's part of adding up the sums that threads have of their own to the values, for other threads or ranks to
 * read. */
void fcnn_gradient_join(const fcnn_gradient *gradient, const fcnn_network *network, int thread, int threads);

/* A thread's part of the sums over a group of rows: in the values its tiles, or all tiles in sums of its own where
 * threads have them. */
void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, const fcnn_leaves *leaves,
                              int thread, int threads);

#endif
