/* src/run/checkpoint.h — checkpoints: a model together with the state that training needs to continue exactly.
 *
 * No function is thread-safe. */
#ifndef FCNN_RUN_CHECKPOINT_H
#define FCNN_RUN_CHECKPOINT_H

#include "compute/exact_sum.h"
#include "methods/optimizer_state.h"
#include "methods/schedule.h"
#include "model/exponents.h"
#include "model/model.h"
#include "parallel/comm.h"

/* The best epoch so far, all zero at the start.  Values are those of train.stop_metric. */
typedef struct fcnn_best {
    int64_t begun;                   /* 1 if there is one */
    int64_t epoch, step;             /* at whose end it was */
    double value;                    /* its value, finite */
    double reference;                /* the last value that was better by more than train.stop_min_delta; finite */
    int64_t bad_epochs;              /* in a row without such a value */
    fcnn_optimizer_state parameters; /* those of the epoch, one array; on rank 0 only, and only if they are kept */
} fcnn_best;

/* The progress of training.  It belongs to the model of the same step.  The exponents and the optimizer state are set
 * only when a checkpoint is packed or unpacked: during training the gradient and the optimizer own them. */
typedef struct fcnn_training_state {
    int64_t step, epoch;            /* completed steps and epochs */
    int64_t batch;                  /* completed steps of the current epoch */
    int64_t rows;                   /* rows whose losses are in `loss`; with train.missing_targets = ignore, targets */
    fcnn_exact_sum loss;            /* of the current epoch; in a file of all ranks, during training of this rank */
    int64_t skipped;                /* batches without an update (train.nonfinite = skip) */
    int64_t rollbacks;              /* number of times that the learning rate was halved (train.nonfinite = rollback) */
    int64_t returns;                /* rollbacks in a row to the last end of an epoch that has a checkpoint for them */
    fcnn_plateau plateau;           /* of schedule.kind = plateau; zero for other kinds */
    fcnn_best best;                 /* counted if a key of [train] needs it */
    fcnn_exponents exponents;       /* of the exact sums of the next step */
    fcnn_optimizer_state optimizer; /* state arrays of the optimizer */
    char *train_data, *validation_data; /* text that identifies the rows; empty if there are no validation rows */
} fcnn_training_state;

/* Releases everything that the state owns and sets it to {0}.  Not collective. */
void fcnn_training_state_clear(fcnn_training_state *state);

/* Builds the HDF5 image of a checkpoint in memory.  If the optimizer state ends with an average of the parameters,
 * the model of the file is this average; fcnn_checkpoint_unpack() puts it back into the state.  Not collective: only
 * rank 0 calls it.
 *   bytes [count]  the image; the caller releases it with free()
 * Errors: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_checkpoint_pack(const fcnn_model *model, const fcnn_training_state *state, void **bytes,
                                 int64_t *count);

/* Reads a framed file on rank 0, verifies its checksum and broadcasts its bytes to all ranks.  The caller releases
 * bytes [count] with free(), or passes them to fcnn_checkpoint_unpack().  Collective.
 * Errors, the same on all ranks: FCNN_EINPUT if the file cannot be read, FCNN_EDATA if it is damaged or has no frame,
 * FCNN_ENOMEM. */
fcnn_status fcnn_checkpoint_share(fcnn_comm *comm, const char *path, void **bytes, int64_t *count);

/* Reads the model and the training state from the bytes of a checkpoint.  Takes ownership of bytes, also if it fails.
 * The caller destroys *model and clears *state; after an error both are unset.  path is used in messages only.  Not
 * collective.
 * Errors: FCNN_EDATA if the bytes are damaged or contain a model without a training state; FCNN_ENOMEM. */
fcnn_status fcnn_checkpoint_unpack(const char *path, void *bytes, int64_t count, fcnn_model **model,
                                   fcnn_training_state *state);

#endif
