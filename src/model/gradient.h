/* src/model/gradient.h — the sums of a step over rows, exact or fast, and the exponents for them.
 *
 * Exact sums: each tensor has an exponent E with 2·G·max|x|·max|δ| ≤ 2^E, where x are the layer's inputs (1 for the
 * bias), δ the derivatives and G the rows of a batch. The sum of each leaf is rounded once to a multiple of u =
 * 2^(E−51). Sums of such multiples are exact in double precision, in any order (docs/exactness.md). In double
 * precision, a second word with a quantum of its own contains what the rounding cuts off.
 *
 * Nothing here is collective. Functions with a thread argument are called by all threads of the team at the same
 * time. */
#ifndef FCNN_MODEL_GRADIENT_H
#define FCNN_MODEL_GRADIENT_H

#include "model/exponents.h"
#include "model/network.h"

/* Inputs of a tile: few enough to distribute the work evenly over threads, and whole cache lines of a transposed
 * matrix. */
#define FCNN_TILE_INPUTS 64

/* The largest number of elements of a tile, with the row of biases that the first tile of a panel has. */
#define FCNN_TILE_ELEMENTS ((1 + FCNN_TILE_INPUTS) * FCNN_PANEL)

/* Successive panels of outputs for one panel of inputs, which stays in the cache. */
#define FCNN_OUT_PANELS 2

/* A unit of work: the weights of a tensor between some inputs of a panel and a panel of outputs; those from input 0 on
 * have the biases too. */
typedef struct fcnn_tile {
    int64_t tensor, out_panel, first_input, inputs;
    int64_t before; /* number of sums of all tiles before this one */
} fcnn_tile;

typedef struct fcnn_gradient {
    bool exact;
    int64_t batch_rows, leaves; /* G, and the number of leaves of a batch over all ranks */
    int64_t elements;           /* number of sums of all tensors */
    int64_t words;              /* words per sum: 2 for exact sums in double precision, otherwise 1 */
    int64_t *offsets;           /* [tensors]: position of a tensor's first sum; the last tensor comes first */
    int64_t tile_count,
        tiled; /* number of tiles, and of sums in them; sums of biases are not counted if there are inputs */
    fcnn_tile *tiles;
    size_t size;  /* bytes of a word: that of a double, or of the network's precision if sums are not exact */
    void *values; /* [elements·words]: the sums of this rank, after the exchange those of all ranks; borrowed */
    int threads;  /* number of threads with sums of their own */
    void **own;   /* [threads][elements·words]; NULL: all threads add to `values` */
    int team;     /* number of threads */
    /* [team]: words of the pairs that a thread makes of its factors, of pair_rows rows for a panel of inputs and
     * FCNN_OUT_PANELS panels of derivatives; NULL unless the precision is mixed */
    uint32_t **pairs;
    int64_t pair_rows;
    fcnn_exponents promised; /* the same on all ranks */
    fcnn_exponents measured; /* in this step, on this rank */
} fcnn_gradient;

/* Determines the positions of the sums of a network's gradient, for batches of batch_rows rows in `leaves` leaves. The
 * caller then calls fcnn_gradient_place().
 *   team     number of threads
 *   threads  number of threads that have sums of their own: all or 0
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves, int team,
                                 int threads, fcnn_gradient **out);
void fcnn_gradient_destroy(fcnn_gradient *gradient);

/* Sets the memory for the sums of the rank: fcnn_gradient_buffer_elements() words, borrowed. */
void fcnn_gradient_place(fcnn_gradient *gradient, void *values);

/* Sets the tiles first … last−1 of a thread: contiguous, with nearly its share of the sums. */
void fcnn_gradient_tiles(const fcnn_gradient *gradient, int thread, int threads, int64_t *first, int64_t *last);

/* Returns the bytes of the sums of a network's gradient. */
int64_t fcnn_gradient_sum_bytes(const fcnn_architecture *shape, bool exact);

/* Return the number of words of a rank's sums, and their bytes. */
int64_t fcnn_gradient_buffer_elements(const fcnn_gradient *gradient);
int64_t fcnn_gradient_buffer_bytes(const fcnn_gradient *gradient);

/* Returns the bytes of the pairs of all threads. */
int64_t fcnn_gradient_pair_bytes(const fcnn_gradient *gradient);

/* Returns the first word of the sum of a tensor's parameter; the words of the following parameters come after it. */
const void *fcnn_gradient_value(const fcnn_gradient *gradient, int64_t tensor, int64_t element);

/* Returns the first layer (counting from 0) with factors or sums on this rank that are not finite, or with factors that
 * are too large for exact sums, or −1. A sum can overflow although its factors are finite, if the chain of a leaf in
 * single precision does; this does not depend on the distribution of rows. */
int64_t fcnn_gradient_find_nonfinite(const fcnn_gradient *gradient, const fcnn_network *network);

/* Leaves that are in memory at the same time. Leaf k consists of rows starts[k] … starts[k+1]−1 of the batch; row
 * starts[0] is row `at` of the network's matrices. */
typedef struct fcnn_leaves {
    const int64_t *starts; /* [count + 1] */
    int64_t count, at;
    bool first, last; /* first and last group of a step */
    bool streams;     /* the sums do not stay in a cache until they are read */
} fcnn_leaves;

/* What is done with a tile when its sums over the rows of a step are complete, by the thread that has added them: they
 * start at `sums`, and the low words are `low` elements after the high ones. */
typedef struct fcnn_tile_use {
    void (*use)(void *data, const fcnn_tile *tile, const void *sums, int64_t low);
    void *data;
} fcnn_tile_use;

/* Returns whether the factors of this step on this rank tell that all sums will be finite. */
bool fcnn_gradient_will_be_finite(const fcnn_gradient *gradient, const fcnn_network *network);

/* Does a thread's share of adding the threads' own sums to `values`, for other threads and ranks. */
void fcnn_gradient_join(const fcnn_gradient *gradient, const fcnn_network *network, int thread, int threads);

/* Does a thread's share of the sums over a group of rows: its tiles in `values`, or all tiles in its own sums if
 * threads have those.
 *   use  what is done with each tile after the last group; `values` may then be left as it was; NULL: nothing */
void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, const fcnn_leaves *leaves,
                              const fcnn_tile_use *use, int thread, int threads);

#endif
