/* src/compute/kernels.h — the arithmetic of a network: one table of functions per precision and instruction set.
 *
 * "Real" numbers are float or double, depending on `bits` of the table.  Matrices are in panels (panels.h) with a row
 * capacity `rows`; a call processes the rows first … last−1.  The functions of a table allocate nothing, cannot fail,
 * are not collective, and may be called by several threads at the same time for different rows, panels or elements.
 * The bits of each result are defined, so all tables of one precision give the same results. */
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

/* What a loss kernel writes to the output matrix. */
typedef enum fcnn_head {
    FCNN_HEAD_OUTPUT, /* the network's output */
    FCNN_HEAD_DELTA   /* the derivative of the loss with respect to the logits, without the factor of the mean */
} fcnn_head;

/* Copies rows of a table to a matrix in panels and converts them: x → (real)(x·factor + shift), computed in double. */
typedef struct fcnn_rows_job {
    const void *values;   /* [table rows][width], as stored */
    fcnn_type type;       /* element type of values */
    int64_t width;        /* columns */
    const int64_t *index; /* [last − first] table rows to take, in order */
    const double *factor; /* [width] */
    const double *shift;  /* [width] */
    bool keeps;           /* all factors are 1 and all shifts 0 */
    void *out;            /* panels [rows][width] */
    int64_t rows, first, last;
} fcnn_rows_job;

/* One panel of a product: out[r][·] = bias + Σ_k in[r][k]·weights[k][·], computed as a chain of fused multiply-adds in
 * the order of k, followed by the activation of the layer:
 *   forward, results NULL   out ← f(out); for gelu also slopes ← f'
 *   backward                out ← out·f', with f' from the results f, or for gelu from the slopes; magnitudes below
 *                           2^-100 (double: 2^-900) become zero
 *   backward, scales        out ← out·slopes instead
 *   carried not NULL        before that, in the backward pass: out ← out + carried if adds_carried; carried ← out
 * A call computes the chain from inner_first to inner_last − 1.  A long chain is computed in several calls, so that
 * weights and inputs stay in the cache; the call with inner_last = inner applies the activation. */
typedef struct fcnn_multiply_job {
    const void *in;                         /* panels [rows][inner] */
    int64_t inner, inner_first, inner_last; /* inner_first is a multiple of FCNN_PANEL */
    const void *weights;                    /* one panel, [inner][width] */
    const void *bias;                       /* [width]; NULL: the chain starts at zero */
    void *out;                              /* one panel, [rows][width] */
    int64_t width;                          /* a multiple of 16, at most 64 */
    int64_t rows, first, last;
    fcnn_activation activation;
    double parameter;    /* of leaky_relu and prelu: the slope below 0; other activations have none */
    const void *results; /* layout of out; NULL: forward pass */
    void *slopes;        /* layout of out */
    bool scales;         /* the slopes contain all that follows a product in the backward pass */
    bool adds_carried;
    void *carried; /* layout of out; NULL: none */
} fcnn_multiply_job;

/* The end of a layer, for the rows of one panel of activations y: out ← y·m + added, with one rounding, and
 * slopes ← f'·m.  m is 1 without dropout; otherwise it is 0 with probability threshold/2^16, else scale, by a random
 * number of 16 bits for the element: unit u of row r in the whole dataset is dropped if its number is below threshold.
 * The number is half 1 (u/16 odd: the upper) or 0 of word 2·(u/32 mod 2) + u mod 2 of Philox4x32-10 with `key` and the
 * counter (8·(u/64) + (u mod 16)/2, lower word of r, upper word of r, 0). */
typedef struct fcnn_drop_job {
    void *out;     /* one panel [rows][width]; before the call the activations */
    int64_t panel; /* number of the panel: its first unit is panel·64 */
    int64_t width; /* as in fcnn_multiply_job */
    int64_t first, last;
    fcnn_activation activation; /* f, and its parameter */
    double parameter;
    void *slopes;       /* layout of out; before the call, for gelu, the derivatives; NULL: not written */
    const void *added;  /* layout of out; NULL: zeros */
    uint32_t threshold; /* 0: no dropout */
    uint32_t key[2];
    double scale;
    const int64_t *row_numbers; /* [last − first] */
} fcnn_drop_job;

/* The rows first … last−1 of matrices [rows][width] in panels, in layer normalization: with the mean m and the variance
 * v = mean (z − m)² of a row, x = (z − m)/√(v + 10^-5). */
typedef struct fcnn_norm_job {
    const void *gamma, *beta; /* panels [1][width] */
    int64_t rows, width, first, last;
    void *z; /* forward: z, which becomes gamma·x + beta; backward: the derivatives with respect to the latter,
                       * which become those with respect to z */
    void *normalized; /* forward: x is stored here; NULL: not at all; backward: x becomes the derivatives of which the
                       * gradient of gamma is the sum over rows */
    void *scales;     /* [rows]: dx/dz if m and v were constants; stored and used together with x */
    void *of_beta;    /* backward: is set to the derivatives of which the gradient of beta is the sum */
} fcnn_norm_job;

/* The rows first … last−1 of matrices [rows][width] in panels. */
typedef struct fcnn_dot_job {
    const void *a, *b;
    int64_t rows, width, first, last;
    void *out; /* panel [rows][16], of which the first column is set */
} fcnn_dot_job;

/* A tile of a weight gradient: sums over rows of in[r][i]·delta[r][·] for `count` inputs i of a panel.
 * Leaf k has the rows leaves[k] − first_row … leaves[k+1] − first_row − 1. */
typedef struct fcnn_gradient_job {
    const void *in; /* column of the first input in its panel [rows][in_width]; in_width 0: a constant */
    int64_t in_width;
    int64_t count;
    const void *delta; /* one panel, [rows][width] */
    int64_t width;
    const int64_t *leaves;
    int64_t leaf_count, first_row;
    void *sums;       /* [count][width] double (exact) or real (fast) */
    int64_t low;      /* distance in elements from a high word to its low word, for exact sums in double precision */
    double start;     /* exact: start value of the high words, added in the first group, subtracted in the last */
    double start_low; /* the same for the low words */
    bool begin, end;  /* this is the first, the last group of rows of the step */
    bool streams;     /* the sums do not fit into the cache, so they are written past it */
} fcnn_gradient_job;

/* Pairs of bfloat16 numbers (docs/exactness.md, "Mixed precision"): words of 32 bits, with the first number in the
 * lower half and the second one in the upper half.  A float is rounded to the nearest bfloat16 number, in a tie to the
 * even one; a subnormal float becomes a zero of its sign.
 *   pair_columns  in: panels [rows][width]; out: panels [rows][width/2] of words; panel p starts at word
 *                 fcnn_panel_offset(rows, p)/2, and has as many rows as that of `in`.  Columns 0 and 1 of a row are a
 *                 pair, columns 2 and 3, and so on; if width is odd, the last column is completed by a zero.
 *   pair_rows     in: one panel, [rows][width], width a multiple of 16; out: words [(last − first + 1)/2][width].  Rows
 *                 first and first + 1 are a pair, and so on; if their number is odd, the last one is completed by
 *                 zeros. */
typedef struct fcnn_pair_job {
    const void *in;
    int64_t width;
    int64_t rows, first, last; /* pair_rows does not use rows */
    uint32_t *out;
    bool streams; /* pair_rows: other threads will read out, so it is written past the cache; it must then start at a
                   * cache line */
} fcnn_pair_job;

/* The largest number of settings that a loss has. */
enum { FCNN_LOSS_SETTINGS = 32 };

/* The rows first … last−1 of the results of the last layer, z [rows][width] in panels: logits if the loss includes the
 * activation of the last layer (FCNN_TARGETS_NUMBERS is not the kind of its targets), otherwise outputs. */
typedef struct fcnn_loss_job {
    fcnn_head head;
    fcnn_activation activation; /* of the last layer */
    const double *settings;     /* [FCNN_LOSS_SETTINGS], of the loss */
    void *z;
    int64_t rows, width, first, last;
    const int32_t *labels; /* [last − first]; NULL: none */
    /* panels [rows][target_width]; NULL: none; NaN: the target is missing, and its loss and derivatives are 0 */
    const void *targets;
    int64_t target_width; /* width, unless the loss has several outputs for each target */
    const void *weights;  /* [width], with room for the last panel: of the outputs, for losses that are a mean over
                            * them; NULL: all are 1 */
    double *losses;       /* [last − first]; NULL where the rows have neither */
} fcnn_loss_job;

/* Columns column_first … column_after−1 of rows first … last−1 of the last layer, z [rows][width] in panels. */
typedef struct fcnn_columns_job {
    fcnn_output output; /* one that is computed column by column */
    void *z, *slopes;   /* slopes has the layout of z */
    int64_t rows, width, first, last, column_first, column_after;
} fcnn_columns_job;

/* The largest number of state arrays of an optimizer, and of scalars that its kernel receives in a step. */
enum { FCNN_UPDATE_ARRAYS = 4, FCNN_UPDATE_SCALARS = 12 };

/* What is done to means and weights besides the rule of the optimizer: a mean is limited to clip_value, then l2 times
 * the weight and l1 times its sign are added to it; decay times the weight is subtracted from the weight. */
typedef struct fcnn_update_terms {
    double clip_value; /* above 0; infinite: no limit */
    double l2, l1;
    double decay; /* the learning rate is included, except for rules with norms (lamb, lars) */
} fcnn_update_terms;

/* An update of contiguous elements by the mean of their derivatives, mean = (real)(sum·scale). */
typedef struct fcnn_update_job {
    const void *weights;
    void *out;        /* may be the same array as weights */
    const void *sums; /* as in fcnn_gradient_job, as is low */
    int64_t low;
    int64_t count; /* a multiple of 16 */
    double scale;
    double rate;
    int exact;
    int64_t tensor;                  /* tensor of the elements: of weights, the layer, from 0 */
    int64_t biases;                  /* the first `biases` elements are biases, the others weights */
    int64_t number;                  /* number of the step, from 0 */
    const fcnn_update_terms *terms;  /* NULL: none */
    const double *scalars;           /* [FCNN_UPDATE_SCALARS] numbers that the optimizer computes once per step */
    void *state[FCNN_UPDATE_ARRAYS]; /* the same elements of the state arrays of the optimizer; changed in place; NULL
                                      * for arrays that it does not keep */
} fcnn_update_job;

/* A run of elements whose norm, and that of whose change, are needed before they are changed: by LAMB, which also
 * updates its moments, and LARS.  Adds squares to chains in the order of the rows, in double. */
typedef struct fcnn_trust_job {
    const fcnn_update_job *update;
    int64_t width;                     /* elements of a row, a multiple of 16 */
    bool again;                        /* the moments have been updated */
    double weight_scale, change_scale; /* what the numbers are multiplied by: powers of 2, 1 in single precision */
    double *weights, *changes;         /* [width]: sums of squares, by column */
} fcnn_trust_job;

/* The sum of elements first … last−1 of several arrays of gradient sums: out = from[0] + from[1] + …, in this order. */
typedef struct fcnn_join_job {
    const void *const *from; /* [count] */
    int count;
    int64_t first, last; /* multiples of 16 */
    void *out;
    bool exact; /* the elements are doubles, otherwise real */
} fcnn_join_job;

typedef struct fcnn_kernels {
    const char *isa; /* "plain", "neon", "avx2", "avx512", "avx512bf16" */
    int bits;        /* 32 or 64 */
    size_t size;     /* bytes of a real number */

    /* Returns a text about an operation that this table computes wrongly, or NULL (template_check.h). */
    const char *(*find_fault)(void);

    /* Return the magnitude bits of the largest result; NaN counts as the largest.  A call of multiply that does not
     * reach the end of the chain returns zero. */
    uint64_t (*take_rows)(const fcnn_rows_job *job);
    uint64_t (*multiply)(const fcnn_multiply_job *job);

    /* Does to `out` what a product ends with: for results of a product that something else is done to first.  in,
     * inner, weights and bias are not used.  Returns the magnitude bits of the largest result. */
    uint64_t (*finish)(const fcnn_multiply_job *job);

    /* Returns the magnitude bits of the largest element of out. */
    uint64_t (*drop)(const fcnn_drop_job *job);

    /* Layer normalization, forward and backward.  The latter sets most to the magnitude bits of the largest derivative
     * with respect to gamma, beta and z. */
    void (*normalize)(const fcnn_norm_job *job);
    void (*normalize_backward)(const fcnn_norm_job *job, uint64_t most[3]);

    /* out = min(z, 0), for n elements, a multiple of 16; NaN remains NaN. */
    void (*below_zero)(int64_t n, const void *z, void *out);

    /* out[row] = Σ a·b along the row, with magnitudes below 2^-100 (double: 2^-900) as zero.  Returns the magnitude
     * bits of the largest sum. */
    uint64_t (*dot_rows)(const fcnn_dot_job *job);

    /* Compute the losses of rows and replace z as `head` specifies; [FCNN_LOSS_MSE] is the mean squared error,
     * [FCNN_LOSS_AUTO] is NULL.  Each element of losses is the loss of a row, not divided by anything.  With
     * FCNN_HEAD_OUTPUT, labels, targets and losses may be NULL.  Return the magnitude bits of the largest element of
     * z. */
    uint64_t (*losses[FCNN_LOSSES_END])(const fcnn_loss_job *job);

    /* The first function replaces the columns of the job by f(z), where f is their output, and their slopes by f'(z).
     * The second one multiplies all columns by their slopes; magnitudes below 2^-100 (double: 2^-900) become zero.  It
     * returns the magnitude bits of the largest result. */
    void (*activate_columns)(const fcnn_columns_job *job);
    uint64_t (*multiply_slopes)(const fcnn_columns_job *job);

    /* Multiplies row r of derivatives z [rows][width] by weights[index[r − first]]; magnitudes below 2^-100 (double:
     * 2^-900) become zero.  Returns the magnitude bits of the largest result. */
    uint64_t (*weigh_rows)(void *z, int64_t rows, int64_t width, int64_t first, int64_t last, const double *weights,
                           const int64_t *index);

    /* Add the leaves of a job to its sums: exact sums, and ordinary floating-point sums. */
    void (*gradient_exact)(const fcnn_gradient_job *job);
    void (*gradient_fast)(const fcnn_gradient_job *job);

    /* Update parameters and the state arrays of the optimizer in one pass; [FCNN_OPTIMIZER_SGD] is gradient descent. */
    void (*updates[FCNN_OPTIMIZERS_END])(const fcnn_update_job *job);

    /* sums[i] += Σ_r of the squares of column i, for the rows of a run of job->count elements in rows of `width`, a
     * multiple of 16: of the means of a job, whose terms are not used, and of weights times `scale`, a power of 2 (1 in
     * single precision).  A chain in the order of the rows, in double. */
    void (*square_means)(const fcnn_update_job *job, int64_t width, double *sums);
    void (*square_weights)(const void *weights, int64_t rows, int64_t width, double scale, double *sums);

    /* The first pass of LAMB and LARS, before the update of the same elements. */
    void (*measure_lamb)(const fcnn_trust_job *job);
    void (*measure_lars)(const fcnn_trust_job *job);

    /* Multiplies each element of rows [rows][width] by the factor of its column.  out may be the same array as in. */
    void (*scale_columns)(const void *in, int64_t rows, int64_t width, const double *factors, void *out);

    /* out[c·out_width + r] = in[r·in_width + c] for r < rows ≤ 64, c < columns ≤ 64.  If streams is set, other threads
     * will read out, so it is written past the cache; its rows must then start at cache lines. */
    void (*transpose)(const void *in, int64_t in_width, int64_t rows, int64_t columns, int streams, void *out,
                      int64_t out_width);

    /* Adds arrays of sums for other ranks or threads, which can read the result after a fence, as with copy_out. */
    void (*join_sums)(const fcnn_join_job *job);

    /* average ← fma(d, average, (1 − d)·from) for n numbers, a multiple of 16, where d is decay, rounded; 1 − d is
     * exact for d ≥ 1/2. */
    void (*average)(int64_t n, double decay, const void *from, void *average);

    /* Copies n numbers, a multiple of 16, which other threads can read after a fence.  The copy is written past the
     * caches of this thread, because cache lines that other threads have read are slow to write.  Both arrays must
     * start at cache lines. */
    void (*copy_out)(int64_t n, const void *from, void *to);
    void (*fence)(void);

    /* y[i] = function(x[i]); n a multiple of 16. */
    void (*apply)(fcnn_function function, int64_t n, const void *x, void *y);

    /* Runs independent chains of `repetitions` multiply-adds each in registers, and sets *count to the number of
     * multiply-adds in all lanes of all chains.  The caller must use the result; otherwise the compiler could remove
     * the computation. */
    double (*multiply_adds)(int64_t repetitions, int64_t *count);

    /* ---- mixed precision: in the tables of 32 bits; NULL in those of 64 bits ---- */

    void (*pair_columns)(const fcnn_pair_job *job);
    void (*pair_rows)(const fcnn_pair_job *job);

    /* As multiply, with pairs: in is panels [rows][inner/2] of words, as of pair_columns, and weights are a panel
     * [(inner + 1)/2][width] of words, as of pair_rows.  Everything else consists of floats, and inner, inner_first and
     * inner_last still count columns, not pairs. */
    uint64_t (*multiply_pairs)(const fcnn_multiply_job *job);

    /* As gradient_exact and gradient_fast, with pairs of rows: in [pairs][in_width] and delta [pairs][width] are words,
     * as pair_rows writes them for each leaf; leaf k starts at pair fcnn_pair_row(leaves, k).  For all leaves there
     * must be room for (rows + leaf_count + 1)/2 pairs.  in_width is not 0, and first_row is not used. */
    void (*gradient_pairs_exact)(const fcnn_gradient_job *job);
    void (*gradient_pairs_fast)(const fcnn_gradient_job *job);

    /* As multiply_adds, by the instructions that multiply pairs; a pair counts as two multiply-adds. */
    double (*pair_multiply_adds)(int64_t repetitions, int64_t *count);
} fcnn_kernels;

/* Checks that plain kernels compute correctly.  Not collective; thread-safe.
 * Errors: FCNN_EINTERNAL if the library was built with flags that change results, or if fma() of the system is
 * wrong. */
fcnn_status fcnn_kernels_check(void);

/* Returns the table of an instruction set and precision (32 or 64 bits), or NULL if this build or this processor does
 * not support it. */
const fcnn_kernels *fcnn_kernels_find(const char *isa, int bits);

/* Returns table number i, from 0, of those that this build and this processor support for a precision: the plain table
 * is the first, and the others have larger and larger instruction sets.  Returns NULL for larger i. */
const fcnn_kernels *fcnn_kernels_at(int i, int bits);

/* Sets *out to the fastest table for this processor, for pairs if mixed is set (bits is then 32), or to the one that
 * the environment variable FCNN_ISA names, after checking that it computes correctly.  Not collective.
 * Errors: FCNN_EUSAGE if the name is unknown or not supported, FCNN_EINTERNAL as fcnn_kernels_check(). */
fcnn_status fcnn_kernels_choose(int bits, bool mixed, const fcnn_kernels **out);

/* Returns the smallest e with |x| < 2^e for the magnitude bits of x; above 1024 for NaN and Inf. */
int fcnn_magnitude_exponent(const fcnn_kernels *kernels, uint64_t magnitude);

#endif
