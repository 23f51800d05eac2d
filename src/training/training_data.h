/* src/training/training_data.h — the rows that a run trains on, watches and is tested by. */
#ifndef FCNN_TRAINING_TRAINING_DATA_H
#define FCNN_TRAINING_TRAINING_DATA_H

#include "config/config.h"
#include "data/sampler.h"
#include "data/targets.h"
#include "model/model.h"

/* Rows with their targets in the form that the loss needs. */
typedef struct fcnn_data_part {
    fcnn_dataset *dataset; /* NULL: there is no such part */
    int32_t *labels;       /* [own rows] for softmax, else NULL */
} fcnn_data_part;

typedef struct fcnn_training_data {
    fcnn_data_part train, validation, test;
    int64_t *chosen; /* validation rows taken out of the training file; NULL: none */
    int64_t batch, blocks;
    fcnn_sampler *sampler;
} fcnn_training_data;

/* Reads all that the config names and deals it to the ranks.  Collective; all ranks fail alike. */
fcnn_status fcnn_training_data_load(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data **out);
void fcnn_training_data_destroy(fcnn_training_data *data);

/* Prepares the targets of all parts for a network's loss, and checks them.  Collective. */
fcnn_status fcnn_training_data_prepare(fcnn_training_data *data, fcnn_comm *comm, const fcnn_architecture *shape);

/* The same for one dataset; labels stays NULL where the loss needs none. */
fcnn_status fcnn_data_part_prepare(fcnn_data_part *part, fcnn_comm *comm, const fcnn_architecture *shape);

#endif
