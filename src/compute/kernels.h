/* src/compute/kernels.h — the arithmetic of a network, one table of functions per precision and instruction set.
 *
 * Real numbers are float or double as the table's bits say; matrices are in panels (panels.h) of a row
 * capacity `rows`, of which a call works on the rows first … last−1.  No function allocates, fails or
 * synchronizes.  Each defines its result bit by bit, so all tables of one precision give the same. */
#ifndef FCNN_COMPUTE_KERNELS_H
#define FCNN_COMPUTE_KERNELS_H

#include "config/config.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elements of an input or target table, as stored. */
#include "core/type.h"

/* Functions that can be applied to an array. */
typedef enum fcnn_function {
    FCNN_FUNCTION_EXP,
    FCNN_FUNCTION_TANH,
    FCNN_FUNCTION_SIGMOID,
    FCNN_FUNCTION_ERF,
    FCNN_FUNCTION_NORMAL_CDF,
    FCNN_FUNCTION_GELU,
    FCNN_FUNCTION_GELU_DERIVATIVE
} fcnn_function;

/* What a loss kernel leaves in the output matrix. */
typedef enum fcnn_head {
    FCNN_HEAD_OUTPUT, /* the network's output */
    FCNN_HEAD_DELTA   /* the loss's derivative with respect to the logits, without the factors of the mean */
} fcnn_head;

/* Rows of a table, converted on the way into a panel matrix: x → (real)(x·factor + shift), in double. */
typedef struct fcnn_rows_job {
    const void *values;   /* [table rows][width], as stored */
    fcnn_type type;       /* element type of values */
    int64_t width;        /* columns */
    const int64_t *index; /* [last − first] table rows to take, in order */
    const double *factor; /* [width] */
    const double *shift;  /* [width] */
    bool keeps;           /* every factor is 1, every shift 0 */
    void *out;            /* panels [rows][width] */
    int64_t rows, first, last;
} fcnn_rows_job;

/* One panel of a product: out[r][·] = bias + Σ_k in[r][k]·weights[k][·], one chain of fused
 * multiply-adds from k = 0 upwards, and then what belongs to the layer, number by number:
 *   forward, results NULL   out ← f(out), and for a gelu slopes ← f'
 *   backward                out ← out·f' with f' from the results f, or for a gelu from the slopes; what is
 *                           smaller than 2^-100 (double: 2^-900) becomes zero
 * A call runs the chain from inner_first to inner_last; a long one is run in parts, so that weights and inputs
 * stay in the cache, and ends with the part that reaches inner. */
typedef struct fcnn_multiply_job {
    const void *in;                         /* panels [rows][inner] */
    int64_t inner, inner_first, inner_last; /* parts begin at multiples of FCNN_PANEL */
    const void *weights;                    /* one panel, [inner][width] */
    const void *bias;                       /* [width]; NULL: the chain starts at zero */
    void *out;                              /* one panel, [rows][width] */
    int64_t width;                          /* a multiple of 16, at most 64 */
    int64_t rows, first, last;
    fcnn_activation activation;
    const void *results; /* as out */
    void *slopes;        /* as out */
} fcnn_multiply_job;

/* A piece of a weight gradient: sums over rows of in[r][i]·delta[r][·] for `count` inputs i of a panel.
 * Leaf k is the rows leaves[k] − first_row … leaves[k+1] − first_row − 1. */
typedef struct fcnn_gradient_job {
    const void *in; /* the first input's column in its panel, [rows][in_width]; in_width 0: a constant */
    int64_t in_width;
    int64_t count;
    const void *delta; /* one panel, [rows][width] */
    int64_t width;
    const int64_t *leaves;
    int64_t leaf_count, first_row;
    void *sums;   /* [count][width] double (exact) or real (fast); in double precision the low words lie */
    int64_t low;  /* this many elements behind the high words */
    double start; /* exact: the high words' start value, added at the first group, taken off at the last */
    double start_low;
    bool begin, end; /* first, last group of rows of this step */
    bool streams;    /* no cache holds the sums until they are read */
} fcnn_gradient_job;

/* The largest number of arrays that an optimizer keeps, and of numbers that its kernel gets in a step. */
enum { FCNN_UPDATE_ARRAYS = 4, FCNN_UPDATE_SCALARS = 12 };

/* An update of a run of elements by the mean of their derivatives, mean = (real)(sum·scale). */
typedef struct fcnn_update_job {
    const void *weights;
    void *out;        /* may be weights */
    const void *sums; /* as fcnn_gradient_job */
    int64_t low;
    int64_t count; /* a multiple of 16 */
    double scale;
    double rate;
    int exact;
    int64_t layer;                   /* to which the elements belong, from 0 */
    int64_t biases;                  /* the first elements are biases, the others weights */
    int64_t number;                  /* of the step, from 0 */
    const double *scalars;           /* [FCNN_UPDATE_SCALARS]: what the optimizer's rule computes once a step */
    void *state[FCNN_UPDATE_ARRAYS]; /* of the optimizer's arrays, the same elements; changed in place */
} fcnn_update_job;

/* One kernel for each optimizer of the config. */
#define FCNN_UPDATE_COUNT_ONE(...) +1
enum { FCNN_UPDATES = FCNN_OPTIMIZER_WORDS(FCNN_UPDATE_COUNT_ONE) };
#undef FCNN_UPDATE_COUNT_ONE

/* Sums of gradients, first … last−1, of several arrays: out = from[0] + from[1] + …, in this order. */
typedef struct fcnn_join_job {
    const void *const *from; /* [count] */
    int count;
    int64_t first, last; /* multiples of 16 */
    void *out;
    bool exact; /* the sums are doubles, else real */
} fcnn_join_job;

typedef struct fcnn_kernels {
    const char *isa; /* "plain", "neon", "avx2", "avx512" */
    int bits;        /* 32 or 64 */
    size_t size;     /* bytes of a real number */

    /* What this table computes otherwise than it was written, in words, or NULL (template_check.h). */
    const char *(*find_fault)(void);

    /* These return the magnitude bits of the largest result; a NaN counts as largest.  The parts of a product before
     * its last return zero. */
    uint64_t (*take_rows)(const fcnn_rows_job *job);
    uint64_t (*multiply)(const fcnn_multiply_job *job);

    /* The loss of rows of logits z [rows][width].  losses [last − first] gets each row's loss (not
     * divided by anything); labels or targets and losses may be NULL with FCNN_HEAD_OUTPUT.
     * Each returns the magnitude bits of what it leaves in z.  square takes outputs, of the activation sigmoid or
     * linear, instead of logits. */
    uint64_t (*softmax)(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t first, int64_t last,
                        const int32_t *labels, double *losses);
    uint64_t (*sigmoid)(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t first, int64_t last,
                        const void *targets, double *losses);
    uint64_t (*square)(fcnn_head head, fcnn_activation activation, void *z, int64_t rows, int64_t width, int64_t first,
                       int64_t last, const void *targets, double *losses);

    /* Multiplies row r of derivatives z [rows][width] by weights[index[r − first]]; what is smaller than 2^-100
     * (double: 2^-900) becomes zero.  Returns the magnitude bits of the largest. */
    uint64_t (*weigh_rows)(void *z, int64_t rows, int64_t width, int64_t first, int64_t last, const double *weights,
                           const int64_t *index);

    void (*gradient_exact)(const fcnn_gradient_job *job);
    void (*gradient_fast)(const fcnn_gradient_job *job);

    /* Updates parameters together with the optimizer's arrays, in one pass: [FCNN_OPTIMIZER_SGD] is gradient descent. */
    void (*updates[FCNN_UPDATES])(const fcnn_update_job *job);

    /* out[c·out_width + r] = in[r·in_width + c] for r < rows ≤ 64, c < columns ≤ 64.  streams: other threads will read
     * out, which then begins a cache line in each row. */
    void (*transpose)(const void *in, int64_t in_width, int64_t rows, int64_t columns, int streams, void *out,
                      int64_t out_width);

    /* Adds up sums for other ranks or threads to read, as copy_out. */
    void (*join_sums)(const fcnn_join_job *job);

    /* Copies n numbers, a multiple of 16, for other threads to read after a fence: past this thread's caches, as a line
     * that others have read is slow to write.  Both begin a cache line. */
    void (*copy_out)(int64_t n, const void *from, void *to);
    void (*fence)(void);

    /* y[i] = function(x[i]); n a multiple of 16. */
    void (*apply)(fcnn_function function, int64_t n, const void *x, void *y);

    /* Runs independent chains of multiply-adds in registers, that many each; *count is set to the multiply-adds
     * of all lanes of all chains.  The result is there to be used, so that nothing is left out. */
    double (*multiply_adds)(int64_t repetitions, int64_t *count);
} fcnn_kernels;

/* Fails if the library was built with flags that change results, or the system's fma() is wrong. */
fcnn_status fcnn_kernels_check(void);

/* The table of an instruction set, or NULL if this build or this machine lacks it. */
const fcnn_kernels *fcnn_kernels_find(const char *isa, int bits);

/* The tables of a precision that this build and this machine have, one for each i from 0 on: plain first, the best
 * last, then NULL. */
const fcnn_kernels *fcnn_kernels_at(int i, int bits);

/* The best table for this machine, or the one that the environment variable FCNN_ISA names.
 * Fails: FCNN_EUSAGE if that is unknown or the machine lacks it. */
fcnn_status fcnn_kernels_choose(int bits, const fcnn_kernels **out);

/* The smallest e with |x| < 2^e for magnitude bits of x; above 1024 for NaN and Inf. */
int fcnn_magnitude_exponent(const fcnn_kernels *kernels, uint64_t magnitude);

#endif
