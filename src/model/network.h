/* src/model/network.h — a network at work on one rank: parameters, activations and derivatives in panels.
 *
 * Functions with thread arguments are called by every thread of a team (compute/team.h) at once; each does
 * its part.  Nothing here calls MPI. */
#ifndef FCNN_MODEL_NETWORK_H
#define FCNN_MODEL_NETWORK_H

#include "compute/exact_sum.h"
#include "compute/kernels.h"
#include "core/memory.h"
#include "data/missing.h"
#include "data/table.h"
#include "model/model.h"

#include <fcnn/network.h>

/* Rows to work on: `rows` of a table, in the order of index. */
typedef struct fcnn_batch {
    const fcnn_table *inputs;
    const fcnn_table *targets; /* NULL: none, or labels instead */
    const int32_t *labels;     /* [table rows], for softmax; NULL: none */
    const double *weights;     /* [table rows]: how much a row counts in training; NULL: all alike */
    const int64_t *index;      /* [rows] */
    int64_t rows;
    int64_t step;               /* number of the step; with a row's number, what is drawn for a row is drawn by it */
    const int64_t *row_numbers; /* [rows]: where they stand in the whole dataset, on any ranks alike; NULL: not known */
} fcnn_batch;

/* Seconds that a thread spent in the parts of its steps so far. */
typedef struct fcnn_thread_times {
    _Alignas(
        FCNN_ALIGNMENT) double multiply; /* products, with the activations that end them, and gradients of weights */
    double elementwise;                  /* rows in, losses, the update */
    double exchange;                     /* the sum over ranks */
    double waiting;                      /* for other threads of the rank */
} fcnn_thread_times;

/* What one thread saw of a step. */
typedef struct fcnn_thread_notes {
    _Alignas(FCNN_ALIGNMENT) uint64_t *input_magnitudes; /* [layers]: of each layer's inputs, magnitude bits */
    uint64_t *delta_magnitudes; /* [layers]: of the loss's derivative with respect to each layer's sums */
    fcnn_exact_sum loss;        /* over rows */
    fcnn_thread_times *times;   /* borrowed */
} fcnn_thread_notes;

/* The matrices in which rows go forward and backward. */
typedef struct fcnn_work_area {
    int64_t rows;    /* capacity */
    void **values;   /* [layers]: panels [rows][in]: each layer's inputs */
    void **slopes;   /* [layers]: panels [rows][out], derivatives of a gelu; else NULL */
    void **deltas;   /* [layers]: panels [rows][out]; forward only: the last one alone, whose results become
                        derivatives in place */
    void *targets;   /* panels [rows][outputs] */
    int32_t *labels; /* [rows] */
    double *losses;  /* [rows] */
} fcnn_work_area;

struct fcnn_network {
    const fcnn_kernels *kernels;
    fcnn_architecture shape;
    void **parameters;   /* [layers]: panels [1 + in][out], the biases in row 0 */
    void **transposed;   /* [layers]: panels [out][in] of the weights; layer 0: NULL; forward only: NULL */
    int64_t chunk_rows;  /* a multiple of 12 */
    fcnn_work_area all;  /* for as many rows as the network is made for */
    int threads;         /* that share the rows of a gradient */
    fcnn_work_area *own; /* [threads], for a chunk of rows each; one thread, or forward only: NULL */
    bool keeps_inputs;   /* input_affine changes nothing */
    double *input_affine, *target_affine;     /* [2][features], [2][outputs]: factors, then offsets, that normalize */
    double *target_units;                     /* [2][outputs]: factors, then offsets, back to physical units */
    fcnn_missing missing;                     /* what NaN becomes among rows of the caller's; without means: nothing */
    double loss_settings[FCNN_LOSS_SETTINGS]; /* as in the model */
    double *completed;                        /* room for such rows, where there are means; else NULL */
};

/* Rows that go through the layers together, at most: few enough for their matrices to stay in a cache of some 512 KB,
 * and many where the weights of a layer would not stay there either. */
int64_t fcnn_network_chunk_rows(const fcnn_architecture *shape);

/* Bytes that a row takes in the matrices of a network that trains. */
int64_t fcnn_network_row_bytes(const fcnn_architecture *shape);

/* What a network is made for. */
typedef enum fcnn_network_use { FCNN_NETWORK_FORWARD, FCNN_NETWORK_TRAINING } fcnn_network_use;

/* Makes a network with a model's shape, parameters and normalizers, for at most `rows` rows at a time.  threads: how
 * many read each other's rows to train.  Fails: FCNN_ENOMEM, FCNN_EUSAGE for a bad FCNN_ISA. */
fcnn_status fcnn_network_create_from(const fcnn_model *model, int64_t rows, fcnn_network_use use, int threads,
                                     fcnn_network **out);

/* Copies the parameters into a model of the same shape. */
void fcnn_network_store(const fcnn_network *network, fcnn_model *model);

/* Elements of a layer's parameters in panels, with those that fill the panels up. */
int64_t fcnn_network_layer_elements(const fcnn_architecture *shape, int64_t layer);

/* Copy an element for each parameter from panels [layers], laid out as those of the parameters, to weights [layers] of
 * [out][in] and biases [layers] of [out], and back. */
void fcnn_network_store_panels(const fcnn_network *network, void *const *panels, void *const *weights,
                               void *const *biases);
void fcnn_network_load_panels(const fcnn_network *network, void *const *weights, void *const *biases,
                              void *const *panels);

/* Bytes that fcnn_network_create_from takes. */
int64_t fcnn_network_bytes(const fcnn_architecture *shape, int64_t rows, fcnn_network_use use, int threads);

/* Gathers rows first … last−1 of the batch and runs them forward.  The outputs (probabilities, or values in
 * normalized units) come to lie in the last deltas matrix and, if the batch has targets or labels, the
 * losses in losses. */
void fcnn_network_forward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last);

/* As forward, then backward, by a thread: leaves each layer's inputs and derivatives, of the rows from row `at` of the
 * matrices on, where all threads can read them after they have waited for each other.  Magnitudes and, if it is asked
 * for, the losses go to the thread's notes. */
void fcnn_network_forward_backward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last,
                                   int64_t at, bool count_loss, int thread, fcnn_thread_notes *notes);

/* An output of a row after forward, in normalized units. */
double fcnn_network_output(const fcnn_network *network, int64_t row, int64_t column);

/* The same in physical units. */
double fcnn_network_physical(const fcnn_network *network, int64_t row, int64_t column);

/* The factor that turns sums of derivatives over rows into the derivative of the mean loss. */
double fcnn_network_mean_factor(const fcnn_architecture *shape, int64_t rows);

/* What a row's loss is divided by besides the number of rows: outputs for mse and binary cross entropy. */
int64_t fcnn_network_loss_terms(const fcnn_architecture *shape);

#endif
