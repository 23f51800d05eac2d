/* src/model/network.h — a network in use on one rank: parameters, activations and derivatives in panels.
 *
 * Functions with a thread argument are called by all threads of a team (compute/team.h) at the same time; each does its
 * share. Functions on different networks may run at the same time. Nothing here calls MPI. */
#ifndef FCNN_MODEL_NETWORK_H
#define FCNN_MODEL_NETWORK_H

#include "compute/exact_sum.h"
#include "compute/kernels.h"
#include "core/memory.h"
#include "data/missing.h"
#include "data/table.h"
#include "model/column_map.h"
#include "model/model.h"

#include <fcnn/network.h>

/* The rows to compute: `rows` rows of a table, in the order of index. */
typedef struct fcnn_batch {
    const fcnn_table *inputs;
    const fcnn_table *targets; /* NULL: none, or labels are used; NaN: missing */
    bool counts_targets;       /* targets may be missing; those that are not are counted with the losses */
    const int32_t *labels;     /* [table rows], for softmax; NULL: none */
    const double *weights;     /* [table rows]: weights in training; NULL: all are 1 */
    const int64_t *index;      /* [rows] */
    int64_t rows;
    int64_t step; /* number of the step; with the row number, the counter for random numbers of a row */
    /* [rows]: row numbers in the whole dataset, the same on any number of ranks; NULL: not known */
    const int64_t *row_numbers;
} fcnn_batch;

/* Seconds that a thread has spent in each kind of work, over all its steps. */
typedef struct fcnn_thread_times {
    /* products with the activations at their ends, and gradients of weights */
    _Alignas(FCNN_ALIGNMENT) double multiply;
    double elementwise; /* reading of rows, losses, the update */
    double exchange;    /* the sum over ranks */
    double waiting;     /* waiting for other threads of the rank */
} fcnn_thread_times;

/* What one thread has measured in a step. */
typedef struct fcnn_thread_notes {
    /* [tensors]: magnitude bits of each layer's inputs; 0 for tensors without inputs */
    _Alignas(FCNN_ALIGNMENT) uint64_t *input_magnitudes;
    uint64_t *delta_magnitudes; /* [tensors]: those of the derivatives of which the gradient of the biases is a sum */
    fcnn_exact_sum loss;        /* sum over rows */
    int64_t targets;            /* number of targets that are not missing; 0 unless they are counted */
    fcnn_thread_times *times;   /* borrowed */
} fcnn_thread_notes;

/* Matrices for the forward and backward passes of rows. */
typedef struct fcnn_work_area {
    int64_t rows;  /* number of rows for which there is memory */
    void **values; /* [layers]: panels [rows][in], the inputs of each layer */
    /* [layers]: panels [rows][out], the derivatives f' of activations that store them, and in training, of layers with
     * dropout or residual ones, f'·m; NULL for other layers */
    void **slopes;
    /* [tensors]: panels [rows][out]; forward only: only that of the last layer, whose results are replaced by
     * derivatives. */
    void **deltas;
    void *
        *below; /* [layers]: panels [rows][out], the part below 0 of the sums of a prelu in training; otherwise NULL */
    void **scales;   /* [layers]: [rows], as in fcnn_norm_job; NULL without layer normalization */
    void *carried;   /* panels [rows][width]: derivatives of the results of the last layer that was passed backward, if
                      * layers are residual; NULL: none is */
    uint32_t *pairs; /* [rows][row_words]: the inputs of the products that are being computed, as pairs; those of rows
                        * first … last−1 are panels [last − first][width / 2] from row `first` on; NULL unless the
                        * precision is mixed */
    int64_t row_words; /* those of the widest product */
    void *targets;     /* panels [rows][targets] */
    int32_t *labels;   /* [rows] */
    double *losses;    /* [rows] */
} fcnn_work_area;

struct fcnn_network {
    const fcnn_kernels *kernels;
    fcnn_architecture shape;
    void **parameters; /* [tensors]: panels [1 + in][out]; row 0 contains the biases */
    /* [layers]: panels [out][in] of the weights, or in mixed precision panels [(out + 1) / 2][in] of words, their pairs
     * over outputs; NULL for layer 0, and if forward only */
    void **transposed;
    void **paired;       /* [layers]: panels [(in + 1) / 2][out] of words, the pairs of the weights over inputs
                          * (model/pairs.h); NULL unless the precision is mixed */
    int64_t chunk_rows;  /* a multiple of 12 */
    int64_t cache;       /* bytes of the second-level cache */
    fcnn_work_area all;  /* for the maximum number of rows */
    int threads;         /* number of threads that share the rows of a gradient */
    fcnn_work_area *own; /* [threads], each for a chunk of rows; NULL: one thread, or forward only */
    fcnn_column_map input_map, target_map; /* the normalization */
    double noise;                          /* standard deviation of the noise of inputs in training; 0: none */
    uint64_t seed;                         /* of the noise and of the masks of dropout */
    double *target_units;                  /* [2][outputs]: factors, then offsets, to physical units */
    fcnn_missing missing; /* means that replace NaN in rows of the caller; empty: NaN is not replaced */
    double loss_settings[FCNN_LOSS_SETTINGS]; /* as in the model */
    double *log_losses;   /* [rows of all], of the last forward pass (model/log_losses.h); NULL: not computed */
    void *output_weights; /* [outputs], with room for the last panel; NULL: all are 1 */
    double *completed;    /* memory for such rows if there are means; otherwise NULL */
};

/* Returns the maximum number of rows that pass through the layers together: few enough for their matrices to stay in a
 * cache of about 512 KB; more if the weights of a layer would not stay there in any case. */
int64_t fcnn_network_chunk_rows(const fcnn_architecture *shape);

/* Returns the bytes of a row in the matrices of a network for training. */
int64_t fcnn_network_row_bytes(const fcnn_architecture *shape);

/* The purpose of a network. */
typedef enum fcnn_network_use { FCNN_NETWORK_FORWARD, FCNN_NETWORK_TRAINING } fcnn_network_use;

/* Makes a network with a model's shape, parameters and normalizers, for at most `rows` rows at a time; to be released
 * with fcnn_network_destroy(). The model is copied.
 *   threads  number of threads that share the rows of a gradient
 * Fails: FCNN_ENOMEM; FCNN_EUSAGE for an invalid FCNN_ISA. */
fcnn_status fcnn_network_create_from(const fcnn_model *model, int64_t rows, fcnn_network_use use, int threads,
                                     fcnn_network **out);

/* Copies the parameters to a model of the same shape. */
void fcnn_network_store(const fcnn_network *network, fcnn_model *model);

/* Whether the slopes of a layer are stored: if its results do not determine them, which is so for some activations, for
 * results that are set to 0 at random, and for residual layers. */
bool fcnn_network_keeps_slopes(const fcnn_architecture *shape, int64_t layer);

/* Returns the number of elements of a tensor in panels, including padding. */
int64_t fcnn_network_tensor_elements(const fcnn_architecture *shape, int64_t tensor);

/* Copy one element per parameter from panels [tensors], which have the layout of the parameters, to weights [tensors],
 * each [out][in], and biases [tensors], each [out]; and back.  If the panels are the parameters of the network, their
 * pairs in mixed precision follow, but transposed weights of other precisions do not. */
void fcnn_network_store_panels(const fcnn_network *network, void *const *panels, void *const *weights,
                               void *const *biases);
void fcnn_network_load_panels(const fcnn_network *network, void *const *weights, void *const *biases,
                              void *const *panels);

/* Returns the bytes that fcnn_network_create_from() allocates. */
int64_t fcnn_network_bytes(const fcnn_architecture *shape, int64_t rows, fcnn_network_use use, int threads);

/* Gathers rows first … last−1 of the batch and computes the forward pass. The outputs (probabilities, or values in
 * normalized units) are then in the last deltas matrix; if the batch has targets or labels, the losses are in
 * losses. */
void fcnn_network_forward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last);

/* Does one thread's forward and backward passes. Each layer's inputs and derivatives, starting with row `at` of the
 * matrices, can be read by all threads after they have waited for each other. Magnitudes and, if requested, losses are
 * added to the thread's notes. */
void fcnn_network_forward_backward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last,
                                   int64_t at, bool count_loss, int thread, fcnn_thread_notes *notes);

/* Returns an output of a row after a forward pass, in normalized units. */
double fcnn_network_output(const fcnn_network *network, int64_t row, int64_t column);

/* Returns the same in physical units. */
double fcnn_network_physical(const fcnn_network *network, int64_t row, int64_t column);

/* Returns the factor between the sum of derivatives over rows and the derivative of the mean loss. */
double fcnn_network_mean_factor(const fcnn_architecture *shape, int64_t rows);

/* Returns what the loss of a sum is divided by: the terms of `rows` complete rows, or of rows of which `targets`
 * targets are not missing. */
double fcnn_network_terms_of_rows(const fcnn_architecture *shape, int64_t rows);
double fcnn_network_terms_of_targets(const fcnn_architecture *shape, int64_t targets);

/* Returns the divisor of a row's loss: the number of outputs if the loss is a mean over outputs (mse, binary
 * cross-entropy, quantile), the number of targets for gaussian_nll, otherwise 1. */
int64_t fcnn_network_loss_terms(const fcnn_architecture *shape);

#endif
