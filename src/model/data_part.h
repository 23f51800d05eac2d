/* src/model/data_part.h — the rows of one part: training, validation or test rows. */
#ifndef FCNN_MODEL_DATA_PART_H
#define FCNN_MODEL_DATA_PART_H

#include "data/dataset.h"
#include "data/weights.h"
#include "model/model.h"

/* A dataset, and its targets in the form that the loss needs. */
typedef struct fcnn_data_part {
    fcnn_dataset *dataset;       /* NULL: the part does not exist */
    const fcnn_weights *weights; /* NULL: all weights are 1 */
} fcnn_data_part;

/* Checks that the targets are valid for the network's loss. Collective; all ranks return the same status. Fails:
 * FCNN_EDATA, FCNN_ECONFIG (labels, where missing targets are to be ignored), and as reading. */
fcnn_status fcnn_data_part_check(fcnn_data_part *part, fcnn_comm *comm, const fcnn_architecture *shape);

/* Checks that inputs and targets are in the domains of the model's transforms. Collective; all ranks return the same
 * status. Fails: FCNN_EDATA, and as reading. */
fcnn_status fcnn_data_part_check_domain(const fcnn_data_part *part, fcnn_comm *comm, const fcnn_model *model);

#endif
