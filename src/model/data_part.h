/* src/model/data_part.h — rows that a network is trained on, or that its outputs are compared with. */
#ifndef FCNN_MODEL_DATA_PART_H
#define FCNN_MODEL_DATA_PART_H

#include "data/dataset.h"
#include "data/weights.h"
#include "model/model.h"

/* Rows with their targets in the form that the loss needs. */
typedef struct fcnn_data_part {
    fcnn_dataset *dataset;       /* NULL: there is no such part */
    const fcnn_weights *weights; /* NULL: all rows count alike */
} fcnn_data_part;

/* Checks the targets for a network's loss.  Collective.  Fails, alike on all ranks: FCNN_EDATA. */
fcnn_status fcnn_data_part_check(fcnn_data_part *part, fcnn_comm *comm, const fcnn_architecture *shape);

#endif
