/* src/run/checkpoint.h — a model with all that decides how its training goes on. */
#ifndef FCNN_RUN_CHECKPOINT_H
#define FCNN_RUN_CHECKPOINT_H

#include "compute/exact_sum.h"
#include "methods/optimizer_state.h"
#include "model/exponents.h"
#include "model/model.h"
#include "parallel/comm.h"

/* Where a training is; beside the model of the same moment. */
typedef struct fcnn_training_state {
    int64_t step, epoch;      /* done so far */
    int64_t batch;            /* of the epoch that has begun: steps done */
    int64_t rows;             /* that its loss counts */
    fcnn_exact_sum loss;      /* over those rows; of all ranks in a file, of this rank's part while training */
    int64_t skipped;          /* batches without an update (train.nonfinite = skip) */
    int64_t rollbacks;        /* times that the learning rate was halved (train.nonfinite = rollback) */
    fcnn_exponents exponents; /* promised for the exact sums; while training the gradient has them, and none are here */
    fcnn_optimizer_state optimizer;     /* what the optimizer keeps; in a file alone, like the exponents */
    char *train_data, *validation_data; /* what identifies the rows; validation: empty if there are none */
} fcnn_training_state;

void fcnn_training_state_clear(fcnn_training_state *state);

/* Makes the image of a checkpoint.  Not collective: rank 0 calls.
 *   bytes [count]  to be released with free()
 * Fails: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_checkpoint_pack(const fcnn_model *model, const fcnn_training_state *state, void **bytes,
                                 int64_t *count);

/* Reads a framed file on rank 0 and gives its verified bytes to all ranks; bytes is released with free(), or
 * taken by fcnn_checkpoint_unpack.  Collective; all fail alike. */
fcnn_status fcnn_checkpoint_share(fcnn_comm *comm, const char *path, void **bytes, int64_t *count);

/* The model and the state in a checkpoint's bytes, which are taken.  state is to be cleared.  Not collective.
 * Fails: FCNN_EDATA if it is a model without a state, or damaged. */
fcnn_status fcnn_checkpoint_unpack(const char *path, void *bytes, int64_t count, fcnn_model **model,
                                   fcnn_training_state *state);

#endif
