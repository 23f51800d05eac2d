/* src/training/training_data.h — the training, validation and test rows of a run. */
#ifndef FCNN_TRAINING_TRAINING_DATA_H
#define FCNN_TRAINING_TRAINING_DATA_H

#include "config/config.h"
#include "data/row_hashes.h"
#include "data/sampler.h"
#include "data/stream.h"
#include "data/targets.h"
#include "model/data_part.h"
#include "training/origin.h"

typedef struct fcnn_training_data {
    fcnn_data_part train, validation, test;
    fcnn_row_hashes hashes[3];   /* of the rows of these parts, while they are read */
    fcnn_target_summary targets; /* of the training rows */
    bool targets_as_before;      /* the model from which training continues determines how targets are interpreted */
    fcnn_stream *stream;         /* of the training rows; NULL: they are resident */
    const fcnn_rows *rows;       /* training rows in memory, those of the dataset or of the stream; borrowed */
    int64_t *chosen;             /* numbers of the validation rows that were split from the training rows; NULL: none */
    int64_t batch, blocks;       /* rows per batch of the current stage, blocks per batch */
    int64_t most_rows;           /* of this rank in a batch of any stage */
    fcnn_sampler *sampler;       /* of the current stage */
    int32_t *own_labels;         /* of resident rows; NULL if the loss needs no labels, or the stream has them */
    const int32_t *labels;       /* of `rows`, for softmax, otherwise NULL; borrowed */
    fcnn_weights weights;
    fcnn_weights other_weights[2]; /* of validation and test rows, with data.weights_in_evaluation */
    double *own_weights;           /* of resident rows; NULL if rows have no weights, or the stream has them */
    const double *row_weights;     /* of `rows`; NULL: no weights; borrowed */
} fcnn_training_data;

/* Opens and reads the rows that the config names, distributes them over ranks, and makes the batches of the first
 * stage.  If there is an origin, the columns
 * must be those of its model, and its classes and means for missing inputs are used.  The caller destroys *out.
 * Collective; errors are the same on all ranks: FCNN_ECONFIG, FCNN_EDATA, FCNN_EINPUT, FCNN_ENOMEM. */
fcnn_status fcnn_training_data_load(const fcnn_config *config, fcnn_comm *comm, fcnn_origin *origin,
                                    fcnn_training_data **out);

/* Releases the data, which may be NULL.  Not collective. */
void fcnn_training_data_destroy(fcnn_training_data *data);

/* Checks that the targets of all parts are valid for the loss of the network.  Collective.
 * Errors, the same on all ranks: FCNN_EDATA. */
fcnn_status fcnn_training_data_check(fcnn_training_data *data, fcnn_comm *comm, const fcnn_architecture *shape);

/* Prepares the training rows for steps: weights, labels, and the windows of streamed rows.  Collective; errors are the
 * same on all ranks. */
fcnn_status fcnn_training_data_prepare(const fcnn_config *config, fcnn_training_data *data, fcnn_comm *comm,
                                       const fcnn_architecture *shape);

/* Makes the batches of a stage (from 0), after fcnn_training_data_prepare(): steps that use the data must be created
 * anew.  Collective.  Fails, alike on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_training_data_set_stage(const fcnn_config *config, fcnn_training_data *data, fcnn_comm *comm,
                                         const fcnn_architecture *shape, int64_t stage);

/* Starts or continues an epoch: later batches belong to it.  Not collective. */
void fcnn_training_data_start_epoch(fcnn_training_data *data, int64_t epoch);

/* Selects the rows of this rank in a batch of the epoch, as fcnn_sampler_take() does: index contains rows of
 * data->rows, row_numbers [capacity] their numbers in the whole dataset.  Not collective, except that with data.read =
 * collective all ranks must call it.  Errors: FCNN_EINPUT or FCNN_EDATA if streamed rows cannot be read. */
fcnn_status fcnn_training_data_take(const fcnn_training_data *data, int64_t batch, int64_t *index, int64_t *row_numbers,
                                    int64_t *leaves, int64_t *leaf_count);

#endif
