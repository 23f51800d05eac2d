/* src/training/training_data.h — the rows that a run trains on, watches and is tested by. */
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
    fcnn_row_hashes hashes[3];   /* of their rows, while they are read */
    fcnn_target_summary targets; /* of the training rows */
    bool targets_as_before;      /* they are taken for what they are in the model that training goes on from */
    fcnn_stream *stream;         /* of the training rows; NULL: they are resident */
    const fcnn_rows *rows; /* those in memory, which a step gathers its rows from: the dataset's, or the stream's */
    int64_t *chosen;       /* validation rows taken out of the training file; NULL: none */
    int64_t batch, blocks;
    fcnn_sampler *sampler;
    int32_t *own_labels;   /* of resident rows; NULL where the loss needs none, or the stream has them */
    const int32_t *labels; /* of these rows, for softmax; else NULL */
    fcnn_weights weights;
    double *own_weights;       /* of resident rows; NULL where all count alike, or the stream has them */
    const double *row_weights; /* of these rows; NULL: all count alike */
} fcnn_training_data;

/* Reads all that the config names and deals it to the ranks; columns have to be those of the origin, if training has
 * one, and classes and means for missing inputs are.  Collective; all ranks fail alike. */
fcnn_status fcnn_training_data_load(const fcnn_config *config, fcnn_comm *comm, fcnn_origin *origin,
                                    fcnn_training_data **out);
void fcnn_training_data_destroy(fcnn_training_data *data);

/* Checks the targets of all parts for a network's loss.  Collective. */
fcnn_status fcnn_training_data_check(fcnn_training_data *data, fcnn_comm *comm, const fcnn_architecture *shape);

/* Makes the training rows ready for steps: weights, labels, and the windows of rows that are streamed.  Collective. */
fcnn_status fcnn_training_data_prepare(const fcnn_config *config, fcnn_training_data *data, fcnn_comm *comm,
                                       const fcnn_architecture *shape);

/* An epoch begins, or goes on: those that count its batches next are of it. */
void fcnn_training_data_start_epoch(fcnn_training_data *data, int64_t epoch);

/* This rank's rows of a batch of the epoch, as fcnn_sampler_take() gives them: rows of data->rows, and in
 * row_numbers [capacity] where they stand in the whole dataset.
 * Not collective.  Fails if rows that are streamed cannot be read. */
fcnn_status fcnn_training_data_take(const fcnn_training_data *data, int64_t batch, int64_t *index, int64_t *row_numbers,
                                    int64_t *leaves, int64_t *leaf_count);

#endif
