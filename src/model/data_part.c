/* src/model/data_part.c — rows with their targets, checked for a loss. */
#include "model/data_part.h"

#include "data/targets.h"

fcnn_status fcnn_data_part_check(fcnn_data_part *part, fcnn_comm *comm, const fcnn_architecture *shape)
{
    if (part->dataset == NULL) {
        return FCNN_OK;
    }
    if (shape->output == FCNN_OUTPUT_SOFTMAX) {
        return fcnn_targets_check_labels(part->dataset, comm, fcnn_architecture_outputs(shape));
    }
    if (shape->loss == FCNN_LOSS_BINARY_CROSS_ENTROPY) {
        return fcnn_targets_check_unit(part->dataset, comm);
    }
    return FCNN_OK;
}
